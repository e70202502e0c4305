//! Bodies of `rsx!`, `if`, `for` and components: templates, and the lists in them.

use dioxus_rsx::{AttributeValue, BodyNode, Element, ForLoop, HotLiteral, IfChain, TemplateBody};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::markup::{COMMENT, Markup};
use super::names::{self, Namespace};
use super::nesting::Ancestor;
use super::text::{Text, escape};
use super::{Rsx, generated_at, without_braces};

/// A node of a body. Adjacent texts are one node.
pub(super) enum Node<'a> {
    /// With the span of its first string.
    Text(Text, Span),
    Element(&'a Element),
    /// A node whose views are not known here.
    Views(&'a BodyNode),
}

impl Node<'_> {
    fn key(&self) -> Option<&AttributeValue> {
        match self {
            Self::Element(element) => key_of(&element.raw_attributes),
            Self::Views(BodyNode::Component(component)) => key_of(&component.fields),
            _ => None,
        }
    }
}

pub(super) fn key_of(attributes: &[dioxus_rsx::Attribute]) -> Option<&AttributeValue> {
    attributes
        .iter()
        .find(|attribute| attribute.name.is_likely_key())
        .map(|attribute| &attribute.value)
}

impl Rsx {
    /// Returns code that adds the views of a body to the current list.
    pub(super) fn body(&mut self, body: &TemplateBody, repeated: bool) -> TokenStream {
        self.diagnostics(&body.diagnostics);
        let nodes = self.nodes(&body.roots);
        if repeated
            && let Some(key) = nodes.first().and_then(Node::key)
            && let AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) = key
            && text.is_static()
        {
            let message = "all items have the same key: write `key: \"{item.id}\"`, with a value \
                           that belongs to the item";
            self.errors.at_span(key.span(), message);
        }
        match &nodes[..] {
            [] => TokenStream::new(),
            [Node::Text(text, _)] => {
                let builder = &self.builder;
                let text = text.write(builder);
                quote!(#builder.text_view_begin(); #text #builder.text_view();)
            }
            [Node::Views(node)] => self.views(node),
            _ => self.template(&nodes),
        }
    }

