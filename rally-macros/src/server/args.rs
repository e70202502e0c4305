//! What stands in `#[server(..)]`.

use darling::FromMeta;
use darling::ast::NestedMeta;
use darling::util::Flag;
use proc_macro2::{Span, TokenStream};
use syn::Path;

use crate::access::Function;
use crate::common::Errors;

/// Who may call, and what the function is.
pub(super) struct Args {
    pub(super) load: bool,
    /// It goes over HTTP rather than the socket.
    pub(super) http: bool,
    pub(super) access: Access,
}

pub(super) enum Access {
    /// Nothing was written.
    Missing,
    /// Anybody.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Whoever may see the page of this file. The word `page` stands there.
    Page(Span),
    /// Whom a function lets, perhaps after they were asked to sign in.
    Allow { function: Path, signed_in: bool },
    /// Nobody: a function of the server itself.
    Private,
}

/// The choices, as a message lists them.
pub(super) const CHOICES: &str = "`#[server(public)]`: anybody may call it from the browser; \
     `#[server(signed_in)]`: whoever has signed in; `#[server(page)]`: whoever may see the page of \
     this file; `#[server(allow = may_edit)]`: whom that function lets; `#[server(private)]`: only \
     the server's own code calls it";

#[derive(FromMeta)]
struct Written {
    load: Flag,
    http: Flag,
    public: Flag,
    signed_in: Flag,
    page: Flag,
    allow: Option<Function>,
    private: Flag,
}

impl Args {
    pub(super) fn parse(args: TokenStream, errors: &mut Errors) -> Option<Self> {
        let list = NestedMeta::parse_meta_list(args.clone()).map_err(darling::Error::from);
        let list = errors.take_darling(list)?;
        let written = errors.take_darling(Written::from_list(&list))?;
        let (load, http) = (written.load.is_present(), written.http.is_present());
        let access = match written.access() {
            Ok(access) => access,
            Err((one, other)) => {
                let message =
                    format!("`{one}` and `{other}` exclude each other: write one of them");
                errors.at(args, message);
                return None;
            }
        };
        let mistake = match access {
            Access::Private if load => {
                "a private loader would load nothing: write `#[server(load, public)]`"
            }
            Access::Private if http => {
                "a private function is called by the server alone: remove `http`"
            }
            _ if load && http => {
                "a loader may set cookies as it is, the browser then loads the document: remove `http`"
            }
            _ => return Some(Self { load, http, access }),
        };
        errors.at(args, mistake);
        None
    }

    /// Whether anything was written between the parentheses.
    pub(super) fn is_given(&self) -> bool {
        self.load || self.http || !matches!(self.access, Access::Missing)
    }
}

impl Written {
    /// The one access, or two that exclude each other.
    fn access(self) -> Result<Access, (&'static str, &'static str)> {
        let signed_in = self.signed_in.is_present();
        let page = self.page.is_present();
        let words = [
            ("public", self.public.is_present()),
            // To be asked to sign in, and then asked about, is no contradiction.
            ("signed_in", signed_in && self.allow.is_none()),
            ("page", page),
            ("allow", self.allow.is_some()),
            ("private", self.private.is_present()),
        ];
        let mut written = words.iter().filter(|(_, written)| *written).map(|(word, _)| *word);
        let first = written.next();
        if let (Some(first), Some(second)) = (first, written.next()) {
            return Err((first, second));
        }
        Ok(match (first, self.allow) {
            (_, Some(Function(function))) => Access::Allow { function, signed_in },
            (Some("public"), _) => Access::Public,
            (Some("signed_in"), _) => Access::SignedIn,
            (Some("page"), _) => Access::Page(self.page.span()),
            (Some(_), _) => Access::Private,
            (None, _) => Access::Missing,
        })
    }
}
