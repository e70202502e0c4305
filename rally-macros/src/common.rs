//! Collection of compile errors, shared by all macros.

use proc_macro2::{Span, TokenStream};
use syn::Error;

/// The compile errors found so far. All are reported, each at its own token.
#[derive(Default)]
pub(crate) struct Errors(Vec<Error>);

impl Errors {
    /// Adds an error at `tokens`. The message says what is wrong, then what to
    /// write.
    pub(crate) fn at(&mut self, tokens: impl quote::ToTokens, message: impl std::fmt::Display) {
        self.0.push(Error::new_spanned(tokens, message));
    }

    /// Adds an error at a span.
    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.0.push(Error::new(span, message));
    }

    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    pub(crate) fn take_darling<T>(&mut self, result: darling::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.extend(error.flatten().into_iter().map(Error::from))).ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}

/// Formats tokens for the snapshots. Tokens that are not a Rust file are not
/// formatted.
#[cfg(test)]
pub(crate) fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_string(),
    }
}

/// Checks that the documentation shows the expansions that the macros emit.
#[cfg(test)]
mod docs {
    use std::path::Path;

    use proc_macro2::TokenStream;
    use quote::{ToTokens, quote};
    use syn::{Item, Meta};

    use super::pretty;

    const INPUT: &str = "<!-- input -->\n```text\n";
    const EXPANSION: &str = "<!-- expansion -->\n```text\n";

    /// Checks one file of the documentation. With `UPDATE_DOCS=1` in the
    /// environment, writes the expansion into the file instead.
    #[track_caller]
    fn check(file: &str, expand: fn(TokenStream, TokenStream) -> TokenStream) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let block = |start: &str| {
            let (_, rest) = text.split_once(start).expect(
                "the file must have both marker comments, `<!-- input -->` and \
                 `<!-- expansion -->`, each followed by a code block",
            );
            rest.split_once("```").expect("each code block must end with three backticks").0
        };
        let mut item: Item = syn::parse_str(block(INPUT)).unwrap();
        let attribute = match &mut item {
            Item::Struct(item) => item.attrs.remove(0),
            Item::Fn(item) => item.attrs.remove(0),
            _ => panic!("the input must be a struct or a function"),
        };
        let args = match attribute.meta {
            Meta::List(list) => list.tokens,
            _ => quote!(),
        };
        let expected = pretty(expand(args, item.to_token_stream()));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let (head, rest) = text.split_once(EXPANSION).unwrap();
            let (_, tail) = rest.split_once("```").unwrap();
            std::fs::write(&path, format!("{head}{EXPANSION}{expected}```{tail}")).unwrap();
        } else {
            assert_eq!(block(EXPANSION), expected, "{file} is outdated: run with UPDATE_DOCS=1");
        }
    }

    #[test]
    fn page_md_shows_the_expansion() {
        check("page.md", crate::page::expand);
    }

    #[test]
    fn server_md_shows_the_expansion() {
        check("server.md", crate::server::server);
    }

    #[test]
    fn job_md_shows_the_expansion() {
        check("job.md", crate::job::expand);
    }
}
