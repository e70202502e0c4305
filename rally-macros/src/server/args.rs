//! What stands in `#[server(..)]`.

use darling::FromMeta;
use darling::ast::NestedMeta;
use darling::util::Flag;
use proc_macro2::TokenStream;

use crate::common::Errors;

/// Who may call, and what the function is.
pub(super) struct Args {
    pub(super) load: bool,
    pub(super) access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing was written.
    Missing,
    /// Anybody.
    Public,
    /// Nobody: a function of the server itself.
    Private,
}

/// The choices, as a message lists them.
pub(super) const CHOICES: &str = "`#[server(public)]`: anybody may call it from the browser; \
     `#[server(private)]`: only the server's own code calls it";

#[derive(FromMeta)]
struct Written {
    load: Flag,
    public: Flag,
    private: Flag,
}

impl Args {
    pub(super) fn parse(args: TokenStream, errors: &mut Errors) -> Option<Self> {
        let list = NestedMeta::parse_meta_list(args.clone()).map_err(darling::Error::from);
        let list = errors.take_darling(list)?;
        let written = errors.take_darling(Written::from_list(&list))?;
        let access = match (written.public.is_present(), written.private.is_present()) {
            (false, false) => Access::Missing,
            (true, false) => Access::Public,
            (false, true) => Access::Private,
            (true, true) => {
                errors.at(args, "`public` and `private` exclude each other: write one of them");
                return None;
            }
        };
        if written.load.is_present() && access == Access::Private {
            errors.at(args, "a private loader would load nothing: write `#[server(load, public)]`");
            return None;
        }
        Some(Self { load: written.load.is_present(), access })
    }

    /// Whether anything was written between the parentheses.
    pub(super) fn is_given(&self) -> bool {
        self.load || self.access != Access::Missing
    }
}
