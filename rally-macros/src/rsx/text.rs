//! Texts: literals with arguments, of nodes, attributes, keys and properties.

use dioxus_rsx::{FormattedSegmentType, IfmtInput, Segment};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

use super::{Rsx, generated_at};

/// A text whose parts are written one after the other.
#[derive(Default)]
pub(super) struct Text(pub(super) Vec<Piece>);

pub(super) enum Piece {
    Literal(String),
    /// An expression with `Display` or, with a format specification, whatever
    /// that requires.
    Argument {
        value: TokenStream,
        format: String,
        span: Span,
    },
    If {
        condition: TokenStream,
        then: Text,
        otherwise: Text,
    },
    For {
        pattern: TokenStream,
        items: TokenStream,
        body: Text,
    },
}

impl Text {
    pub(super) fn of_literal(text: impl Into<String>) -> Self {
        Self(vec![Piece::Literal(text.into())])
    }

    pub(super) fn of_value(value: TokenStream, span: Span) -> Self {
        Self(vec![Piece::Argument { value, format: String::new(), span }])
    }

    /// Returns the text if it has no dynamic part.
    pub(super) fn literal(&self) -> Option<String> {
        self.0.iter().try_fold(String::new(), |text, piece| match piece {
            Piece::Literal(literal) => Some(text + literal),
            _ => None,
        })
    }

    /// Returns `true` if the text may begin with a line feed.
    pub(super) fn may_begin_with_line_feed(&self) -> bool {
        match self.0.iter().find(|piece| !matches!(piece, Piece::Literal(text) if text.is_empty()))
        {
            Some(Piece::Literal(text)) => text.starts_with('\n'),
            Some(_) => true,
            None => false,
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        for piece in other.0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Literal(text)), Piece::Literal(next)) => text.push_str(&next),
                (_, piece) => self.0.push(piece),
            }
        }
    }

    /// Returns code that adds the text to the text of the builder.
    pub(super) fn write(&self, builder: &Ident) -> TokenStream {
        self.code(&|piece| match piece {
            Written::Literal(text) => {
                let escaped = escape(text);
                quote!(#builder.lit(#text, #escaped);)
            }
            Written::Value(value, span) => {
                quote_spanned!(generated_at(span)=> (&::rally::__private::view::Arg(&#value)).add(&mut #builder);)
            }
            Written::Arguments(arguments, span) => {
                quote_spanned!(generated_at(span)=> #builder.format(#arguments);)
            }
        })
    }

    /// Returns code that appends the text to a variable of type `String`.
    pub(super) fn push_to(&self, variable: &Ident) -> TokenStream {
        self.code(&|piece| match piece {
            Written::Literal(text) => quote!(#variable.push_str(#text);),
            Written::Value(value, span) => {
                quote_spanned!(generated_at(span)=> #variable.push_str(&::std::format!("{}", #value));)
            }
            Written::Arguments(arguments, span) => {
                quote_spanned!(generated_at(span)=> #variable.push_str(&::std::format!("{}", #arguments));)
            }
        })
    }

    fn code(&self, written: &dyn Fn(Written<'_>) -> TokenStream) -> TokenStream {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) if text.is_empty() => TokenStream::new(),
                Piece::Literal(text) => written(Written::Literal(text)),
                Piece::Argument { value, format, span } if format.is_empty() => {
                    written(Written::Value(value, *span))
                }
                Piece::Argument { value, format, span } => {
                    let format = LitStr::new(&format!("{{:{format}}}"), *span);
                    let arguments = quote_spanned! {generated_at(*span)=>
                        ::core::format_args!(#format, #value)
                    };
                    written(Written::Arguments(&arguments, *span))
                }
                Piece::If { condition, then, otherwise } => {
                    let then = then.code(written);
                    let otherwise = otherwise.code(written);
                    let otherwise = (!otherwise.is_empty()).then(|| quote!(else { #otherwise }));
                    quote!(if #condition { #then } #otherwise)
                }
                Piece::For { pattern, items, body } => {
                    let body = body.code(written);
                    quote!(for #pattern in #items { #body })
                }
            })
            .collect()
    }

    /// Returns an expression for a text of literals and arguments: a literal, or a
    /// `String`.
    pub(super) fn value(&self, span: Span) -> TokenStream {
        if let Some(text) = self.literal() {
            return LitStr::new(&text, span).into_token_stream();
        }
        self.string(span)
    }

    /// Returns an expression of type `String`.
    pub(super) fn string(&self, span: Span) -> TokenStream {
        let mut format = String::new();
        let mut values = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => format += &text.replace('{', "{{").replace('}', "}}"),
                Piece::Argument { value, format: specification, .. } => {
                    // `{:}<` would be an alignment.
                    let colon = if specification.is_empty() { "" } else { ":" };
                    format += &format!("{{{colon}{specification}}}");
                    values.push(value);
                }
                Piece::If { .. } | Piece::For { .. } => {}
            }
        }
        let format = LitStr::new(&format, span);
        quote_spanned!(generated_at(span)=> ::std::format!(#format, #(#values),*))
    }
}

/// A part of a text that is neither a condition nor a loop.
enum Written<'a> {
    Literal(&'a str),
    Value(&'a TokenStream, Span),
    Arguments(&'a TokenStream, Span),
}

impl Rsx {
    /// Reads a string with arguments.
    pub(super) fn text(&mut self, input: &IfmtInput) -> Text {
        let span = input.span();
        if has_open_brace(&input.source.value()) {
            self.errors.at_span(span, "a `{` has no `}`: write `{{` for a brace in the text");
        }
        let mut text = Text::default();
        for segment in &input.segments {
            text.append(match segment {
                Segment::Literal(literal) => Text::of_literal(literal.clone()),
                Segment::Formatted(argument) => {
                    let value = respan(value_of(&argument.segment), span);
                    let format = argument.format_args.clone();
                    Text(vec![Piece::Argument { value, format, span }])
                }
            });
        }
        text
    }
}

/// The parser accepts a brace without its end, and ignores the text after it.
fn has_open_brace(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '{' && letters.next_if_eq(&'{').is_none() && !letters.any(|l| l == '}') {
            return true;
        }
    }
    false
}

/// Returns an argument such that `&` can stand before it.
fn value_of(argument: &FormattedSegmentType) -> TokenStream {
    match argument {
        FormattedSegmentType::Ident(name) => name.to_token_stream(),
        FormattedSegmentType::Expr(expression) => after_reference(expression),
    }
}

/// Returns an expression in parentheses, if it needs them after `&`.
pub(super) fn after_reference(expression: &syn::Expr) -> TokenStream {
    use syn::Expr::*;
    match expression {
        Call(_) | Field(_) | Index(_) | Lit(_) | Macro(_) | MethodCall(_) | Paren(_) | Path(_)
        | Reference(_) | Unary(_) | Block(_) | Match(_) | If(_) | Array(_) | Tuple(_) => {
            quote!(#expression)
        }
        _ => quote!((#expression)),
    }
}

/// The parser makes the tokens of an argument from a string. They get the span
/// of this string, for errors and hygiene.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let inner = respan(group.stream(), span);
                token = TokenTree::Group(Group::new(group.delimiter(), inner));
            }
            token.set_span(span);
            token
        })
        .collect()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;")
}
