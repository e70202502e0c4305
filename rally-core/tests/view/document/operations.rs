//! The operations that change a document, and their operands.

use std::rc::Rc;

use super::parse::{Part, element_kind};
use super::{Document, Instance, InstanceId, Kind, NodeId, ROOT, Slot};

/// Operations.
impl Document {
    pub(super) fn list(&mut self, cursor: InstanceId, input: &mut Input<'_>) {
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

    pub(super) fn range(&self, instance: InstanceId) -> Vec<NodeId> {
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
    pub(super) fn remove_instance(&mut self, instance: InstanceId) {
        let (range, insertions) = (self.range(instance), self.insertions);
        let removed = self.create(element_kind("removed", "html"));
        range.into_iter().for_each(|node| self.insert(removed, node, None));
        self.insertions = insertions;
    }

    pub(super) fn move_instance(
        &mut self,
        instance: InstanceId,
        parent: NodeId,
        before: Option<NodeId>,
    ) {
        for node in self.range(instance) {
            self.insert(parent, node, before);
        }
    }

    pub(super) fn template(&self, input: &mut Input<'_>) -> Rc<Vec<Part>> {
        let id = u64::from(input.number()) << 32 | u64::from(input.number());
        self.templates.get(&id).expect("a template should be defined before its use").clone()
    }

    pub(super) fn mount(
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

    pub(super) fn begin_instance(&mut self, parent: InstanceId) -> InstanceId {
        let (first, last) = (ROOT, ROOT);
        self.instances.push(Instance { parent: Some(parent), first, last, slots: Vec::new() });
        self.instances.len() - 1
    }

    pub(super) fn mount_part(
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
    pub(super) fn holder(&mut self, tree: u32) -> InstanceId {
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
    pub(super) fn show_tree(
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

    pub(super) fn attributes(
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

    pub(super) fn check_or_set(
        &mut self,
        node: NodeId,
        name: &str,
        value: Option<String>,
        write: bool,
    ) {
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

/// Operands that are not read yet.
pub(super) struct Input<'a> {
    pub(super) code: &'a [u32],
    pub(super) text: &'a [u16],
}

impl Input<'_> {
    pub(super) fn number(&mut self) -> u32 {
        let (first, rest) = self.code.split_first().expect("there should be another operand");
        self.code = rest;
        *first
    }

    pub(super) fn index(&mut self) -> usize {
        self.number() as usize
    }

    pub(super) fn text(&mut self) -> String {
        let length = self.index();
        self.take(length)
    }

    pub(super) fn value(&mut self) -> Option<String> {
        let length = self.index().checked_sub(1)?;
        Some(self.take(length))
    }

    pub(super) fn take(&mut self, length: usize) -> String {
        let (text, rest) = self.text.split_at(length);
        self.text = rest;
        String::from_utf16(text).expect("a string should be valid UTF-16")
    }
}
