//! Parsing of HTML and of templates, by a real HTML parser.

use std::cell::RefCell;

use html5ever::tendril::TendrilSink as _;
use html5ever::{LocalName, QualName, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use rally_core::view::{Namespace, Template};

use super::Kind;

/// A parsed template.
pub(super) enum Part {
    /// An element with the names of its attribute slots. `only_text` is true if
    /// its only child is a dynamic text.
    Element {
        kind: Kind,
        slots: Vec<String>,
        only_text: bool,
        parts: Vec<Part>,
    },
    Node(Kind),
    Text,
    /// A list; the data of its anchor, unless it is the last child.
    List(Option<String>),
}

pub(super) fn element_kind(name: &str, namespace: &str) -> Kind {
    Kind::Element { name: name.into(), namespace: namespace.into(), attributes: Vec::new() }
}

/// Parses HTML as the content of an element. The nodes live as long as the result.
pub(super) fn parse(context: &str, html: &str) -> RcDom {
    let name = QualName::new(None, ns!(html), LocalName::from(context));
    parse_fragment(RcDom::default(), Default::default(), name, Vec::new(), false).one(html)
}

/// The children of a fragment are in an element `html`.
pub(super) fn root(parsed: &RcDom) -> Handle {
    parsed.document.children.borrow()[0].clone()
}

pub(super) fn kind_of(handle: &Handle) -> Kind {
    match &handle.data {
        NodeData::Element { name, attrs, .. } => {
            let namespace = match name.ns {
                ns!(html) => "html",
                ns!(svg) => "svg",
                ns!(mathml) => "mathml",
                _ => "other",
            };
            let attributes = attrs.borrow();
            let attribute = |attribute: &html5ever::Attribute| {
                (attribute.name.local.to_string(), attribute.value.to_string())
            };
            Kind::Element {
                name: name.local.to_string(),
                namespace: namespace.to_owned(),
                attributes: attributes.iter().map(attribute).collect(),
            }
        }
        NodeData::Text { contents } => Kind::Text(RefCell::borrow(contents).to_string()),
        NodeData::Comment { contents } => Kind::Comment(contents.to_string()),
        other => panic!("a fragment has no {other:?}"),
    }
}

pub(super) fn parse_template(template: &Template) -> Vec<Part> {
    let wrapper = match template.namespace {
        Namespace::Html => None,
        Namespace::Svg => Some("svg"),
        Namespace::MathMl => Some("math"),
    };
    let markup = match wrapper {
        None => template.markup.to_owned(),
        Some(name) => format!("<{name}>{}</{name}>", template.markup),
    };
    let parsed = parse("template", &markup);
    let root = root(&parsed);
    match wrapper {
        None => parts_of(&root),
        Some(_) => parts_of(&root.children.borrow()[0]),
    }
}

pub(super) fn parts_of(handle: &Handle) -> Vec<Part> {
    handle.children.borrow().iter().map(part_of).collect()
}

pub(super) fn part_of(handle: &Handle) -> Part {
    match kind_of(handle) {
        Kind::Comment(data) => match &*data {
            "t" => Part::Text,
            "l" => Part::List(None),
            data => match data.strip_prefix('c') {
                Some(anchor) => Part::List(Some(anchor.to_owned())),
                None => Part::Node(Kind::Comment(data.to_owned())),
            },
        },
        Kind::Text(text) => Part::Node(Kind::Text(text)),
        Kind::Element { name, namespace, mut attributes } => {
            let mark = attributes.iter().position(|(name, _)| name == "$");
            let mark = mark.map(|at| attributes.remove(at).1).unwrap_or_default();
            let mut slots: Vec<String> = mark.split_whitespace().map(str::to_owned).collect();
            let only_text = slots.last().is_some_and(|slot| slot == "#t");
            if only_text {
                slots.pop();
            }
            let kind = Kind::Element { name, namespace, attributes };
            Part::Element { kind, slots, only_text, parts: parts_of(handle) }
        }
    }
}
