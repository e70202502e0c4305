//! Hydration. The document must be exactly as the view says.

use super::operations::Input;
use super::parse::Part;
use super::{Document, InstanceId, Kind, NodeId, Slot};

impl Document {
    pub(super) fn adopt(&mut self, cursor: InstanceId, input: &mut Input<'_>) {
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

    pub(super) fn adopt_view(
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

    pub(super) fn adopt_part(
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

    pub(super) fn adopt_list(
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
    pub(super) fn skip_outlet(&self, next: &mut Option<NodeId>) {
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
