//! The arguments of `pages!`: a directory and the client context.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, Type};

pub(super) struct PagesArgs {
    /// The directory of the page files; `None` if each page has an explicit path.
    pub(super) directory: Option<LitStr>,
    context: Option<Type>,
}

impl PagesArgs {
    pub(super) fn context(&self) -> TokenStream {
        match &self.context {
            Some(context) => context.to_token_stream(),
            None => quote!(::rally::__private::ClientContext),
        }
    }
}

impl Parse for PagesArgs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self { directory: None, context: None };
        let is_named = input.peek(Ident) && input.peek2(Token![=]);
        if !input.is_empty() && !is_named {
            args.directory = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            if name != "context" || args.context.is_some() || !input.peek(Token![=]) {
                let message = "`pages!` takes a directory and at most one `context`: write \
                               `pages!(\"src/pages\", context = crate::Site)`";
                return Err(syn::Error::new_spanned(name, message));
            }
            input.parse::<Token![=]>()?;
            args.context = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}
