//! The writer: a view and its built components, as text.

use std::collections::HashMap;
use std::ptr;

use dioxus_core::{
    Attribute, AttributeValue, DynamicNode, ScopeState, Template, TemplateNode, VComponent, VNode,
    VirtualDom,
};
use dioxus_core_types::event_bubbles;

use super::attributes::Attributes;
use super::escape::{self, Within};
use super::template::{Parent, Piece, prepared};

/// The components of a view alone: what has to be built before the view can be
/// written.
pub(super) struct Components {
    /// Their nodes, for the dom to build.
    pub(super) nodes: VNode,
    /// Which of the nodes each one is, by where it stands in the view.
    places: HashMap<*const VComponent, usize>,
}

impl Components {
    pub(super) fn of(view: &VNode) -> Self {
        let mut nodes = Vec::new();
        let mut places = HashMap::new();
        collect(view, &mut |component| {
            places.insert(ptr::from_ref(component), nodes.len());
            nodes.push(only(DynamicNode::Component(component.clone())));
        });
        let nodes = match nodes.is_empty() {
            true => VNode::placeholder(),
            false => only(DynamicNode::Fragment(nodes)),
        };
        Self { nodes, places }
    }
}

/// Finds components in the order in which Dioxus runs them in the browser:
/// within each root from the last to the first.
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

/// A dynamic node, and nothing around it.
fn only(node: DynamicNode) -> VNode {
    const TEMPLATE: Template = Template {
        roots: &[TemplateNode::Dynamic { id: 0 }],
        node_paths: &[&[0]],
        attr_paths: &[],
    };
    VNode::new(None, TEMPLATE, Box::new([node]), Box::new([]))
}

/// Writes a tree into a string.
pub(super) struct HtmlWriter<'a> {
    html: String,
    /// Where the components were built.
    dom: &'a VirtualDom,
    /// The components of the view.
    components: &'a Components,
    /// What the dom has built of them.
    built: &'a VNode,
    /// The number of the next node that hydration finds again; `None` when
    /// there is no hydration.
    number: Option<String>,
}

/// What of a tree is known to the dom.
#[derive(Clone, Copy)]
enum Built {
    /// Only the components.
    Components,
    /// Every node: it is what a component has rendered.
    Whole,
}

impl<'a> HtmlWriter<'a> {
    /// A writer of a view whose components were `built`.
    pub(super) fn new(
        dom: &'a VirtualDom,
        components: &'a Components,
        built: &'a VNode,
        for_hydration: bool,
    ) -> Self {
        /// Most pages fit, or nearly.
        const CAPACITY: usize = 16 * 1024;
        let html = String::with_capacity(CAPACITY);
        Self { html, dom, components, built, number: for_hydration.then(|| "0".to_owned()) }
    }

    /// The view as text.
    pub(super) fn write(mut self, view: &VNode) -> String {
        self.node(view, Built::Components, Within::Element);
        self.html
    }

    fn node(&mut self, node: &VNode, built: Built, within: Within) {
        for piece in &*prepared(&node.template) {
            match piece {
                Piece::Markup(markup) => self.html.push_str(markup),
                Piece::Text(text) => self.marked(|writer| match within {
                    Within::Element => escape::push(&mut writer.html, text),
                    Within::Script | Within::Style => writer.html.push_str(text),
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
            for listener in attributes.given(&node.dynamic_attrs).filter(is_listener) {
                let event = listener.name.strip_prefix("on").unwrap_or(listener.name);
                self.html.push(',');
                self.html.push_str(event);
                self.html.push_str(if event_bubbles(event) { ":1" } else { ":0" });
            }
            self.html.push('"');
        }
        attributes.close(&mut self.html, content);
    }

    fn dynamic(&mut self, node: &VNode, index: usize, built: Built, within: Within) {
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

    /// Where a component was built.
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
                let place = self.components.places.get(&ptr::from_ref(component))?;
                match self.built.dynamic_nodes.first()? {
                    DynamicNode::Fragment(nodes) => (0, nodes.get(*place)?),
                    _ => return None,
                }
            }
        };
        component.mounted_scope(index, node, self.dom)
    }

    /// Text between marks: a browser would join it with the text beside it.
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

/// A mount needs no listener: nothing in the document tells of it.
fn is_listener(attribute: &&Attribute) -> bool {
    matches!(attribute.value, AttributeValue::Listener(_)) && attribute.name != "onmounted"
}

/// Counts in decimal, since there are hundreds of numbers in a page, and
/// formatting each of them is slow.
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
