//! Elements of a template: tag, attributes and content.

use dioxus_rsx::{BodyNode, Element, ElementName, IfChain};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::attribute::{Attribute, Content};
use super::markup::Markup;
use super::names::{self, Namespace};
use super::nesting::Ancestor;
use super::template::Node;
use super::text::{Piece, Text, after_reference, escape};
use super::{Rsx, variable, without_braces};

/// Returns the name of an element in HTML.
pub(super) fn tag(element: &Element) -> String {
    match &element.name {
        ElementName::Ident(name) => name.to_string().trim_start_matches("r#").to_owned(),
        ElementName::Custom(name) => name.value(),
    }
}

impl Rsx {
    pub(super) fn element(&mut self, markup: &mut Markup, element: &Element) {
        self.diagnostics(&element.diagnostics);
        let tag = tag(element);
        let known = self.known_element(element, &tag);
        self.check_nesting(&tag, element.name.span());
        let attributes = self.attributes(element, &tag, known);

        markup.both(&format!("<{tag}"));
        let mut marks = Vec::new();
        for attribute in &attributes.list {
            match attribute {
                Attribute::Static { name, value } if value.is_empty() => {
                    markup.both(&format!(" {name}=\"\""));
                }
                Attribute::Static { name, value } => {
                    markup.both(&format!(" {name}=\"{}\"", escape(value)));
                }
                Attribute::Slot { mark, .. } => marks.push(mark.as_str()),
            }
        }

        let around = self.namespace;
        let text_only = is_text_only(&tag);
        let ancestors = self.enter(Ancestor::Element(tag.clone()));
        self.namespace = inner_namespace(&tag, around);
        let content = match attributes.content {
            Content::Children if names::is_void(&tag) && around == Namespace::Html => {
                if let Some(child) = element.children.first() {
                    let message = format!("`{tag}` cannot have children: move them after it");
                    self.errors.at_span(child.span(), message);
                }
                Inner::Nothing
            }
            Content::Children if text_only => Inner::Text(self.only_text(&tag, &element.children)),
            Content::Children => {
                let nodes = self.nodes(&element.children);
                self.check_texts(&tag, &nodes);
                Inner::of_nodes(nodes)
            }
            content => {
                if let Some(child) = element.children.first() {
                    let message = format!(
                        "an attribute of this `{tag}` already says its content: remove the \
                         attribute or the children"
                    );
                    self.errors.at_span(child.span(), message);
                }
                match content {
                    Content::Text(text) => Inner::Text(text),
                    Content::Code(code) => Inner::Code(code),
                    Content::Children => Inner::Nothing,
                }
            }
        };
        if let Inner::Text(text) = &content
            && text.literal().is_none()
        {
            marks.push("#t");
        }
        if !marks.is_empty() {
            markup.mark(&format!(" $=\"{}\"", marks.join(" ")));
        }
        for attribute in attributes.list {
            if let Attribute::Slot { before, code, after, .. } = attribute {
                markup.around_value(&before);
                markup.slot(&self.builder, code);
                markup.around_value(after);
            }
        }
        markup.both(">");
        let slots = markup.slots();
        let is_nothing = matches!(content, Inner::Nothing);
        self.content(markup, &tag, around, content);
        self.check_inert(element, &tag, markup.slots() > slots);
        self.namespace = around;
        self.leave(ancestors);
        if let Some(end) = attributes.end {
            markup.code(&self.builder, end);
        }
        if !(is_nothing && names::is_void(&tag)) {
            markup.both(&format!("</{tag}>"));
        }
    }

    fn content(&mut self, markup: &mut Markup, tag: &str, around: Namespace, content: Inner<'_>) {
        // The HTML parser drops a line feed at the start of these elements.
        let drops_line_feed = matches!(tag, "pre" | "textarea");
        let is_code = around == Namespace::Html && matches!(tag, "script" | "style");
        match content {
            Inner::Nothing => {}
            Inner::Code(code) => markup.code(&self.builder, code),
            Inner::Text(text) => match text.literal() {
                Some(text) if is_code => markup.both(&text),
                Some(text) => {
                    if drops_line_feed && text.starts_with('\n') {
                        markup.both("\n");
                    }
                    markup.both(&escape(&text));
                }
                None if is_code => self.code_slot(markup, tag, &text),
                None => {
                    if drops_line_feed && text.may_begin_with_line_feed() {
                        markup.server("\n");
                    }
                    self.text_slot(markup, &text);
                }
            },
            Inner::Nodes(nodes) => {
                match nodes.first() {
                    Some(Node::Text(text, _))
                        if drops_line_feed && text.may_begin_with_line_feed() =>
                    {
                        match text.literal() {
                            Some(_) => markup.both("\n"),
                            None => markup.server("\n"),
                        }
                    }
                    Some(Node::Views(_)) if drops_line_feed => markup.server("\n"),
                    _ => {}
                }
                self.children(markup, &nodes, false);
            }
        }
    }

