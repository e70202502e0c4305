//! Access rules, as both `#[page]` and `#[server]` write them.

use darling::FromMeta;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// The type alias that `#[page]` emits for its struct. `#[server(page)]` uses it to refer
/// to the page that is defined in the same file. If the file has no page, rustc prints
/// this name in its error.
pub(crate) const PAGE_OF_FILE: &str = "rally_this_file_must_contain_a_page";

pub(crate) struct FunctionPath(pub(crate) Path);

const EXPECTED_FUNCTION: &str =
    "expected a function: write its name or path after `=`, as in `= may_edit`";

impl FromMeta for FunctionPath {
    fn from_word() -> darling::Result<Self> {
        Err(darling::Error::custom(EXPECTED_FUNCTION))
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(path) => Ok(Self(path.path.clone())),
            other => Err(darling::Error::custom(EXPECTED_FUNCTION).with_span(other)),
        }
    }
}

/// Emits the code that submits an entry to the server's registry. `access` is a
/// constant or constructor of `Access`. `function` is the app's authorize
/// function. It is emitted as a constant trait object, because the macro does
/// not know the types of its parameters.
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
