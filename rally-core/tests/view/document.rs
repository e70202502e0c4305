//! A document in memory, which performs the operations of views as `view.js`
//! does in a browser. A real HTML parser reads the markup.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use html5ever::tendril::TendrilSink as _;
use html5ever::{LocalName, QualName, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use rally_core::view::{Namespace, Ops, Template};

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

/// A parsed template.
enum Part {
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

/// Operations.
impl Document {
    fn list(&mut self, cursor: InstanceId, input: &mut Input<'_>) {
        let slot = input.index();
        let runs: Vec<[usize; 3]> =
            (0..input.index()).map(|_| [input.index(), input.index(), input.index()]).collect();
        let (old, parent, anchor) = match &self.instances[cursor].slots[slot] {
            Slot::List { items, parent, anchor } => (items.clone(), *parent, *anchor),
            other => panic!("slot {slot} is no list but {other:?}"),
        };
        // An anchor moves with its view, which may be an item of another tree.
        let parent = anchor.and_then(|anchor| self.nodes[anchor].parent).unwrap_or(parent);
        let mut used = vec![false; old.len()];
        for [kind, from, count] in &runs {
            if *kind != 2 {
                used[*from..from + count].iter_mut().for_each(|used| {
                    assert!(!*used, "an item cannot be used twice");
                    *used = true;
                });
            }
        }
        for (item, used) in old.iter().zip(used) {
            if !used {
                self.remove_instance(*item);
            }
        }
        let mut items = Vec::new();
        for (position, [kind, from, count]) in runs.iter().enumerate() {
            let stay = runs[position..].iter().find(|[kind, ..]| *kind == 0);
            let before = stay.map(|[_, from, _]| self.instances[old[*from]].first).or(anchor);
            for offset in 0..*count {
                let item = match kind {
                    0 => old[from + offset],
                    1 => {
                        let item = old[from + offset];
                        self.move_instance(item, parent, before);
                        item
                    }
                    2 => self.mount(cursor, parent, before, input),
                    other => panic!("there is no kind of run {other}"),
                };
                items.push(item);
            }
        }
        self.instances[cursor].slots[slot] = Slot::List { items, parent, anchor };
    }

    fn range(&self, instance: InstanceId) -> Vec<NodeId> {
        let Instance { first, last, .. } = self.instances[instance];
        let mut range = vec![first];
        let mut node = first;
        while node != last {
            node = self.next(node).expect("an instance should end among the siblings");
            range.push(node);
        }
        range
    }

    /// Removes the nodes of an instance together: a tree among them lives on.
    fn remove_instance(&mut self, instance: InstanceId) {
        let (range, insertions) = (self.range(instance), self.insertions);
        let removed = self.create(element_kind("removed", "html"));
        range.into_iter().for_each(|node| self.insert(removed, node, None));
        self.insertions = insertions;
    }

    fn move_instance(&mut self, instance: InstanceId, parent: NodeId, before: Option<NodeId>) {
        for node in self.range(instance) {
            self.insert(parent, node, before);
        }
    }

    fn template(&self, input: &mut Input<'_>) -> Rc<Vec<Part>> {
        let id = u64::from(input.number()) << 32 | u64::from(input.number());
        self.templates.get(&id).expect("a template should be defined before its use").clone()
    }

    fn mount(
        &mut self,
        owner: InstanceId,
        parent: NodeId,
        before: Option<NodeId>,
        input: &mut Input<'_>,
    ) -> InstanceId {
        let template = self.template(input);
        let instance = self.begin_instance(owner);
        let mut nodes = Vec::new();
        for part in &*template {
            self.mount_part(instance, part, parent, before, &mut nodes, input);
        }
        self.instances[instance].first = nodes[0];
        self.instances[instance].last = *nodes.last().expect("a template has nodes");
        instance
    }

    fn begin_instance(&mut self, parent: InstanceId) -> InstanceId {
        let (first, last) = (ROOT, ROOT);
        self.instances.push(Instance { parent: Some(parent), first, last, slots: Vec::new() });
        self.instances.len() - 1
    }

    fn mount_part(
        &mut self,
        instance: InstanceId,
        part: &Part,
        parent: NodeId,
        before: Option<NodeId>,
        nodes: &mut Vec<NodeId>,
        input: &mut Input<'_>,
    ) {
        match part {
            Part::Node(kind) => {
                let node = self.create(kind.clone());
                self.insert(parent, node, before);
                nodes.push(node);
            }
            Part::Text => {
                let node = self.create(Kind::Text(input.text()));
                self.insert(parent, node, before);
                self.instances[instance].slots.push(Slot::Text(node));
                nodes.push(node);
            }
            Part::Element { kind, slots, only_text, parts } => {
                let node = self.create(kind.clone());
                self.insert(parent, node, before);
                nodes.push(node);
                self.attributes(instance, node, slots, true, input);
                let inner = &mut Vec::new();
                if *only_text {
                    self.mount_part(instance, &Part::Text, node, None, inner, input);
                }
                for part in parts {
                    self.mount_part(instance, part, node, None, inner, input);
                }
            }
            Part::List(anchor) => {
                let anchor = anchor.as_ref().map(|data| {
                    let anchor = self.create(Kind::Comment(data.clone()));
                    self.insert(parent, anchor, before);
                    nodes.push(anchor);
                    anchor
                });
                let slot = self.instances[instance].slots.len();
                let list = Slot::List { items: Vec::new(), parent, anchor };
                self.instances[instance].slots.push(list);
                let count = input.number();
                let items = if count == u32::MAX {
                    self.show_tree(instance, input.number(), parent, anchor)
                } else {
                    (0..count).map(|_| self.mount(instance, parent, anchor, input)).collect()
                };
                self.instances[instance].slots[slot] = Slot::List { items, parent, anchor };
            }
        }
    }

    /// The instance that holds a tree. A tree that has no outlet is in an element of its own.
    fn holder(&mut self, tree: u32) -> InstanceId {
        if let Some(known) = self.trees.get(&tree) {
            return *known;
        }
        let parent = self.create(element_kind("holder", "html"));
        let slots = vec![Slot::List { items: Vec::new(), parent, anchor: None }];
        self.instances.push(Instance { parent: None, first: parent, last: parent, slots });
        self.trees.insert(tree, self.instances.len() - 1);
        self.instances.len() - 1
    }

    /// Shows a tree in an outlet. Takes its nodes over if it is shown already.
    fn show_tree(
        &mut self,
        instance: InstanceId,
        tree: u32,
        parent: NodeId,
        anchor: Option<NodeId>,
    ) -> Vec<InstanceId> {
        let Some(known) = self.trees.insert(tree, instance) else { return Vec::new() };
        let Slot::List { items, .. } = &mut self.instances[known].slots[0] else {
            panic!("an outlet is a list")
        };
        let items = std::mem::take(items);
        for item in &items {
            self.move_instance(*item, parent, anchor);
            self.instances[*item].parent = Some(instance);
        }
        items
    }

    fn attributes(
        &mut self,
        instance: InstanceId,
        node: NodeId,
        slots: &[String],
        write: bool,
        input: &mut Input<'_>,
    ) {
        for name in slots {
            let slot = if name == "!" {
                let value = input.value();
                if write {
                    self.set_inner_html(node, value);
                }
                Slot::InnerHtml(node)
            } else if name == ".." {
                let mut names = Vec::new();
                for _ in 0..input.index() {
                    if input.number() == 1 {
                        let _ = (input.text(), input.number(), input.number());
                    } else {
                        let (name, value) = (input.text(), input.value());
                        self.check_or_set(node, &name, value, write);
                        names.push(name);
                    }
                }
                Slot::Spread(node, names)
            } else if name.starts_with('@') {
                Slot::Listener
            } else {
                let value = input.value();
                self.check_or_set(node, name, value, write);
                Slot::Attribute(node, name.clone())
            };
            self.instances[instance].slots.push(slot);
        }
    }

    fn check_or_set(&mut self, node: NodeId, name: &str, value: Option<String>, write: bool) {
        if write {
            return self.set(node, name, value);
        }
        let Kind::Element { attributes, name: tag, .. } = &self.nodes[node].kind else {
            panic!("only elements have attributes")
        };
        if name == "value" && tag == "textarea" {
            return assert_eq!(self.text(node), value.unwrap_or_default());
        }
        let found = attributes.iter().find(|(known, _)| known == name);
        assert_eq!(found.map(|(_, value)| value), value.as_ref(), "attribute `{name}`");
    }
}

/// Hydration. The document must be exactly as the view says.
impl Document {
    fn adopt(&mut self, cursor: InstanceId, input: &mut Input<'_>) {
        let count = input.index();
        let (parent, anchor) = match &self.instances[cursor].slots[0] {
            Slot::List { parent, anchor, .. } => (*parent, *anchor),
            other => panic!("a tree is shown in a list, not {other:?}"),
        };
        let mut next = match cursor {
            0 => self.children(parent).first().copied(),
            _ => self.next(self.instances[cursor].first),
        };
        let items = (0..count).map(|_| self.adopt_view(cursor, parent, &mut next, input)).collect();
        assert_eq!(next, anchor, "there should be no other nodes");
        self.instances[cursor].slots[0] = Slot::List { items, parent, anchor };
    }

    fn adopt_view(
        &mut self,
        owner: InstanceId,
        parent: NodeId,
        next: &mut Option<NodeId>,
        input: &mut Input<'_>,
    ) -> InstanceId {
        let template = self.template(input);
        let instance = self.begin_instance(owner);
        let mut nodes = Vec::new();
        for part in &*template {
            self.adopt_part(instance, part, parent, next, &mut nodes, input);
        }
        self.instances[instance].first = nodes[0];
        self.instances[instance].last = *nodes.last().expect("a template has nodes");
        instance
    }

    fn adopt_part(
        &mut self,
        instance: InstanceId,
        part: &Part,
        parent: NodeId,
        next: &mut Option<NodeId>,
        nodes: &mut Vec<NodeId>,
        input: &mut Input<'_>,
    ) {
        match part {
            Part::Node(kind) => {
                let node = next.unwrap_or_else(|| panic!("there should be {kind:?}"));
                assert_eq!(self.nodes[node].kind, *kind);
                *next = self.next(node);
                nodes.push(node);
            }
            Part::Text => {
                let text = input.text();
                if let Some(node) = *next
                    && self.nodes[node].kind == Kind::Comment(",".to_owned())
                {
                    *next = self.next(node);
                    self.remove(node);
                }
                let found = next.filter(|node| matches!(self.nodes[*node].kind, Kind::Text(_)));
                let node = match found {
                    Some(node) if !text.is_empty() => {
                        assert_eq!(self.nodes[node].kind, Kind::Text(text));
                        *next = self.next(node);
                        node
                    }
                    _ => {
                        assert_eq!(text, "", "there should be a text");
                        let node = self.create(Kind::Text(String::new()));
                        self.insert(parent, node, *next);
                        node
                    }
                };
                self.instances[instance].slots.push(Slot::Text(node));
                nodes.push(node);
            }
            Part::Element { kind, slots, only_text, parts } => {
                let node = next.unwrap_or_else(|| panic!("there should be {kind:?}"));
                let name = |kind: &Kind| match kind {
                    Kind::Element { name, namespace, .. } => (name.clone(), namespace.clone()),
                    other => panic!("there should be an element, not {other:?}"),
                };
                assert_eq!(name(&self.nodes[node].kind), name(kind));
                *next = self.next(node);
                nodes.push(node);
                self.attributes(instance, node, slots, false, input);
                let mut child = self.children(node).first().copied();
                let inner = &mut Vec::new();
                if *only_text {
                    self.adopt_part(instance, &Part::Text, node, &mut child, inner, input);
                }
                for part in parts {
                    self.adopt_part(instance, part, node, &mut child, inner, input);
                }
                if !slots.iter().any(|slot| slot == "!") {
                    let is_textarea = name(kind).0 == "textarea";
                    assert!(child.is_none() || is_textarea, "there should be no other children");
                }
            }
            Part::List(anchor) => self.adopt_list(instance, anchor, parent, next, nodes, input),
        }
    }

    fn adopt_list(
        &mut self,
        instance: InstanceId,
        anchor: &Option<String>,
        parent: NodeId,
        next: &mut Option<NodeId>,
        nodes: &mut Vec<NodeId>,
        input: &mut Input<'_>,
    ) {
        let slot = self.instances[instance].slots.len();
        self.instances[instance].slots.push(Slot::Listener);
        let count = input.number();
        let mut items = Vec::new();
        if count == u32::MAX {
            self.trees.insert(input.number(), instance);
            self.skip_outlet(next);
        } else {
            for _ in 0..count {
                items.push(self.adopt_view(instance, parent, next, input));
            }
        }
        let anchor = anchor.as_ref().map(|data| {
            let anchor = next.unwrap_or_else(|| panic!("the list should have an anchor"));
            assert_eq!(self.nodes[anchor].kind, Kind::Comment(data.clone()));
            *next = self.next(anchor);
            nodes.push(anchor);
            anchor
        });
        self.instances[instance].slots[slot] = Slot::List { items, parent, anchor };
    }

    /// Moves to the comment that ends the outlet.
    fn skip_outlet(&self, next: &mut Option<NodeId>) {
        let mut depth = 0;
        while let Some(node) = *next {
            match &self.nodes[node].kind {
                Kind::Comment(data) if data == "[" => depth += 1,
                Kind::Comment(data) if data == "]" && depth == 0 => return,
                Kind::Comment(data) if data == "]" => depth -= 1,
                _ => {}
            }
            *next = self.next(node);
        }
    }
}

/// Operands that are not read yet.
struct Input<'a> {
    code: &'a [u32],
    text: &'a [u16],
}

impl Input<'_> {
    fn number(&mut self) -> u32 {
        let (first, rest) = self.code.split_first().expect("there should be another operand");
        self.code = rest;
        *first
    }

    fn index(&mut self) -> usize {
        self.number() as usize
    }

    fn text(&mut self) -> String {
        let length = self.index();
        self.take(length)
    }

    fn value(&mut self) -> Option<String> {
        let length = self.index().checked_sub(1)?;
        Some(self.take(length))
    }

    fn take(&mut self, length: usize) -> String {
        let (text, rest) = self.text.split_at(length);
        self.text = rest;
        String::from_utf16(text).expect("a string should be valid UTF-16")
    }
}

fn element_kind(name: &str, namespace: &str) -> Kind {
    Kind::Element { name: name.into(), namespace: namespace.into(), attributes: Vec::new() }
}

/// Parses HTML as the content of an element. The nodes live as long as the result.
fn parse(context: &str, html: &str) -> RcDom {
    let name = QualName::new(None, ns!(html), LocalName::from(context));
    parse_fragment(RcDom::default(), Default::default(), name, Vec::new(), false).one(html)
}

/// The children of a fragment are in an element `html`.
fn root(parsed: &RcDom) -> Handle {
    parsed.document.children.borrow()[0].clone()
}

fn kind_of(handle: &Handle) -> Kind {
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

fn parse_template(template: &Template) -> Vec<Part> {
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

fn parts_of(handle: &Handle) -> Vec<Part> {
    handle.children.borrow().iter().map(part_of).collect()
}

fn part_of(handle: &Handle) -> Part {
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
