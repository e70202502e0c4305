//! `#[component]`: a function that `rsx!` calls with named properties.

mod expand;
mod signature;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, ItemFn};

use crate::common::Errors;
use signature::Signature;

const SHAPE: &str = "fn Card(title: String, children: Element) -> Element";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !args.is_empty() {
        errors.at(&args, "`#[component]` takes no arguments: write `#[component]`");
    }
    let output = match errors.take(syn::parse2::<Item>(item.clone())) {
        Some(Item::Fn(mut function)) => {
            signature::correct(&mut function.sig, &mut errors);
            let component = Signature::parse(&function, &mut errors)
                .map(|signature| expand::component(&function, &signature));
            let function = plain(&mut function);
            quote!(#function #component)
        }
        Some(other) => {
            errors.at(other, format!("`#[component]` must be on a function: write `{SHAPE}`"));
            item
        }
        None => item,
    };
    let errors = errors.to_compile_errors();
    quote!(#output #errors)
}

/// Returns the function without the attributes of its parameters.
fn plain(function: &mut ItemFn) -> TokenStream {
    for input in &mut function.sig.inputs {
        if let syn::FnArg::Typed(input) = input {
            input.attrs.retain(|attribute| !is_ours(attribute));
        }
    }
    let function = function.to_token_stream();
    quote! {
        #[allow(non_snake_case, reason = "the name of a component begins with a capital letter")]
        #function
    }
}

fn is_ours(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("default") || attribute.path().is_ident("doc")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    fn expanded(item: TokenStream) -> String {
        pretty(expand(quote!(), item))
    }

    #[test]
    fn a_component_with_properties_and_children() {
        insta::assert_snapshot!(expanded(quote! {
            /// A card.
            pub fn Card(title: String, #[default(3)] stars: u8, badge: Option<u32>, children: Element) -> Element {
                rsx! {}
            }
        }));
    }

    #[test]
    fn a_generic_component_with_a_reference() {
        insta::assert_snapshot!(expanded(quote! {
            fn Row<T: Display>(item: &T) -> Element where T: Clone {
                rsx! {}
            }
        }));
    }

    #[test]
    fn all_errors_are_reported_together() {
        insta::assert_snapshot!(expanded(quote! {
            async fn card(&self, (a, b): (u8, u8), text: impl Display, children: u8) {}
        }));
    }
}
