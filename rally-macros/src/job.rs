//! `#[job]`: work that is stored, and done after the answer.

mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use crate::common::Errors;
use crate::function::Function;

/// How a job is written.
const SHAPE: &str = "async fn send_welcome(msg: SendWelcome, cx: &Cx) -> Result<()>";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !args.is_empty() {
        errors.at(&args, "a job is told nothing here, nobody calls it: write `#[job]`");
    }
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let job = match &parsed {
        Some(Item::Fn(function)) => Function::parse(function, "job", SHAPE, &mut errors)
            .filter(|_| errors.is_empty())
            .map(|function| expand::job(&function)),
        Some(other) => {
            let message = format!(
                "a job is a function, which is given the message that was enqueued: write `{SHAPE}`"
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
    fn every_mistake_is_told_at_once() {
        let item = quote! {
            fn send_welcome<T>(msg: &SendWelcome) { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(public), item));
    }
}
