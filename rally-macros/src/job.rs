//! `#[job]`: a function that the server runs in the background.

mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use crate::common::Errors;
use crate::function::Function;

const SHAPE: &str = "async fn send_welcome(msg: SendWelcome, cx: &Cx) -> Result<()>";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !args.is_empty() {
        errors.at(&args, "`#[job]` takes no arguments: write `#[job]`");
    }
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let job = match &parsed {
        Some(Item::Fn(function)) => Function::parse(function, "job", SHAPE, 0, &mut errors)
            .filter(|_| errors.is_empty())
            .map(|function| expand::job(&function)),
        Some(other) => {
            let message = format!(
                "`#[job]` must be on a function that takes the enqueued message: write `{SHAPE}`"
            );
            errors.at(other, message);
            None
        }
        None => None,
    };
    let errors = errors.to_compile_errors();
    quote! {
        ::rally::__private::server_only! { #item }
        #job
        #errors
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
    fn a_job() {
        let item = quote! {
            async fn send_welcome(msg: SendWelcome, cx: &Cx) -> Result<()> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(), item));
    }

    #[test]
    fn all_errors_are_reported_together() {
        let item = quote! {
            fn send_welcome<T>(msg: &SendWelcome) { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(public), item));
    }
}
