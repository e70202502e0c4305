//! The parts of a template: markup for the browser, text for the server, and
//! the code between them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::names::Namespace;

/// The anchor after a list, and the boundary of a view. Both sides write it.
pub(super) const COMMENT: &str = "<!---->";

#[derive(Default)]
pub(super) struct Markup {
    /// The markup that the browser clones, with a mark at each slot.
    html: String,
    /// Text for the server that is not in `code` yet.
    raw: String,
    /// Text of the server between the slots, for views that are built before
    /// they are written.
    chunks: Vec<String>,
    chunk: String,
    code: TokenStream,
}

impl Markup {
    /// Adds static markup.
    pub(super) fn both(&mut self, text: &str) {
        self.html.push_str(text);
        self.server(text);
    }

    /// Adds a mark, which only the browser needs.
    pub(super) fn mark(&mut self, mark: &str) {
        self.html.push_str(mark);
    }

    /// Adds static markup that only the server writes.
    pub(super) fn server(&mut self, text: &str) {
        self.raw.push_str(text);
        self.chunk.push_str(text);
    }

    /// Adds markup around the value of a slot. A view that is written after it
    /// has been built writes this markup with the value.
    pub(super) fn around_value(&mut self, text: &str) {
        self.raw.push_str(text);
    }

    pub(super) fn slot(&mut self, builder: &Ident, code: TokenStream) {
        self.chunks.push(std::mem::take(&mut self.chunk));
        self.code(builder, code);
    }

    /// Number of slots so far.
    pub(super) fn slots(&self) -> usize {
        self.chunks.len()
    }

    pub(super) fn code(&mut self, builder: &Ident, code: TokenStream) {
        self.flush(builder);
        self.code.extend(code);
    }

    fn flush(&mut self, builder: &Ident) {
        if !self.raw.is_empty() {
            let raw = std::mem::take(&mut self.raw);
            self.code.extend(quote!(#builder.raw(#raw);));
        }
    }

    /// Returns the code of the view. `key` precedes it.
    pub(super) fn finish(
        mut self,
        builder: &Ident,
        namespace: Namespace,
        key: TokenStream,
    ) -> TokenStream {
        self.flush(builder);
        self.chunks.push(self.chunk);
        let Self { html, chunks, code, .. } = self;
        let slots = chunks.len() - 1;
        let id = id(&html, namespace);
        let namespace = format_ident!("{}", format!("{namespace:?}"));
        quote! {{
            static __TEMPLATE: ::rally::__private::view::Template = ::rally::__private::view::Template {
                id: #id,
                markup: #html,
                namespace: ::rally::__private::view::Namespace::#namespace,
                slots: #slots,
                #[cfg(not(target_arch = "wasm32"))]
                chunks: &[#(#chunks),*],
            };
            #key
            #builder.begin(&__TEMPLATE);
            #code
            #builder.end();
        }}
    }
}

/// Returns a hash of 52 bits, which JavaScript can represent as a number: FNV-1a,
/// then a mixing step that spreads all bits into these.
fn id(html: &str, namespace: Namespace) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in [namespace as u8].into_iter().chain(html.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash >> 12
}
