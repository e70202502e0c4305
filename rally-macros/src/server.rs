//! `#[server]` and `#[loader]`: the handler of a call, and the loader of a page.

mod args;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemFn};

use crate::access::Access;
use crate::common::Errors;
use crate::function::Function;
use args::ServerArgs;

/// The kind of function that an attribute makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `#[server]`: a handler.
    Call,
    /// `#[loader]`: a loader.
    Loader,
}

impl Kind {
    fn attribute(self) -> &'static str {
        match self {
            Self::Call => "server",
            Self::Loader => "loader",
        }
    }

    /// Returns an example of the signature.
    fn shape(self) -> &'static str {
        match self {
            Self::Call => "async fn rename(msg: Rename, cx: &Cx) -> Result<Answer>",
            Self::Loader => "async fn load(page: Product, cx: &Cx) -> Result<Data, LoadError>",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Call => "server handler",
            Self::Loader => "server loader",
        }
    }
}

pub(crate) fn server(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Call, args, item)
}

pub(crate) fn loader(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Loader, args, item)
}

fn expand(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = ServerArgs::parse(args, kind, &mut errors);
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let contract = match (&args, &parsed) {
        (Some(args), Some(Item::Fn(function))) => parse(function, args, kind, &mut errors)
            .map(|handler| expand::contract(&handler, args, kind, errors.is_empty())),
        (Some(_), Some(other)) => {
            let attribute = kind.attribute();
            errors.at(
                other,
                format!(
                    "`#[{attribute}]` is only for an `async fn`: write `#[server_only]` to keep \
                     this item on the server"
                ),
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

fn parse<'a>(
    function: &'a ItemFn,
    args: &ServerArgs,
    kind: Kind,
    errors: &mut Errors,
) -> Option<Function<'a>> {
    let is_async = function.sig.asyncness.is_some();
    if matches!(args.access, Access::Missing) {
        let name = &function.sig.ident;
        let message = match (kind, is_async) {
            (Kind::Call, false) => format!(
                "`{name}` is not `async`, so it handles no call: write `#[server_only]` to keep \
                 it on the server"
            ),
            _ => format!("`{name}` must say who may call it: write {}", choices(kind)),
        };
        errors.at(name, message);
        if !is_async {
            return None;
        }
    }
    Function::parse(function, kind.name(), kind.shape(), 1, errors)
}

fn choices(kind: Kind) -> String {
    let attribute = kind.attribute();
    let unless = match kind {
        Kind::Call => ", or `#[server_only]` if only code of the server calls this function",
        Kind::Loader => "",
    };
    let or = if unless.is_empty() { "or " } else { "" };
    format!(
        "`#[{attribute}(public)]` for everyone, `#[{attribute}(signed_in)]` for signed-in users, \
         `#[{attribute}(page)]` for users who may see the page in the same file, \
         {or}`#[{attribute}(authorize = may_edit)]` for users whom the function `may_edit` \
         allows{unless}"
    )
}

/// Expands `#[server_only]`.
pub(crate) fn server_only(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !args.is_empty() {
        errors.at(
            args,
            "`#[server_only]` has no arguments: a function that browsers call has \
             `#[server(public)]` or another access",
        );
    }
    let errors = errors.to_compile_errors();
    quote! {
        ::rally::__private::server_only! { #item }
        #errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::pretty;

    fn expanded(args: TokenStream, item: TokenStream) -> String {
        pretty(server(args, item))
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
        insta::assert_snapshot!(pretty(loader(quote!(public), item)));
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
        insta::assert_snapshot!(expanded(quote!(signed_in, authorize = rights::may_edit), item));
    }

    #[test]
    fn other_items_are_kept_on_the_server() {
        let item = quote!(
            const SECRET: &str = "s";
        );
        insta::assert_snapshot!(pretty(server_only(quote!(), item)));
    }

    #[test]
    fn a_handler_with_an_error_keeps_its_contract() {
        let item = quote! {
            async fn rename(msg: Rename, cx: &Cx) -> Result<(), Invalid> { todo() }
        };
        insta::assert_snapshot!(expanded(quote!(), item));
    }
}
