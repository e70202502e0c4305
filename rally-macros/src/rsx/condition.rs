//! Conditions as values of attributes and properties: `title: if is_new { "New" }`.

use dioxus_rsx::{AttributeValue, HotLiteral, IfAttributeValue};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Rsx, generated_at};

/// The branches of a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Branches {
    Attribute,
    Flag,
    /// A property of a component. It is optional if the condition has no `else`.
    Property {
        optional: bool,
        string: bool,
    },
}

impl Rsx {
    /// Returns a condition as an expression. Each branch is wrapped, so that all
    /// have one type.
    pub(super) fn chain(&mut self, chain: &IfAttributeValue, branches: Branches) -> TokenStream {
        let condition = &chain.if_expr.cond;
        let then = self.branch(&chain.then_value, branches);
        let otherwise = match chain.else_value.as_deref() {
            Some(value) => self.branch(value, branches),
            None if branches == Branches::Flag => quote!(false),
            None => quote!(::core::option::Option::None),
        };
        quote!(if #condition { #then } else { #otherwise })
    }

    fn branch(&mut self, value: &AttributeValue, branches: Branches) -> TokenStream {
        if let AttributeValue::IfExpr(chain) = value {
            return self.chain(chain, branches);
        }
        let span = generated_at(value.span());
        let string = match (branches, value) {
            (
                Branches::Property { string: true, .. },
                AttributeValue::AttrLiteral(HotLiteral::Fmted(input)),
            ) => Some(self.text(input).string(input.span())),
            _ => None,
        };
        let value = string.unwrap_or_else(|| self.expression(value));
        match branches {
            Branches::Attribute => quote_spanned! {span=>
                ::rally::__private::view::IntoAttribute::into_attribute(#value)
            },
            Branches::Flag => quote_spanned! {span=>
                ::rally::__private::view::IntoFlag::into_flag(#value)
            },
            Branches::Property { optional: true, .. } => {
                quote_spanned!(span=> ::core::option::Option::Some(#value))
            }
            Branches::Property { .. } => value,
        }
    }
}

/// Returns `true` if all values are strings.
pub(super) fn is_text(chain: &IfAttributeValue) -> bool {
    let is_text = |value: &AttributeValue| match value {
        AttributeValue::AttrLiteral(literal) => matches!(literal, HotLiteral::Fmted(_)),
        AttributeValue::IfExpr(chain) => is_text(chain),
        _ => false,
    };
    is_text(&chain.then_value) && chain.else_value.as_deref().is_none_or(is_text)
}

/// Returns `true` if the condition ends with `else`.
pub(super) fn is_total(chain: &IfAttributeValue) -> bool {
    match chain.else_value.as_deref() {
        Some(AttributeValue::IfExpr(chain)) => is_total(chain),
        value => value.is_some(),
    }
}
