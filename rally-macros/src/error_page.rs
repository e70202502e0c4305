//! `#[error_page]`: turns a function into the error page of the app.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemFn, Type};

use crate::common::Errors;
use crate::page::function;
use crate::pages::PAGE_INFO;

const SHAPE: &str = "write `#[error_page] pub fn error(error: &PageError, client: &ClientContext) \
                     -> Element`";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !args.is_empty() {
        errors.at(&args, "`#[error_page]` takes no arguments: remove them");
    }
    let page = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => ErrorPage::parse(function, &mut errors),
        Err(_) => {
            errors.at(&item, format!("`#[error_page]` must be on a function: {SHAPE}"));
            None
        }
    };
    let errors = errors.to_compile_errors();
    match page {
        Some(page) => {
            let page = page.expand();
            quote!(#page #errors)
        }
        None => quote!(#item #errors),
    }
}

struct ErrorPage {
    item: ItemFn,
    /// Type of the parameter `client`, if the function has it.
    client: Option<Type>,
}

impl ErrorPage {
    fn parse(item: ItemFn, errors: &mut Errors) -> Option<Self> {
        let found = errors.len();
        function::check(&item, "an error page", errors);
        let inputs: Vec<_> = item.sig.inputs.iter().collect();
        let (error, client) = match inputs[..] {
            [error] => (error, None),
            [error, client] => (error, Some(client)),
            _ => {
                errors.at(
                    &item.sig.ident,
                    format!("an error page takes the error and the client context: {SHAPE}"),
                );
                return None;
            }
        };
        function::reference(error, "`error: &PageError`", errors);
        let client =
            client.and_then(|client| function::reference(client, function::CLIENT, errors));
        (errors.len() == found).then_some(Self { item, client })
    }

    fn expand(&self) -> TokenStream {
        let Self { item, client } = self;
        let function = &item.sig.ident;
        let page_info = format_ident!("{PAGE_INFO}", span = function.span());
        let route = function::unit_struct(item, "ErrorPage", Span::call_site());
        // The function may have the name of a parameter.
        let [error, context] = ["error", "client"].map(|it| Ident::new(it, Span::mixed_site()));
        let view = match client {
            Some(client) => quote_spanned!(client.span()=> #function(#error, #context)),
            None => quote!(#function(#error)),
        };
        let ignored = client.is_none().then(|| quote!(let _ = #context;));
        quote! {
            #item

            #route

            const _: () = {
                impl ::rally::__private::ErrorView for ErrorPage {
                    type Context = #page_info!(context);

                    fn view(
                        #error: &::rally::__private::PageError,
                        #context: &Self::Context,
                    ) -> ::rally::__private::view::Element {
                        #ignored
                        #view
                    }
                }
            };

            impl ErrorPage {
                /// The error page, for `Client::new` and for tests.
                pub const PAGE: ::rally::__private::PageEntry =
                    ::rally::__private::PageEntry::error::<ErrorPage, #page_info!(layout)>(
                        concat!(module_path!(), "::ErrorPage")
                    );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    #[test]
    fn an_error_page() {
        let item = quote! {
            pub fn error(error: &PageError, client: &Site) -> Element {
                rsx! { h1 { "{error.status}" } }
            }
        };
        insta::assert_snapshot!(pretty(expand(quote!(), item)));
    }
}
