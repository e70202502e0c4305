//! The arguments of `#[server(..)]`.

use darling::FromMeta;
use darling::ast::NestedMeta;
use darling::util::Flag;
use proc_macro2::{Span, TokenStream};
use syn::Path;

use crate::access::FunctionPath;
use crate::common::Errors;

pub(super) struct ServerArgs {
    /// `true` for a loader, `false` for a call's handler.
    pub(super) load: bool,
    /// `true` if the browser sends the call over HTTP instead of the socket.
    pub(super) http: bool,
    pub(super) access: Access,
}

pub(super) enum Access {
    Missing,
    Public,
    SignedIn,
    /// Callers who may see the page that is defined in the same file. The span
    /// is that of the argument `page`.
    Page(Span),
    /// Callers whom `function` admits. With `signed_in`, an anonymous caller is
    /// asked to sign in first.
    Allow {
        function: Path,
        signed_in: bool,
    },
    Private,
}

pub(super) const CHOICES: &str = "`#[server(public)]` for everyone, `#[server(signed_in)]` for \
     signed-in users, `#[server(page)]` for users who may see the page in the same file, \
     `#[server(allow = may_edit)]` for users whom the function `may_edit` allows, or \
     `#[server(private)]` if only code of the server calls this function";

#[derive(FromMeta)]
struct RawArgs {
    load: Flag,
    http: Flag,
    public: Flag,
    signed_in: Flag,
    page: Flag,
    allow: Option<FunctionPath>,
    private: Flag,
}

impl ServerArgs {
    pub(super) fn parse(args: TokenStream, errors: &mut Errors) -> Option<Self> {
        let list = NestedMeta::parse_meta_list(args.clone()).map_err(darling::Error::from);
        let list = errors.take_darling(list)?;
        let raw = errors.take_darling(RawArgs::from_list(&list))?;
        let (load, http) = (raw.load.is_present(), raw.http.is_present());
        let access = match raw.access() {
            Ok(access) => access,
            Err((one, other)) => {
                let message =
                    format!("`{one}` and `{other}` cannot be combined: remove one of them");
                errors.at(args, message);
                return None;
            }
        };
        let message = match access {
            Access::Private if load => {
                "a loader cannot be private, because pages load their data through it: write \
                 `#[server(load, public)]`"
            }
            Access::Private if http => {
                "a private function is only called by code of the server: remove `http`"
            }
            _ if load && http => {
                "a loader does not need `http`: remove `http`. A loader can set cookies without \
                 `http`; the browser then loads the whole document"
            }
            _ => return Some(Self { load, http, access }),
        };
        errors.at(args, message);
        None
    }

    pub(super) fn has_any(&self) -> bool {
        self.load || self.http || !matches!(self.access, Access::Missing)
    }
}

impl RawArgs {
    /// Returns the access rule, or as an error two arguments that cannot be
    /// combined.
    fn access(self) -> Result<Access, (&'static str, &'static str)> {
        let signed_in = self.signed_in.is_present();
        let page = self.page.is_present();
        let words = [
            ("public", self.public.is_present()),
            // `signed_in` may be combined with `allow`.
            ("signed_in", signed_in && self.allow.is_none()),
            ("page", page),
            ("allow", self.allow.is_some()),
            ("private", self.private.is_present()),
        ];
        let mut present = words.iter().filter(|(_, present)| *present).map(|(word, _)| *word);
        let first = present.next();
        if let (Some(first), Some(second)) = (first, present.next()) {
            return Err((first, second));
        }
        Ok(match (first, self.allow) {
            (_, Some(FunctionPath(function))) => Access::Allow { function, signed_in },
            (Some("public"), _) => Access::Public,
            (Some("signed_in"), _) => Access::SignedIn,
            (Some("page"), _) => Access::Page(self.page.span()),
            (Some(_), _) => Access::Private,
            (None, _) => Access::Missing,
        })
    }
}
