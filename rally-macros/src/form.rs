//! `derive(Form)`: a struct as a form, and an enum as the choices of a field.

mod attributes;
mod choice;
mod group;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use crate::common::Errors;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = errors.take(syn::parse2::<DeriveInput>(item));
    let expanded = item.and_then(|item| form(&item, &mut errors));
    let errors = errors.to_compile_errors();
    quote!(#expanded #errors)
}

fn form(item: &DeriveInput, errors: &mut Errors) -> Option<TokenStream> {
    if !item.generics.params.is_empty() {
        errors.at(&item.generics, "a form cannot be generic: write a struct without parameters");
        return None;
    }
    match &item.data {
        Data::Struct(data) => group::expand(item, data, errors),
        Data::Enum(data) => choice::expand(item, data, errors),
        Data::Union(_) => {
            errors.at(&item.ident, "`Form` does not support unions: write a struct");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    #[test]
    fn a_struct() {
        let item = quote! {
            /// A new account.
            pub struct NewAccount {
                #[form(max = 40, trim, autocomplete = "username")]
                pub name: String,
                #[form(password, min = 8)]
                password: String,
                #[form(min = -1.5, message = "Too cold.")]
                pub(crate) warmth: Option<f32>,
                #[form(skip)]
                step: u8,
            }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn an_enum() {
        let item = quote! {
            #[form(text)]
            enum Plan {
                Free,
                WithSupport,
                #[form(label = "For teams", value = "team")]
                Team,
            }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn all_errors_are_reported_together() {
        let item = quote! {
            #[form(text)]
            struct Form {
                #[form(maximum = 4, min, max_items = -1)]
                a: String,
                #[form(message = "password", email = true, max = "x".len(), name = "")]
                b: String,
                #[form(name = "b")]
                c: String,
            }
        };
        insta::assert_snapshot!(pretty(expand(item)));
    }

    #[test]
    fn choices_without_a_value_are_refused() {
        let item = quote! {
            #[form(words)]
            enum Plan { Free, Paid(u32), #[form(value = "free")] Other }
        };
        insta::assert_snapshot!(pretty(expand(item)));
        insta::assert_snapshot!(pretty(expand(quote!(
            enum Never {}
        ))));
        insta::assert_snapshot!(pretty(expand(quote!(
            struct Pair(u8, u8);
        ))));
    }
}
