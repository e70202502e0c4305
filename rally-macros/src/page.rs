//! `#[page]`: turns a route struct or a function into a page.

mod expand;
pub(crate) mod function;
mod model;

use proc_macro2::TokenStream;
use quote::quote;

use crate::common::Errors;
use model::PageModel;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match PageModel::parse(args, item.clone(), &mut errors) {
        Some(page) => {
            let page = expand::page(&page);
            let errors = errors.to_compile_errors();
            quote!(#page #errors)
        }
        None => {
            let errors = errors.to_compile_errors();
            quote!(#item #errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    fn expanded(args: TokenStream, item: TokenStream) -> String {
        pretty(expand(args, item))
    }

    #[test]
    fn a_page_with_path_and_query() {
        let item = quote! {
            /// One product.
            pub struct Product {
                pub id: i64,
                #[query]
                pub tab: Option<Tab>,
                #[query(default = 1)]
                pub page: u32,
            }
        };
        insta::assert_snapshot!(expanded(quote!(loader), item));
    }

    #[test]
    fn a_page_with_an_access_rule() {
        let item = quote!(
            pub struct OrderList;
        );
        insta::assert_snapshot!(expanded(quote!(signed_in, authorize = may_see), item));
    }

    #[test]
    fn a_page_that_is_a_function() {
        let item = quote! {
            /// The page about us.
            pub fn about_us(client: &Site) -> Element {
                rsx! { h1 { "About" } }
            }
        };
        insta::assert_snapshot!(expanded(quote!(signed_in, title = "About us"), item));
    }

    #[test]
    fn a_page_with_an_explicit_path() {
        insta::assert_snapshot!(expanded(
            quote!("/about-us"),
            quote!(
                pub struct AboutUs;
            )
        ));
    }
}
