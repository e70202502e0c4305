//! Who may call or see something, as both `#[page]` and `#[server]` write it.

use darling::FromMeta;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// The type by which a page is found in its file. When there is none, the
/// compiler says so by this name.
pub(crate) const PAGE_OF_FILE: &str = "rally_a_page_must_stand_in_this_file";

/// The function of `allow = may_edit` or `authorize = may_edit`.
pub(crate) struct Function(pub(crate) Path);

/// What is written.
const A_FUNCTION: &str = "a function is named here: write `= may_edit`, or the path to it";

impl FromMeta for Function {
    fn from_word() -> darling::Result<Self> {
        Err(darling::Error::custom(A_FUNCTION))
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(path) => Ok(Self(path.path.clone())),
            other => Err(darling::Error::custom(A_FUNCTION).with_span(other)),
        }
    }
}

/// Submits an entry. `access` is how `Access` begins, `function` who is asked
/// besides: its types are known to nobody but the compiler.
pub(crate) fn submit(
    access: TokenStream,
    function: Option<&Path>,
    entry: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let access = quote!(::rally::__private::Access::#access);
    match function {
        None => {
            let entry = entry(access);
            quote!(::rally::__private::submit! { #entry })
        }
        Some(function) => {
            let authorizer = quote_spanned! {function.span()=>
                ::rally::__private::Authorizer::of(#function)
            };
            let entry = entry(quote!(#access.allow(FUNCTION)));
            quote! {
                const _: () = {
                    const FUNCTION: &dyn ::rally::__private::Authorize = &#authorizer;
                    ::rally::__private::submit! { #entry }
                };
            }
        }
    }
}
