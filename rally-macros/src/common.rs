//! What the macros share: collecting errors.

use proc_macro2::TokenStream;
use syn::Error;

/// Mistakes found so far. All of them are reported, each at its own token.
#[derive(Default)]
pub(crate) struct Errors(Vec<Error>);

impl Errors {
    /// Notes a mistake: what it is, then what to write.
    pub(crate) fn at(&mut self, tokens: impl quote::ToTokens, message: impl std::fmt::Display) {
        self.0.push(Error::new_spanned(tokens, message));
    }

    /// Notes the error of a result, and goes on without its value.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Notes the errors that darling collected.
    pub(crate) fn take_darling<T>(&mut self, result: darling::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.extend(error.flatten().into_iter().map(Error::from))).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}

/// The tests of every macro: formats tokens as rustfmt would nearly do.
#[cfg(test)]
pub(crate) fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_string(),
    }
}
