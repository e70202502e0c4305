//! Random views of everything that `rsx!` can expand to.

use std::cell::Cell;

use proptest::prelude::*;
use rally_core::view::dioxus_core::{
    Attribute, AttributeValue, DynamicNode, Template, TemplateAttribute, TemplateNode, VComponent,
    VNode, VText,
};
use rally_core::view::*;

use super::*;

/// A node of a view, with its static and its dynamic parts.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Element { tag: &'static str, attributes: Vec<Given>, children: Vec<Node> },
    Static(String),
    Dynamic(String),
    Placeholder,
    Fragment(Vec<Vec<Node>>),
    Component(Vec<Node>),
}

#[derive(Debug, Clone, PartialEq)]
enum Given {
    Static(Name, String),
    Slot(Vec<(Name, Value)>),
}

/// A name and its namespace.
type Name = (&'static str, Option<&'static str>);

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Listener,
    None,
}

const TAGS: &[&str] =
    &["div", "p", "br", "input", "textarea", "script", "style", "custom-element", "option"];

const NAMES: &[Name] = &[
    ("class", None),
    ("href", None),
    ("title", None),
    ("checked", None),
    ("hidden", None),
    ("open", None),
    ("data-a", None),
    ("xlink:href", Some("http://www.w3.org/1999/xlink")),
    ("dangerous_inner_html", None),
    ("onclick", None),
    ("onmounted", None),
    ("onfocus", None),
    ("width", Some("style")),
];

/// `true` if Dioxus writes the node wrongly: it writes inner HTML into the next
/// element if this one has no content, or has other content.
fn is_lost((tag, attributes, children): &(&str, Vec<Given>, Vec<Node>)) -> bool {
    let is_html = |name: &Name| name.0 == "dangerous_inner_html";
    let fixed = |given: &Given| matches!(given, Given::Static(name, _) if is_html(name));
    let given = |given: &Given| match given {
        Given::Static(..) => false,
        Given::Slot(attributes) => attributes.iter().any(|(name, _)| is_html(name)),
    };
    let has_no_content = children.is_empty() && ["br", "input"].contains(tag);
    attributes.iter().any(given) && (has_no_content || attributes.iter().any(fixed))
}

/// Text with characters that are special in HTML. It ends no script and begins
/// no tag in a style, because Rally writes those differently, as it does an
/// element with a value or a `style`.
fn text() -> impl Strategy<Value = String> {
    let long = "a text that is longer than a block of sixteen";
    let words = ["< ", ">", "&", "\"", "'", "false", "0", " ", "é", "-->", "]]>", "\n", "a", long];
    let word = prop::sample::select(words.to_vec());
    prop::collection::vec(word, 0..6).prop_map(|words| words.concat())
}

fn name() -> impl Strategy<Value = Name> {
    prop::sample::select(NAMES)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => text().prop_map(Value::Text),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Listener),
        1 => Just(Value::None),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        (name(), text()).prop_map(|(name, value)| Given::Static(name, value)),
        prop::collection::vec((name(), value()), 0..4).prop_map(Given::Slot),
    ]
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        text().prop_map(Node::Static),
        text().prop_map(Node::Dynamic),
        Just(Node::Placeholder),
    ];
    let node = leaf.prop_recursive(4, 32, 4, |node| {
        let tag = prop::sample::select(TAGS);
        let attributes = prop::collection::vec(given(), 0..4);
        let children = prop::collection::vec(node.clone(), 0..4);
        let roots = prop::collection::vec(node, 1..4);
        prop_oneof![
            4 => (tag, attributes, children).prop_filter("Dioxus is wrong", |node| !is_lost(node))
                .prop_map(|(tag, attributes, children)| Node::Element { tag, attributes, children }),
            1 => prop::collection::vec(roots.clone(), 1..4).prop_map(Node::Fragment),
            1 => roots.prop_map(Node::Component),
        ]
    });
    prop::collection::vec(node, 1..4)
}

