//! The arguments of `#[server(..)]` and `#[loader(..)]`.

use darling::FromMeta;
use darling::ast::NestedMeta;
use darling::util::Flag;
use proc_macro2::TokenStream;
use syn::{Meta, Path};

use super::Kind;
use crate::access::{Access, AccessWords};
use crate::common::Errors;

pub(super) struct ServerArgs {
    /// `true` if the browser sends the call over HTTP instead of the socket.
    pub(super) http: bool,
    pub(super) access: Access,
}

#[derive(FromMeta)]
struct RawArgs {
    http: Flag,
    #[darling(flatten)]
    access: AccessWords,
}

impl ServerArgs {
    pub(super) fn parse(args: TokenStream, kind: Kind, errors: &mut Errors) -> Option<Self> {
        let list = NestedMeta::parse_meta_list(args.clone()).map_err(darling::Error::from);
        let list = errors.take_darling(list)?;
        if let Some((argument, message)) = list.iter().find_map(of_an_earlier_version) {
            errors.at(argument, message);
            return None;
        }
        let raw = errors.take_darling(RawArgs::from_list(&list))?;
        let http = raw.http.is_present();
        if kind == Kind::Loader && http {
            errors.at(
                args,
                "a loader has no `http`: remove `http`, and write `cx: &HttpCx` if the loader sets \
                 cookies. The browser then loads the document for each navigation to the page",
            );
            return None;
        }
        match raw.access.access() {
            Ok(access) => Some(Self { http, access }),
            Err((one, other)) => {
                errors.at(
                    args,
                    format!("`{one}` and `{other}` cannot be combined: remove one of them"),
                );
                None
            }
        }
    }
}

/// Returns the argument and a message if earlier versions had it.
fn of_an_earlier_version(argument: &NestedMeta) -> Option<(&Path, &'static str)> {
    let NestedMeta::Meta(meta) = argument else { return None };
    let path = meta.path();
    let message = match meta {
        Meta::Path(_) if path.is_ident("private") => {
            "code that only the server calls has its own attribute: write `#[server_only]`"
        }
        Meta::Path(_) if path.is_ident("load") => {
            "a loader has its own attribute: write `#[loader(public)]`, `#[loader(page)]` or \
             another access"
        }
        _ if path.is_ident("allow") => {
            "the function that decides about a caller has one name for pages, loaders and calls: \
             write `authorize = ..`"
        }
        _ => return None,
    };
    Some((path, message))
}