    pub(super) fn nodes<'a>(&mut self, nodes: &'a [BodyNode]) -> Vec<Node<'a>> {
        let mut merged: Vec<Node<'a>> = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                BodyNode::Text(node) => {
                    let text = self.text(&node.input);
                    match merged.last_mut() {
                        Some(Node::Text(before, _)) => before.append(text),
                        _ => merged.push(Node::Text(text, node.input.span())),
                    }
                }
                BodyNode::Element(element) => merged.push(Node::Element(element)),
                node => merged.push(Node::Views(node)),
            }
        }
        // The browser makes no node of an empty text.
        let is_empty = |text: &Text| text.literal().is_some_and(|text| text.is_empty());
        merged.retain(|node| !matches!(node, Node::Text(text, _) if is_empty(text)));
        merged
    }

    fn template(&mut self, nodes: &[Node]) -> TokenStream {
        let is_in_item = std::mem::replace(&mut self.is_in_item, self.is_in_loop);
        let around = self.namespace;
        self.namespace = self.namespace_of(nodes);
        let namespace = self.namespace;
        let key = nodes.first().and_then(Node::key).map(|key| self.key(key));
        let mut markup = Markup::default();
        match nodes {
            [Node::Element(element)] => self.element(&mut markup, element),
            _ => {
                if !matches!(nodes.first(), Some(Node::Element(_))) {
                    markup.both(COMMENT);
                }
                self.children(&mut markup, nodes, true);
                if let Some(Node::Text(..)) = nodes.last() {
                    markup.both(COMMENT);
                }
            }
        }
        self.namespace = around;
        self.is_in_item = is_in_item;
        markup.finish(&self.builder, namespace, key.unwrap_or_default())
    }

    /// The elements around decide, if there are some. Otherwise, the first element
    /// that only one namespace has decides.
    fn namespace_of(&self, nodes: &[Node]) -> Namespace {
        if self.ancestors.iter().any(|ancestor| matches!(ancestor, Ancestor::Element(_))) {
            return self.namespace;
        }
        let known = nodes.iter().find_map(|node| match node {
            Node::Element(element) => names::only_namespace(&super::element::tag(element)),
            _ => None,
        });
        known.unwrap_or(self.namespace)
    }

    /// Returns code that gives the next view its key.
    pub(super) fn key(&mut self, key: &AttributeValue) -> TokenStream {
        let text = match key {
            AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => self.text(text),
            AttributeValue::IfExpr(_) | AttributeValue::EventTokens(_) => {
                self.errors.at_span(key.span(), "a key is a text: write `key: \"{value}\"`");
                return TokenStream::new();
            }
            value => Text::of_value(self.referenced(value), value.span()),
        };
        let builder = &self.builder;
        let text = text.write(builder);
        quote!(if #builder.builds() { #text #builder.key(); })
    }

    /// Adds nodes to a template: the children of an element, or the roots.
    pub(super) fn children(&mut self, markup: &mut Markup, nodes: &[Node], roots: bool) {
        let mut after_text = false;
        for (index, node) in nodes.iter().enumerate() {
            let is_last = index + 1 == nodes.len() && !roots;
            let has_own_key = node.key().is_some() && !(roots && index == 0);
            match node {
                Node::Text(text, _) => self.text_node(markup, text),
                Node::Element(_) if has_own_key => {
                    let before = self.enter(Ancestor::List);
                    let view = self.template(std::slice::from_ref(node));
                    self.leave(before);
                    self.list(markup, after_text, is_last, view);
                }
                Node::Element(element) => self.element(markup, element),
                Node::Views(node) => {
                    let before = self.enter(Ancestor::List);
                    let views = self.views(node);
                    self.leave(before);
                    self.list(markup, after_text, is_last, views);
                }
            }
            after_text = matches!(node, Node::Text(..));
        }
    }

    fn text_node(&self, markup: &mut Markup, text: &Text) {
        match text.literal() {
            Some(text) => markup.both(&escape(&text)),
            None => {
                markup.mark("<!--t-->");
                self.text_slot(markup, text);
            }
        }
    }

    pub(super) fn text_slot(&self, markup: &mut Markup, text: &Text) {
        let builder = &self.builder;
        let text = text.write(builder);
        markup.slot(builder, quote!(#text #builder.text();));
    }

    fn list(&self, markup: &mut Markup, after_text: bool, is_last: bool, views: TokenStream) {
        let builder = &self.builder;
        let begin = match self.namespace {
            Namespace::Html => quote!(list_begin),
            Namespace::Svg | Namespace::MathMl => quote!(foreign_list_begin),
        };
        markup.slot(builder, quote!(#builder.#begin(#after_text); #views #builder.list_end();));
        if is_last {
            markup.mark("<!--l-->");
        } else {
            markup.mark("<!--c-->");
            markup.server(COMMENT);
        }
    }

    /// Returns code that adds the views of a node to the current list.
    fn views(&mut self, node: &BodyNode) -> TokenStream {
        match node {
            BodyNode::RawExpr(node) => {
                let value = without_braces(&node.expr);
                if self.is_in_item {
                    self.check_jumps(&value);
                }
                let builder = &self.builder;
                quote_spanned!(generated_at(node.expr.span())=> #builder.child(#value);)
            }
            BodyNode::ForLoop(ForLoop { pat, expr, body, .. }) => {
                let around = (self.is_in_item, self.is_in_loop);
                (self.is_in_item, self.is_in_loop) = (false, true);
                let body = self.body(body, true);
                (self.is_in_item, self.is_in_loop) = around;
                quote!(for #pat in #expr { #body })
            }
            BodyNode::IfChain(chain) => self.if_chain(chain),
            BodyNode::Component(component) => self.component(component),
            // Both are parts of templates.
            BodyNode::Element(_) | BodyNode::Text(_) => TokenStream::new(),
        }
    }

    fn if_chain(&mut self, chain: &IfChain) -> TokenStream {
        let condition = &chain.cond;
        let then = self.body(&chain.then_branch, false);
        let otherwise = match (&chain.else_if_branch, &chain.else_branch) {
            (Some(next), _) => {
                let next = self.if_chain(next);
                Some(quote!(else #next))
            }
            (None, Some(body)) => {
                let body = self.body(body, false);
                Some(quote!(else { #body }))
            }
            (None, None) => None,
        };
        quote!(if #condition { #then } #otherwise)
    }

    /// Returns a value such that `&` can stand before it.
    pub(super) fn referenced(&mut self, value: &AttributeValue) -> TokenStream {
        match syn::parse2::<syn::Expr>(value.to_token_stream()) {
            Ok(value) => super::text::after_reference(&value),
            Err(_) => {
                let value = value.to_token_stream();
                quote_spanned!(value.span()=> (#value))
            }
        }
    }
}
