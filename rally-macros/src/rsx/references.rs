//! Modules with a documented constant for each element and attribute. `rsx!`
//! imports those that it names, with the span of the user, so that editors show
//! their documentation and complete them. The imports produce no code.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::names::{self, ElementName, Namespace, aria, html, mathml, svg, words};

/// The names that an `rsx!` uses.
#[derive(Default)]
pub(super) struct References {
    known: Vec<TokenStream>,
    /// Misspelt or unfinished names. Only an editor sees them, to complete them.
    unknown: Vec<TokenStream>,
}

impl References {
    pub(super) fn element(&mut self, element: ElementName, ident: &Ident) {
        let module = module(element.namespace);
        self.known.push(quote!(#module::#ident));
    }

    /// Refers to an attribute of an element, or of all elements.
    pub(super) fn attribute(&mut self, element: Option<ElementName>, ident: &Ident) {
        let module = match element {
            Some(element) => {
                let (namespace, element) = (module(element.namespace), escaped(element.name));
                quote!(#namespace::#element)
            }
            None => quote!(global),
        };
        self.known.push(quote!(#module::#ident));
    }

    pub(super) fn unknown_element(&mut self, namespace: Namespace, ident: &Ident) {
        let module = module(namespace);
        self.unknown.push(quote!(#module::#ident));
    }

    pub(super) fn unknown_attribute(&mut self, element: ElementName, ident: &Ident) {
        let (namespace, element) = (module(element.namespace), escaped(element.name));
        self.unknown.push(quote!(#namespace::#element::#ident));
    }

    pub(super) fn unknown_event(&mut self, ident: &Ident) {
        self.unknown.push(quote!(events::#ident));
    }
}

impl ToTokens for References {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let unknown = if is_editor() { &self.unknown[..] } else { &[] };
        let mut names = self.known.iter().chain(unknown).peekable();
        if names.peek().is_some() {
            // The import is for editors only, and rustc sees no use of it.
            tokens.extend(quote! {
                #[allow(unused_imports)]
                use ::rally::__private::elements::{#(#names as _),*};
            });
        }
    }
}

/// Returns `true` if rust-analyzer expands the macro. For the compiler, a misspelt
/// name would be a second error.
fn is_editor() -> bool {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name()?.to_str());
    name.is_some_and(|name| name.starts_with("rust-analyzer"))
}

fn module(namespace: Namespace) -> Ident {
    format_ident!("{}", namespace.module())
}

/// Returns an identifier, also for a keyword.
fn escaped(name: &str) -> Ident {
    let name = name.replace('-', "_");
    syn::parse_str(&name).unwrap_or_else(|_| Ident::new_raw(&name, Span::call_site()))
}

/// Expands `__elements!`, which the facade calls once.
pub(crate) fn expand() -> TokenStream {
    let global = words(html::GLOBAL).map(html_constant);
    let aria = words(aria::ARIA).map(|name| {
        let constant = escaped(&format!("aria_{name}"));
        let (name, attribute) = (format!("aria-{name}"), "Accessibility/ARIA/Reference/Attributes");
        documented(&constant, &format!("The attribute `{name}`."), &format!("{attribute}/{name}"))
    });
    let html = html::ELEMENTS.iter().filter(|(name, ..)| !matches!(*name, "svg" | "math")).map(
        |(name, attributes, about)| {
            let attributes = words(attributes).map(html_constant);
            let path = format!("HTML/Reference/Elements/{name}");
            element(name, about, &path, quote!(#(#attributes)*))
        },
    );
    let svg = words(svg::ELEMENTS).chain(words(svg::SHARED));
    let svg = foreign("SVG/Reference", svg, svg::ATTRIBUTES);
    let mathml = words(mathml::ELEMENTS).chain(["math"]);
    let mathml = foreign("MathML/Reference", mathml, mathml::ATTRIBUTES);
    quote! {
        pub use super::view::events;
        pub mod global { #(#global)* #(#aria)* }
        pub mod html {
            #(#html)*
            pub use super::svg::svg;
            pub use super::mathml::math;
        }
        pub mod svg { #svg }
        pub mod mathml { #mathml }
    }
}

/// Expands the elements of SVG or MathML, all of which have the same attributes.
fn foreign(
    directory: &str,
    elements: impl Iterator<Item = &'static str>,
    attributes: &'static str,
) -> TokenStream {
    let elements = elements.map(|name| {
        let about = format!("The element `{name}`.");
        let path = format!("{directory}/Element/{name}");
        element(
            name,
            &about,
            &path,
            quote!(
                pub use super::attributes::*;
            ),
        )
    });
    let attributes = words(attributes).map(|name| {
        let about = format!("The attribute `{name}`.");
        let path = format!("{directory}/Attribute/{name}");
        documented(&escaped(&names::ident_of(name)), &about, &path)
    });
    quote! {
        pub mod attributes { #(#attributes)* }
        #(#elements)*
    }
}

fn element(name: &str, about: &str, path: &str, attributes: TokenStream) -> TokenStream {
    let (module, link) = (escaped(name), link(path));
    quote! {
        #[doc = #about]
        #[doc = #link]
        pub mod #module {
            pub use super::super::global::*;
            #attributes
        }
    }
}

fn html_constant(name: &'static str) -> TokenStream {
    let about =
        html::ATTRIBUTES.iter().find(|(known, _)| *known == name).map_or("", |known| known.1);
    let path = format!("HTML/Reference/Attributes/{name}");
    documented(&escaped(&names::ident_of(name)), about, &path)
}

fn documented(constant: &Ident, about: &str, path: &str) -> TokenStream {
    let link = link(path);
    quote! {
        #[doc = #about]
        #[doc = #link]
        pub const #constant: () = ();
    }
}

fn link(path: &str) -> String {
    format!("\n[MDN](https://developer.mozilla.org/docs/Web/{path})")
}
