//! A document in memory, which performs the operations of views as `view.js`
//! does in a browser. A real HTML parser reads the markup.

// With paths, because rally-client's tests include this file too.
#[path = "document/hydration.rs"]
mod hydration;
#[path = "document/operations.rs"]
mod operations;
#[path = "document/parse.rs"]
mod parse;

use std::collections::HashMap;
use std::rc::Rc;

use markup5ever_rcdom::Handle;
use rally_core::view::Ops;

use operations::Input;
use parse::{Part, element_kind, kind_of, parse, parse_template, root};

/// A node, by its index. Nodes are never reused, so equal indexes are one node.
pub(crate) type NodeId = usize;

type InstanceId = usize;

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Element { name: String, namespace: String, attributes: Vec<(String, String)> },
    Text(String),
    Comment(String),
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    parent: Option<NodeId>,
    children: Vec<NodeId>,
}

#[derive(Debug)]
struct Instance {
    parent: Option<InstanceId>,
    first: NodeId,
    last: NodeId,
    slots: Vec<Slot>,
}

#[derive(Debug)]
enum Slot {
    Text(NodeId),
    Attribute(NodeId, String),
    InnerHtml(NodeId),
    Listener,
    Spread(NodeId, Vec<String>),
    List { items: Vec<InstanceId>, parent: NodeId, anchor: Option<NodeId> },
}

pub(crate) struct Document {
    nodes: Vec<Node>,
    instances: Vec<Instance>,
    trees: HashMap<u32, InstanceId>,
    templates: HashMap<u64, Rc<Vec<Part>>>,
    /// Number of nodes that were moved or inserted.
    pub(crate) insertions: usize,
}

const ROOT: NodeId = 0;

impl Document {
    /// A document with this HTML in the element of the app.
    pub(crate) fn new(html: &str) -> Self {
        let kind = element_kind("div", "html");
        let app = Node { kind, parent: None, children: Vec::new() };
        let slots = vec![Slot::List { items: Vec::new(), parent: ROOT, anchor: None }];
        let instance = Instance { parent: None, first: ROOT, last: ROOT, slots };
        let mut this = Self {
            nodes: vec![app],
            instances: vec![instance],
            trees: HashMap::from([(0, 0)]),
            templates: HashMap::new(),
            insertions: 0,
        };
        let parsed = parse("div", html);
        this.insert_parsed(&root(&parsed), ROOT);
        this
    }

    /// Performs operations.
    pub(crate) fn apply(&mut self, ops: &Ops) {
        for template in &ops.templates {
            let parts = || Rc::new(parse_template(template));
            self.templates.entry(template.id).or_insert_with(parts);
        }
        let text: Vec<u16> = ops.text.encode_utf16().collect();
        let mut input = Input { code: &ops.code, text: &text };
        let mut cursor = 0;
        while !input.code.is_empty() {
            match input.number() {
                0 => cursor = self.holder(input.number()),
                1 => {
                    let (slot, index) = (input.index(), input.index());
                    let Slot::List { items, .. } = &self.instances[cursor].slots[slot] else {
                        panic!("slot {slot} is not a list")
                    };
                    cursor = items[index];
                }
                2 => cursor = self.instances[cursor].parent.expect("the root has no parent"),
                3 => {
                    let (slot, text) = (input.index(), input.text());
                    let Slot::Text(node) = self.instances[cursor].slots[slot] else {
                        panic!("slot {slot} is not a text")
                    };
                    self.nodes[node].kind = Kind::Text(text);
                }
                4 => {
                    let (slot, value) = (input.index(), input.value());
                    match &self.instances[cursor].slots[slot] {
                        Slot::Attribute(node, name) => {
                            let (node, name) = (*node, name.clone());
                            self.set(node, &name, value);
                        }
                        Slot::InnerHtml(node) => {
                            let node = *node;
                            self.set_inner_html(node, value);
                        }
                        other => panic!("slot {slot} is no attribute but {other:?}"),
                    }
                }
                5 => {
                    let (slot, count) = (input.index(), input.index());
                    let Slot::Spread(node, names) = &mut self.instances[cursor].slots[slot] else {
                        panic!("slot {slot} is not a spread")
                    };
                    let (node, old) = (*node, std::mem::take(names));
                    let mut new = Vec::new();
                    for _ in 0..count {
                        if input.number() == 1 {
                            let _ = (input.text(), input.number(), input.number());
                        } else {
                            let (name, value) = (input.text(), input.value());
                            self.set(node, &name, value);
                            new.push(name);
                        }
                    }
                    for name in old.iter().filter(|name| !new.contains(name)) {
                        self.set(node, name, None);
                    }
                    self.instances[cursor].slots[slot] = Slot::Spread(node, new);
                }
                6 => self.list(cursor, &mut input),
                7 => self.adopt(cursor, &mut input),
                other => panic!("there is no operation {other}"),
            }
        }
        assert!(input.text.is_empty(), "operations should use the whole text");
    }

