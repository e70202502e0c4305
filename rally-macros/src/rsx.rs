//! `rsx!`: markup as calls of a builder. The crate dioxus-rsx parses the markup.
//!
//! The expansion names only items of `::rally::__private` and of the standard
//! library. The builder writes text on the server and builds views elsewhere.

mod attribute;
mod component;
mod condition;
mod element;
mod inert;
mod lookup;
mod markup;
mod names;
mod nesting;
pub(crate) mod references;
mod template;
mod text;
mod value;

use dioxus_rsx::{CallBody, Diagnostics};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::common::Errors;
use names::Namespace;
use nesting::Ancestor;
use references::References;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut rsx = Rsx::new();
    let body = match syn::parse2::<CallBody>(input) {
        Ok(call) => rsx.body(&call.body, false),
        Err(error) => {
            rsx.syntax_error(error);
            TokenStream::new()
        }
    };
    let Rsx { builder, errors, references, .. } = rsx;
    let errors = errors.to_compile_errors();
    // Static markup uses neither the traits nor the mutability.
    quote! {{
        #errors
        #references
        #[allow(unused_imports)]
        use ::rally::__private::view::{Fast as _, Slow as _};
        #[allow(unused_mut)]
        let mut #builder = ::rally::__private::view::Builder::start();
        #body
        #builder.finish()
    }}
}

/// The state of one expansion.
struct Rsx {
    /// The variable of the builder. Its span keeps it apart from the variables
    /// of the user.
    builder: Ident,
    errors: Errors,
    references: References,
    /// The elements around the node that is expanded, as far as this `rsx!`
    /// shows them.
    ancestors: Vec<Ancestor>,
    /// The namespace of the children of the innermost of these elements.
    namespace: Namespace,
    /// `true` inside the template of an item of a `for`.
    is_in_item: bool,
    /// `true` in the body of a `for`.
    is_in_loop: bool,
}

impl Rsx {
    fn new() -> Self {
        Self {
            builder: variable("b"),
            errors: Errors::default(),
            references: References::default(),
            ancestors: Vec::new(),
            namespace: Namespace::Html,
            is_in_item: false,
            is_in_loop: false,
        }
    }

    /// Adds the error at which the parser stopped.
    fn syntax_error(&mut self, error: syn::Error) {
        if error.to_string() == "expected identifier" {
            let message = "expected an element, a text or an expression: write `div { .. }`, \
                           `\"text\"` or `{expression}`";
            self.errors.at_span(error.span(), message);
        } else {
            self.errors.take::<()>(Err(error));
        }
    }

    /// Adds the errors that the parser found, except those of rules that do not hold here.
    fn diagnostics(&mut self, diagnostics: &Diagnostics) {
        for diagnostic in &diagnostics.diagnostics {
            for error in syn::Error::from(diagnostic.clone()) {
                let text = error.to_string();
                // Keys can be any value; several classes are joined here.
                let other_rules = ["Key must", "Cannot merge", "Duplicate prop", "warning:"];
                if text.contains("must come before children") {
                    let message = "attributes come first, then `..spread`s, then children: move this \
                                   one up";
                    self.errors.at_span(error.span(), message);
                } else if !other_rules.iter().any(|start| text.starts_with(start)) {
                    self.errors.take::<()>(Err(error));
                }
            }
        }
    }
}

/// Makes a variable that the code of the user cannot see.
fn variable(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Returns a span for generated code that rustc reports at `span`. Lints ignore
/// the code, as it belongs to a macro.
fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Returns an expression without the braces around it, so that rustc does not
/// warn of them. Braces around statements stay.
fn without_braces(expression: &dioxus_rsx::PartialExpr) -> TokenStream {
    match expression.brace {
        Some(_) if syn::parse2::<syn::Expr>(expression.expr.clone()).is_ok() => {
            expression.expr.clone()
        }
        _ => expression.to_token_stream(),
    }
}

#[cfg(test)]
mod tests;
