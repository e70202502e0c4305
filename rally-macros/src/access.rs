//! Access rules, as `#[page]`, `#[server]` and `#[loader]` write them.

use darling::FromMeta;
use darling::util::Flag;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Path};

/// The type alias that `#[page]` emits for its struct. `#[server(page)]` uses it to refer
/// to the page that is defined in the same file. If the file has no page, rustc prints
/// this name in its error.
pub(crate) const PAGE_OF_FILE: &str = "rally_this_file_must_contain_a_page";

/// The access rule of a handler or loader.
pub(crate) enum Access {
    Missing,
    Public,
    SignedIn,
    /// Callers who may see the page that is defined in the same file, and whom the
    /// function admits, if there is one. The span is that of the argument `page`.
    Page(Span, Option<Path>),
    /// Callers whom `function` admits. With `signed_in`, an anonymous caller is
    /// asked to sign in first.
    Authorize {
        function: Path,
        signed_in: bool,
    },
}

impl Access {
    /// Returns the constant or constructor of the server's `Access`, and the app's authorize
    /// function, if any.
    pub(crate) fn expand(&self) -> (TokenStream, Option<&Path>) {
        match self {
            Self::SignedIn => (quote!(SIGNED_IN), None),
            Self::Page(span, function) => {
                let page = page_of_file(*span);
                (quote!(page::<#page>()), function.as_ref())
            }
            Self::Authorize { function, signed_in: true } => (quote!(SIGNED_IN), Some(function)),
            Self::Authorize { function, signed_in: false } => (quote!(PUBLIC), Some(function)),
            // `Missing` does not occur here: such a handler is not valid.
            Self::Public | Self::Missing => (quote!(PUBLIC), None),
        }
    }

    /// Returns the route of the page that the rule names, or `()`.
    pub(crate) fn page(&self) -> TokenStream {
        match self {
            Self::Page(span, _) => page_of_file(*span).into_token_stream(),
            _ => quote!(()),
        }
    }

    /// Returns the type that says whether each caller has an identity. `page` is the
    /// route of the page whose rule applies too.
    pub(crate) fn callers(&self, page: Option<&TokenStream>) -> TokenStream {
        let own = match self {
            Self::SignedIn | Self::Authorize { .. } | Self::Page(_, Some(_)) => {
                quote!(KnownCallers)
            }
            Self::Public | Self::Page(_, None) | Self::Missing => quote!(AnyCallers),
        };
        let own = quote!(::rally::__private::#own);
        match page {
            None => own,
            Some(page) => quote! {
                <#own as ::rally::__private::CallersKind>::And<
                    <#page as ::rally::__private::PageCallers>::Callers,
                >
            },
        }
    }
}

/// The words of an access rule, among the arguments of an attribute.
#[derive(FromMeta)]
pub(crate) struct AccessWords {
    public: Flag,
    signed_in: Flag,
    page: Flag,
    authorize: Option<FunctionPath>,
}

impl AccessWords {
    /// Returns the access rule, or as an error two arguments that cannot be
    /// combined.
    pub(crate) fn access(self) -> Result<Access, (&'static str, &'static str)> {
        let signed_in = self.signed_in.is_present();
        let page = self.page.is_present();
        // `authorize` may be combined with `signed_in` or with `page`.
        let words = [
            ("public", self.public.is_present()),
            ("signed_in", signed_in && (page || self.authorize.is_none())),
            ("page", page && (signed_in || self.authorize.is_none())),
            ("authorize", self.authorize.is_some()),
        ];
        let mut present = words.iter().filter(|(_, present)| *present).map(|(word, _)| *word);
        let first = present.next();
        if let (Some(first), Some(second)) = (first, present.next()) {
            return Err((first, second));
        }
        Ok(match (first, self.authorize) {
            (_, Some(FunctionPath(function))) if page => {
                Access::Page(self.page.span(), Some(function))
            }
            (_, Some(FunctionPath(function))) => Access::Authorize { function, signed_in },
            (Some("public"), _) => Access::Public,
            (Some("signed_in"), _) => Access::SignedIn,
            (Some(_), _) => Access::Page(self.page.span(), None),
            (None, _) => Access::Missing,
        })
    }
}

fn page_of_file(span: Span) -> Ident {
    format_ident!("{PAGE_OF_FILE}", span = span)
}

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
/// function, and `page` the route that it may take, or `()`. It is emitted as a
/// constant trait object, because the macro does not know the types of its
/// parameters.
pub(crate) fn submit(
    access: TokenStream,
    function: Option<&Path>,
    page: &TokenStream,
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
                ::rally::__private::Authorizer::of::<#page, _>(#function)
            };
            let entry = entry(quote!(#access.authorize(FUNCTION)));
            quote! {
                const _: () = {
                    const FUNCTION: &dyn ::rally::__private::Authorize = &#authorizer;
                    ::rally::__private::submit! { #entry }
                };
            }
        }
    }
}
