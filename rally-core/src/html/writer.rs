//! The writer of a view, and of the components that Dioxus has built for it, as HTML text.

use std::collections::HashMap;
use std::ptr;

use dioxus_core::{
    Attribute, AttributeValue, DynamicNode, ScopeState, Template, TemplateNode, VComponent, VNode,
    VirtualDom,
};
use dioxus_core_types::event_bubbles;

use super::attributes::Attributes;
use super::escape::{self, TextContext};
use super::template::{Parent, Piece, prepared};

/// The components of a view, which Dioxus builds before the view is written.
pub(super) struct Components {
    /// A node with only the components, for Dioxus to build.
    pub(super) nodes: VNode,
    /// Index of each component in `nodes`, by the component's address in the view.
    indexes: HashMap<*const VComponent, usize>,
}

impl Components {
    pub(super) fn of(view: &VNode) -> Self {
        let mut nodes = Vec::new();
        let mut indexes = HashMap::new();
        collect(view, &mut |component| {
            indexes.insert(ptr::from_ref(component), nodes.len());
            nodes.push(only(DynamicNode::Component(component.clone())));
        });
        let nodes = match nodes.is_empty() {
            true => VNode::placeholder(),
            false => only(DynamicNode::Fragment(nodes)),
        };
        Self { nodes, indexes }
    }
}

/// Calls `found` for each component, in the order in which Dioxus runs them in
/// the browser: within each root, from the last to the first.
fn collect(view: &VNode, found: &mut impl FnMut(&VComponent)) {
    let mut nodes = &view.dynamic_nodes[..];
    for root in view.template.node_paths.chunk_by(|path, next| path.first() == next.first()) {
        let (within, rest) = nodes.split_at(root.len());
        nodes = rest;
        for node in within.iter().rev() {
            match node {
                DynamicNode::Component(component) => found(component),
                DynamicNode::Fragment(nodes) => nodes.iter().for_each(|node| collect(node, found)),
                DynamicNode::Text(_) | DynamicNode::Placeholder(_) => {}
            }
        }
    }
}

fn only(node: DynamicNode) -> VNode {
    const TEMPLATE: Template = Template {
        roots: &[TemplateNode::Dynamic { id: 0 }],
        node_paths: &[&[0]],
        attr_paths: &[],
    };
    VNode::new(None, TEMPLATE, Box::new([node]), Box::new([]))
}

pub(super) struct HtmlWriter<'a> {
    html: String,
    dom: &'a VirtualDom,
    components: &'a Components,
    /// The node that Dioxus has built from `components`.
    built: &'a VNode,
    /// Number of the next node to hydrate, as decimal text. `None` if the HTML is
    /// not for hydration.
    number: Option<String>,
}

/// The nodes of a tree that Dioxus has built.
#[derive(Clone, Copy)]
enum Built {
    /// Only the components: the tree is the view itself.
    Components,
    /// Every node: a component has rendered the tree.
    Whole,
}

impl<'a> HtmlWriter<'a> {
    pub(super) fn new(
        dom: &'a VirtualDom,
        components: &'a Components,
        built: &'a VNode,
        for_hydration: bool,
    ) -> Self {
        const CAPACITY: usize = 16 * 1024;
        let html = String::with_capacity(CAPACITY);
        Self { html, dom, components, built, number: for_hydration.then(|| "0".to_owned()) }
    }

    pub(super) fn write(mut self, view: &VNode) -> String {
        self.node(view, Built::Components, TextContext::Element);
        self.html
    }

    fn node(&mut self, node: &VNode, built: Built, within: TextContext) {
        for piece in &*prepared(&node.template) {
            match piece {
                Piece::Markup(markup) => self.html.push_str(markup),
                Piece::Text(text) => self.marked(|writer| match within {
                    TextContext::Element => escape::push(&mut writer.html, text),
                    TextContext::Script | TextContext::Style => writer.html.push_str(text),
                }),
                Piece::Number => {
                    if self.number.is_some() {
                        self.html.push_str(" data-node-hydration=\"");
                        self.take_number();
                        self.html.push('"');
                    }
                }
                Piece::Attributes(attributes) => self.attributes(attributes, node),
                Piece::Node { index, parent } => {
                    let within = match parent {
                        Parent::Root => within,
                        Parent::In(within) => *within,
                    };
                    self.dynamic(node, *index, built, within);
                }
            }
        }
    }

    fn attributes(&mut self, attributes: &Attributes, node: &VNode) {
        let content = attributes.write(&mut self.html, &node.dynamic_attrs);
        if self.number.is_some() {
            self.html.push_str(" data-node-hydration=\"");
            self.take_number();
            for listener in attributes.dynamic(&node.dynamic_attrs).filter(is_listener) {
                let event = listener.name.strip_prefix("on").unwrap_or(listener.name);
                self.html.push(',');
                self.html.push_str(event);
                self.html.push_str(if event_bubbles(event) { ":1" } else { ":0" });
            }
            self.html.push('"');
        }
        attributes.close(&mut self.html, content);
    }

    fn dynamic(&mut self, node: &VNode, index: usize, built: Built, within: TextContext) {
        match &node.dynamic_nodes[index] {
            DynamicNode::Text(text) => self.marked(|writer| {
                escape::push_within(&mut writer.html, &text.value, within);
            }),
            DynamicNode::Fragment(nodes) => {
                nodes.iter().for_each(|node| self.node(node, built, within));
            }
            DynamicNode::Component(component) => {
                if let Some(scope) = self.scope(component, node, index, built) {
                    self.node(scope.root_node(), Built::Whole, within);
                }
            }
            DynamicNode::Placeholder(_) => {
                if self.number.is_some() {
                    self.html.push_str("<!--placeholder");
                    self.take_number();
                    self.html.push_str("-->");
                }
            }
        }
    }

    fn scope(
        &self,
        component: &VComponent,
        node: &VNode,
        index: usize,
        built: Built,
    ) -> Option<&'a ScopeState> {
        let (index, node) = match built {
            Built::Whole => (index, node),
            Built::Components => {
                let index = self.components.indexes.get(&ptr::from_ref(component))?;
                match self.built.dynamic_nodes.first()? {
                    DynamicNode::Fragment(nodes) => (0, nodes.get(*index)?),
                    _ => return None,
                }
            }
        };
        component.mounted_scope(index, node, self.dom)
    }

    /// Writes a text. For hydration, writes marker comments around it, so that browsers do not join
    /// it with the next text.
    fn marked(&mut self, text: impl FnOnce(&mut Self)) {
        if self.number.is_none() {
            return text(self);
        }
        self.html.push_str("<!--node-id");
        self.take_number();
        self.html.push_str("-->");
        text(self);
        self.html.push_str("<!--#-->");
    }

    fn take_number(&mut self) {
        if let Some(number) = &mut self.number {
            self.html.push_str(number);
            increment(number);
        }
    }
}

/// Returns `true` for the listener of a browser event. `onmounted` is only an event of Dioxus.
fn is_listener(attribute: &&Attribute) -> bool {
    matches!(attribute.value, AttributeValue::Listener(_)) && attribute.name != "onmounted"
}

/// Adds 1 to a decimal number in text, which is faster than formatting the next
/// number. A page may have hundreds of numbers.
fn increment(number: &mut String) {
    match number.pop() {
        Some('9') => {
            increment(number);
            number.push('0');
        }
        Some(digit) => number.push(char::from(digit as u8 + 1)),
        None => number.push('1'),
    }
}
