//! Elements whose content a browser does not show as nodes of the document: it must be static.

use dioxus_rsx::{Attribute, AttributeName, AttributeValue, BodyNode, Element, HotLiteral};
use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Rsx;

impl Rsx {
    /// Checks the content of an element that has slots if `is_dynamic`.
    pub(super) fn check_inert(&mut self, element: &Element, tag: &str, is_dynamic: bool) {
        let (reason, instead) = match tag {
            "iframe" if !element.children.is_empty() => {
                let message = "browsers never show the content of an `iframe`: write \
                               `src: \"/page\"` or `srcdoc: \"<p>HTML</p>\"`";
                self.errors.at_span(element.children[0].span(), message);
                return;
            }
            "noscript" if is_dynamic => (
                "browsers that run the app read it as text",
                "put the `if` around the `noscript`, or show the value beside it",
            ),
            "template" if is_dynamic => (
                "browsers keep it outside of the document",
                "write a function that returns an `Element`, or `dangerous_inner_html`",
            ),
            _ => return,
        };
        let span = dynamic_part(&element.children).unwrap_or(element.name.span());
        let message = format!("the content of a `{tag}` must be static, since {reason}: {instead}");
        self.errors.at_span(span, message);
    }
}

/// Finds the first part of some nodes that may change.
fn dynamic_part(nodes: &[BodyNode]) -> Option<Span> {
    nodes.iter().find_map(|node| match node {
        BodyNode::Text(text) => (!text.input.is_static()).then(|| text.input.span()),
        BodyNode::Element(element) => {
            let attribute = element.raw_attributes.iter().find(|attribute| is_dynamic(attribute));
            let attribute = attribute.map(|attribute| attribute.name.span());
            let spread = element.spreads.first().map(|spread| spread.expr.span());
            attribute.or(spread).or_else(|| dynamic_part(&element.children))
        }
        BodyNode::RawExpr(node) => Some(node.expr.span()),
        BodyNode::Component(_) | BodyNode::ForLoop(_) | BodyNode::IfChain(_) => Some(node.span()),
    })
}

fn is_dynamic(attribute: &Attribute) -> bool {
    match &attribute.value {
        AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => !text.is_static(),
        AttributeValue::AttrLiteral(HotLiteral::Float(_)) => true,
        AttributeValue::AttrLiteral(_) => false,
        _ => !matches!(attribute.name, AttributeName::Spread(_)),
    }
}