    /// The HTML of the app's element without comments.
    pub(crate) fn html(&self) -> String {
        let mut html = String::new();
        self.children(ROOT).iter().for_each(|node| self.write(*node, &mut html));
        html
    }

    /// The nodes of elements with an attribute `data-key`, by its value.
    pub(crate) fn keyed(&self) -> HashMap<String, NodeId> {
        let mut found = HashMap::new();
        self.walk(ROOT, &mut |id| {
            if let Kind::Element { attributes, .. } = &self.nodes[id].kind
                && let Some((_, key)) = attributes.iter().find(|(name, _)| name == "data-key")
            {
                found.insert(key.clone(), id);
            }
        });
        found
    }

    /// All nodes, in the order of the document, except comments and empty texts.
    pub(crate) fn all(&self) -> Vec<NodeId> {
        let mut all = Vec::new();
        self.walk(ROOT, &mut |id| match &self.nodes[id].kind {
            Kind::Comment(_) => {}
            Kind::Text(text) if text.is_empty() => {}
            _ => all.push(id),
        });
        all
    }

    fn walk(&self, from: NodeId, look: &mut dyn FnMut(NodeId)) {
        for child in self.children(from) {
            look(*child);
            self.walk(*child, look);
        }
    }

    fn children(&self, node: NodeId) -> &[NodeId] {
        &self.nodes[node].children
    }

    fn write(&self, node: NodeId, html: &mut String) {
        match &self.nodes[node].kind {
            Kind::Comment(_) => {}
            Kind::Text(text) => html.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
            Kind::Element { name, attributes, namespace } => {
                html.push('<');
                if namespace != "html" {
                    html.push_str(namespace);
                    html.push(':');
                }
                html.push_str(name);
                let mut sorted: Vec<_> = attributes.iter().collect();
                sorted.sort();
                for (name, value) in sorted {
                    html.push_str(&format!(" {name}={value:?}"));
                }
                html.push('>');
                self.children(node).iter().for_each(|child| self.write(*child, html));
                html.push_str(&format!("</{name}>"));
            }
        }
    }
}

/// Nodes.
impl Document {
    fn create(&mut self, kind: Kind) -> NodeId {
        self.nodes.push(Node { kind, parent: None, children: Vec::new() });
        self.nodes.len() - 1
    }

    fn remove(&mut self, node: NodeId) {
        if let Some(parent) = self.nodes[node].parent.take() {
            self.nodes[parent].children.retain(|child| *child != node);
        }
    }

    fn insert(&mut self, parent: NodeId, node: NodeId, before: Option<NodeId>) {
        self.insertions += 1;
        self.remove(node);
        let children = &mut self.nodes[parent].children;
        let at = match before {
            None => children.len(),
            Some(before) => {
                let at = children.iter().position(|child| *child == before);
                at.expect("the next node should have the same parent")
            }
        };
        children.insert(at, node);
        self.nodes[node].parent = Some(parent);
    }

    fn next(&self, node: NodeId) -> Option<NodeId> {
        let siblings = self.children(self.nodes[node].parent?);
        let at = siblings.iter().position(|sibling| *sibling == node)?;
        siblings.get(at + 1).copied()
    }

    fn set(&mut self, node: NodeId, name: &str, value: Option<String>) {
        let Kind::Element { attributes, name: tag, .. } = &mut self.nodes[node].kind else {
            panic!("only elements have attributes")
        };
        if name == "value" && tag == "textarea" {
            return self.set_text(node, value.unwrap_or_default());
        }
        attributes.retain(|(known, _)| known != name);
        attributes.extend(value.map(|value| (name.to_owned(), value)));
    }

    /// The value of a textarea. Its text stands for the value here.
    fn text(&self, node: NodeId) -> String {
        let text = |child: &NodeId| match &self.nodes[*child].kind {
            Kind::Text(text) => text.clone(),
            other => panic!("there should be a text, not {other:?}"),
        };
        self.children(node).iter().map(text).collect()
    }

    fn set_text(&mut self, node: NodeId, text: String) {
        match self.children(node) {
            [child] => {
                let child = *child;
                self.nodes[child].kind = Kind::Text(text);
            }
            _ => {
                let child = self.create(Kind::Text(text));
                self.insert(node, child, None);
            }
        }
    }

    fn set_inner_html(&mut self, node: NodeId, value: Option<String>) {
        self.nodes[node].children.clear();
        let parsed = parse("div", &value.unwrap_or_default());
        self.insert_parsed(&root(&parsed), node);
    }

    fn insert_parsed(&mut self, handle: &Handle, parent: NodeId) {
        for child in handle.children.borrow().iter() {
            let id = self.create(kind_of(child));
            self.insert(parent, id, None);
            self.insert_parsed(child, id);
        }
    }
}
