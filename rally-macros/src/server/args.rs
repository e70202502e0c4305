//! The arguments of `#[server(..)]` and `#[loader(..)]`.

use darling::FromMeta;
use darling::ast::NestedMeta;
use darling::util::Flag;
use proc_macro2::TokenStream;
use syn::Meta;

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
        if let Some(message) = list.iter().find_map(of_an_earlier_version) {
            errors.at(args, message);
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

/// Returns the message for an argument that earlier versions had.
fn of_an_earlier_version(argument: &NestedMeta) -> Option<&'static str> {
    let NestedMeta::Meta(Meta::Path(path)) = argument else { return None };
    if path.is_ident("private") {
        return Some(
            "code that only the server calls has its own attribute: write `#[server_only]`",
        );
    }
    path.is_ident("load").then_some(
        "a loader has its own attribute: write `#[loader(public)]`, `#[loader(page)]` or another \
         access",
    )
}
