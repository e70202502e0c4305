//! `derive(Wire)`: encoding and decoding of a type, and the fingerprint of its definition.

mod attributes;
mod expand;
mod names;
mod secrets;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(crate) use secrets::is_secret;

use crate::common::Errors;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = errors.take(syn::parse2::<DeriveInput>(item));
    let expanded = item.map(|item| expand::wire(&item, &mut errors));
    let errors = errors.to_compile_errors();
    quote!(#expanded #errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    #[test]
    fn a_struct() {
        let item = quote! {
            /// Asks for a new name.
            pub struct Rename {
                pub id: i64,
                #[serde(default)]
                name: String,
            }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn an_enum_with_a_type_parameter() {
        let item = quote! {
            enum Change<T> { Added(T), Moved { from: usize, to: usize }, Cleared }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn secrets_are_marked() {
        let item = quote! {
            enum Credentials {
                ByName { name: String, #[wire(secret)] answer: String, new_password: String },
                ByToken(u64),
                ByAddress(#[wire(opaque = "IpAddr@1", secret)] IpAddr, #[wire(opaque = "Port@1")] Port),
            }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn attributes_that_break_positional_messagepack_are_refused() {
        let item = quote! {
            #[serde(untagged)]
            enum Event { #[serde(skip_serializing)] A { #[serde(flatten)] b: Inner } }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }
}