    /// Adds the text of a script or style. Its end tag depends on all parts, so
    /// that they are escaped together.
    fn code_slot(&mut self, markup: &mut Markup, tag: &str, text: &Text) {
        let (builder, code) = (&self.builder, variable("code"));
        let kind = Ident::new(if tag == "script" { "Script" } else { "Style" }, Span::call_site());
        let text = text.push_to(&code);
        markup.slot(
            builder,
            quote! {
                let mut #code = ::std::string::String::new();
                #text
                #builder.code(::rally::__private::view::Code::#kind, &#code);
            },
        );
    }

    /// Reads the children of an element that holds only text.
    fn only_text(&mut self, tag: &str, children: &[BodyNode]) -> Text {
        let mut text = Text::default();
        for child in children {
            match child {
                BodyNode::Text(node) => text.append(self.text(&node.input)),
                BodyNode::RawExpr(node) => {
                    let value = without_braces(&node.expr);
                    let value = syn::parse2(value.clone())
                        .map_or(value, |expression| after_reference(&expression));
                    text.append(Text::of_value(value, node.expr.span()));
                }
                BodyNode::IfChain(chain) => text.append(self.text_of_chain(tag, chain)),
                BodyNode::ForLoop(node) => {
                    self.diagnostics(&node.body.diagnostics);
                    let body = self.only_text(tag, &node.body.roots);
                    let (pattern, items) =
                        (node.pat.to_token_stream(), node.expr.to_token_stream());
                    text.append(Text(vec![Piece::For { pattern, items, body }]));
                }
                BodyNode::Element(_) | BodyNode::Component(_) => {
                    let message =
                        format!("`{tag}` can only contain text: write a string or `{{value}}`");
                    self.errors.at_span(child.span(), message);
                }
            }
        }
        if let Some(literal) = text.literal() {
            self.check_code(tag, &literal, children);
        }
        text
    }

    fn text_of_chain(&mut self, tag: &str, chain: &IfChain) -> Text {
        let then = self.only_text(tag, &chain.then_branch.roots);
        let otherwise = match (&chain.else_if_branch, &chain.else_branch) {
            (Some(next), _) => self.text_of_chain(tag, next),
            (None, Some(body)) => self.only_text(tag, &body.roots),
            (None, None) => Text::default(),
        };
        let condition = chain.cond.to_token_stream();
        Text(vec![Piece::If { condition, then, otherwise }])
    }

    /// Static code is written as it is: it must not end its element.
    fn check_code(&mut self, tag: &str, text: &str, children: &[BodyNode]) {
        let (text, Some(child)) = (text.to_ascii_lowercase(), children.first()) else { return };
        let (end, instead) = match tag {
            "script" if text.contains("<!--") => ("<!--", "<\\\\!--"),
            "script" if text.contains("</script") => ("</script", "<\\\\/script"),
            "style" if text.contains("</style") => ("</style", "\\\\3c /style"),
            _ => return,
        };
        let message = format!("a `{tag}` cannot contain `{end}`: write `{instead}`");
        self.errors.at_span(child.span(), message);
    }
}

/// The content of an element, after its attributes.
enum Inner<'a> {
    Nothing,
    /// Code that writes the content on the server.
    Code(TokenStream),
    Text(Text),
    Nodes(Vec<Node<'a>>),
}

impl<'a> Inner<'a> {
    fn of_nodes(mut nodes: Vec<Node<'a>>) -> Self {
        match (nodes.len(), nodes.pop()) {
            (1, Some(Node::Text(text, _))) => Self::Text(text),
            (_, Some(last)) => {
                nodes.push(last);
                Self::Nodes(nodes)
            }
            (_, None) => Self::Nodes(nodes),
        }
    }
}

fn is_text_only(tag: &str) -> bool {
    matches!(tag, "textarea" | "title" | "option" | "script" | "style")
}

/// Returns the namespace of the children of an element.
fn inner_namespace(tag: &str, around: Namespace) -> Namespace {
    match (tag, around) {
        ("svg", _) => Namespace::Svg,
        ("math", _) => Namespace::MathMl,
        ("foreignObject" | "desc" | "title", Namespace::Svg) => Namespace::Html,
        ("mi" | "mo" | "mn" | "ms" | "mtext" | "annotation-xml", Namespace::MathMl) => {
            Namespace::Html
        }
        _ => around,
    }
}
