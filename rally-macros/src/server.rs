//! `#[server]`: a call's handler, a loader, or any item that only the server has.

mod args;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemFn};

use crate::common::Errors;
use crate::function::Function;
use args::{Access, CHOICES, ServerArgs};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = ServerArgs::parse(args, &mut errors);
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let contract = match (&args, &parsed) {
        (Some(args), Some(Item::Fn(function))) if !matches!(args.access, Access::Private) => {
            let is_handler = function.sig.asyncness.is_some() || args.has_any();
            is_handler
                .then(|| parse(function, args, &mut errors))
                .flatten()
                .map(|handler| expand::contract(&handler, args, errors.is_empty()))
        }
        (Some(args), Some(other)) if args.has_any() && !matches!(args.access, Access::Private) => {
            errors.at(
                other,
                "arguments of `#[server]` are only for an `async fn`: write `#[server]` without \
                 arguments to keep this item on the server",
            );
            None
        }
        _ => None,
    };
    let errors = errors.to_compile_errors();
    quote! {
        ::rally::__private::server_only! { #item }
        #contract
        #errors
    }
}

fn parse<'a>(function: &'a ItemFn, args: &ServerArgs, errors: &mut Errors) -> Option<Function<'a>> {
    if matches!(args.access, Access::Missing) {
        let name = &function.sig.ident;
        errors.at(name, format!("`{name}` must say who may call it: write {CHOICES}"));
    }
    let (kind, shape) = match args.load {
        true => {
            ("server loader", "async fn load(page: Product, cx: &Cx) -> Result<Data, LoadError>")
        }
        false => ("server handler", "async fn rename(msg: Rename, cx: &Cx) -> Result<Answer>"),
    };
    Function::parse(function, kind, shape, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    fn expanded(args: TokenStream, item: TokenStream) -> String {
        pretty(expand(args, item))
    }

    #[test]
    fn a_handler() {
        let item = quote! {
            async fn rename(msg: Rename, cx: &Cx) -> Result<(), Invalid> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(public), item));
    }

    #[test]
    fn a_loader() {
        let item = quote! {
            async fn load(page: Product, cx: &Cx) -> Result<String, LoadError> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(load, public), item));
    }

    #[test]
    fn a_handler_over_http() {
        let item = quote! {
            async fn sign_in(msg: SignIn, cx: &Cx) -> Result<bool> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(public, http), item));
    }

    #[test]
    fn a_handler_with_the_access_rule_of_its_page() {
        let item = quote! {
            async fn rename(msg: Rename, cx: &Cx) -> Result<()> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(page), item));
    }

    #[test]
    fn a_handler_with_an_authorization_function() {
        let item = quote! {
            async fn rename(msg: Rename, cx: &Cx) -> Result<()> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(signed_in, allow = rights::may_edit), item));
    }

    #[test]
    fn other_items_are_kept_on_the_server() {
        insta::assert_snapshot!(expanded(
            quote!(),
            quote!(
                const SECRET: &str = "s";
            )
        ));
    }

    #[test]
    fn a_handler_with_an_error_keeps_its_contract() {
        let item = quote! {
            async fn rename(msg: Rename, cx: &Cx) -> Result<(), Invalid> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(), item));
    }
}