/// Builds nodes as `rsx!` expands to them. Templates are leaked, because a
/// template lives as long as its program.
#[derive(Default)]
struct Builder {
    nodes: Vec<DynamicNode>,
    node_paths: Vec<&'static [u8]>,
    attributes: Vec<Box<[Attribute]>>,
    attribute_paths: Vec<&'static [u8]>,
}

fn build(nodes: &[Node]) -> VNode {
    let mut builder = Builder::default();
    let template = Template {
        roots: builder.templates(nodes, &[]),
        node_paths: builder.node_paths.leak(),
        attr_paths: builder.attribute_paths.leak(),
    };
    VNode::new(None, template, builder.nodes.into(), builder.attributes.into())
}

thread_local! {
    /// Number of parts that have been rendered.
    static RUN: Cell<usize> = const { Cell::new(0) };
}

/// A component that shows its position in the order of rendering.
#[component]
fn Part(nodes: Vec<Node>) -> Element {
    RUN.set(RUN.get() + 1);
    let count = Node::Dynamic(RUN.get().to_string());
    Ok(build(&[&[count], &nodes[..]].concat()))
}

impl Builder {
    fn templates(&mut self, nodes: &[Node], path: &[u8]) -> &'static [TemplateNode] {
        let place = |(index, node)| self.template(node, [path, &[index]].concat().leak());
        Vec::leak((0..).zip(nodes).map(place).collect())
    }

    fn template(&mut self, node: &Node, path: &'static [u8]) -> TemplateNode {
        let dynamic = match node {
            Node::Static(text) => return TemplateNode::Text { text: text.clone().leak() },
            Node::Element { tag, attributes, children } => {
                let attrs = attributes.iter().map(|given| self.attribute(given, path));
                let attrs = Vec::leak(attrs.collect());
                let children = self.templates(children, path);
                return TemplateNode::Element { tag, namespace: None, attrs, children };
            }
            Node::Dynamic(text) => DynamicNode::Text(VText::new(text)),
            Node::Placeholder => DynamicNode::default(),
            Node::Fragment(lists) => {
                DynamicNode::Fragment(lists.iter().map(|nodes| build(nodes)).collect())
            }
            Node::Component(nodes) => {
                let props = PartProps { nodes: nodes.clone() };
                DynamicNode::Component(VComponent::new(Part, props, "Part"))
            }
        };
        self.nodes.push(dynamic);
        self.node_paths.push(path);
        TemplateNode::Dynamic { id: self.nodes.len() - 1 }
    }

    fn attribute(&mut self, given: &Given, path: &'static [u8]) -> TemplateAttribute {
        match given {
            Given::Static((name, namespace), value) => TemplateAttribute::Static {
                name,
                value: value.clone().leak(),
                namespace: *namespace,
            },
            Given::Slot(attributes) => {
                self.attributes.push(attributes.iter().map(attribute).collect());
                self.attribute_paths.push(path);
                TemplateAttribute::Dynamic { id: self.attributes.len() - 1 }
            }
        }
    }
}

fn attribute(((name, namespace), value): &(Name, Value)) -> Attribute {
    let value = match value {
        Value::Text(text) => AttributeValue::Text(text.clone()),
        Value::Int(value) => AttributeValue::Int(*value),
        Value::Float(value) => AttributeValue::Float(*value),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Listener if name.starts_with("on") => AttributeValue::listener(|_: Event<()>| {}),
        Value::Listener | Value::None => AttributeValue::None,
    };
    Attribute { name, value, namespace: *namespace, volatile: false }
}

proptest! {
    #[test]
    fn any_view_equals_dioxus(nodes in nodes()) {
        let page = page_of(move || {
            RUN.set(0);
            Ok(build(&nodes))
        });
        prop_assert_eq!(rally_html(page.clone()), dioxus_html(page));
    }

    #[test]
    fn any_view_in_a_layout_equals_dioxus(nodes in nodes(), layout in 0..LAYOUTS.len()) {
        // Here parts do not count, because a page in a layout may be rendered
        // before the layout.
        let page = page_of(move || {
            RUN.set(0);
            Ok(build(&nodes))
        });
        check_layout(LAYOUTS[layout], page);
    }
}
