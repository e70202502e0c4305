//! Values of attributes.

use dioxus_rsx::{Attribute as Parsed, AttributeValue, HotLiteral};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::attribute::Attribute;
use super::condition::{Branches, is_text, is_total};
use super::text::{Piece, Text};
use super::{Rsx, generated_at, names, without_braces};

impl Rsx {
    /// Returns an attribute with a value, or `None` if the attribute is absent.
    pub(super) fn value(&mut self, name: &str, value: &AttributeValue) -> Option<Attribute> {
        let builder = self.builder.clone();
        let span = generated_at(value.span());
        if names::is_flag(name) {
            return self.flag(name, value);
        }
        match value {
            AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => {
                let text = self.text(text);
                Some(self.always(name, &text))
            }
            AttributeValue::AttrLiteral(HotLiteral::Int(number)) => {
                Some(Attribute::fixed(name, number.base10_digits()))
            }
            AttributeValue::AttrLiteral(HotLiteral::Bool(value)) => {
                let may_be_empty = matches!(name, "download" | "popover" | "crossorigin");
                match (may_be_empty, value.value) {
                    (true, false) => None,
                    (true, true) => Some(Attribute::fixed(name, "")),
                    (false, value) => Some(Attribute::fixed(name, value.to_string())),
                }
            }
            AttributeValue::IfExpr(chain) if is_text(chain) && is_total(chain) => {
                let text = self.text_of_value(value, "");
                Some(self.always(name, &text))
            }
            value => {
                let value = self.expression(value);
                let code = quote_spanned!(span=> #builder.attribute(#name, #value););
                Some(Attribute::slot(name, code))
            }
        }
    }

    fn flag(&mut self, name: &str, value: &AttributeValue) -> Option<Attribute> {
        let set = match value {
            AttributeValue::AttrLiteral(HotLiteral::Bool(value)) => Some(value.value),
            AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => {
                match text.to_static().as_deref() {
                    Some("true") => Some(true),
                    Some("false") => Some(false),
                    Some(text @ "until-found") if name == "hidden" => {
                        return Some(Attribute::fixed(name, text));
                    }
                    _ => {
                        let message = format!(
                            "`{name}` is true or false: write `{name}: true`, or an expression of \
                             type `bool`"
                        );
                        self.errors.at_span(value.span(), message);
                        return None;
                    }
                }
            }
            _ => None,
        };
        match set {
            Some(true) => Some(Attribute::fixed(name, "")),
            Some(false) => None,
            None => {
                let span = generated_at(value.span());
                let value = match value {
                    AttributeValue::IfExpr(chain) => self.chain(chain, Branches::Flag),
                    value => self.expression(value),
                };
                let builder = &self.builder;
                let code = quote_spanned!(span=> #builder.flag(#name, #value););
                Some(Attribute::slot(name, code))
            }
        }
    }

    /// Returns an attribute that is always present.
    pub(super) fn always(&mut self, name: &str, text: &Text) -> Attribute {
        if let Some(text) = text.literal() {
            return Attribute::fixed(name, text);
        }
        let builder = &self.builder;
        let text = text.write(builder);
        Attribute::Slot {
            mark: name.to_owned(),
            before: format!(" {name}=\""),
            code: quote!(#text #builder.written(#name);),
            after: "\"",
        }
    }

    /// Joins classes with spaces. An unconditional one comes first, so that
    /// conditional ones can begin with the space.
    pub(super) fn joined(&mut self, classes: &[&Parsed]) -> Text {
        let always = |class: &&&Parsed| !matches!(class.value, AttributeValue::IfExpr(_));
        let mut text = Text::default();
        let ordered = classes.iter().filter(always).chain(classes.iter().filter(|c| !always(c)));
        for (index, class) in ordered.enumerate() {
            let space = if index == 0 { "" } else { " " };
            text.append(self.text_of_value(&class.value, space));
        }
        text
    }

    /// Returns a value as text, after `before`. A condition without `else` is an
    /// empty text.
    fn text_of_value(&mut self, value: &AttributeValue, before: &str) -> Text {
        let mut text = Text::of_literal(before);
        text.append(match value {
            AttributeValue::AttrLiteral(HotLiteral::Fmted(input)) => self.text(input),
            AttributeValue::IfExpr(chain) => {
                let then = self.text_of_value(&chain.then_value, before);
                let otherwise = match &chain.else_value {
                    Some(value) => self.text_of_value(value, before),
                    None => Text::default(),
                };
                let condition = chain.if_expr.cond.to_token_stream();
                return Text(vec![Piece::If { condition, then, otherwise }]);
            }
            value => Text::of_value(self.referenced(value), value.span()),
        });
        text
    }

    /// Returns a value as an expression.
    pub(super) fn expression(&mut self, value: &AttributeValue) -> TokenStream {
        match value {
            AttributeValue::AttrLiteral(HotLiteral::Fmted(input)) => {
                self.text(input).value(input.span())
            }
            AttributeValue::AttrExpr(expression) => without_braces(expression),
            AttributeValue::IfExpr(chain) => self.chain(chain, Branches::Attribute),
            AttributeValue::EventTokens(closure) => {
                let message =
                    "only events take closures: write a value, or a name such as `onclick`";
                self.errors.at_span(closure.span(), message);
                quote!("")
            }
            value => value.to_token_stream(),
        }
    }
}
