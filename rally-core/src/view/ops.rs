//! Operations: the changes to a document, as numbers and one string.
//!
//! A script in the browser performs them (`rally-client/src/web/view.js`). They
//! name templates by ids, and nodes by their position in the rendered tree, so
//! that the same operations are right for every browser that shows the tree.

use super::attribute::{Attribute, Kind, Value};
use super::element::{Slot, View};
use super::template::Template;

/// Changes to a document.
#[derive(Default)]
pub struct Ops {
    /// Operations and their operands. A string is here by its length in UTF-16 units.
    pub code: Vec<u32>,
    /// The strings of all operations, one after the other.
    pub text: String,
    /// The templates that the operations use. Each one is here once.
    pub templates: Vec<&'static Template>,
    /// The position of the tree of the next operation.
    tree: Option<u32>,
    /// The position of the next operation in its tree: pairs of slot and index.
    path: Vec<[u32; 2]>,
    /// The number of pairs of `path` that the code has entered already.
    entered: usize,
}

/// Moves the cursor to the view that holds a tree.
pub(super) const TREE: u32 = 0;
/// Moves the cursor to an item of a list.
pub(super) const IN: u32 = 1;
/// Moves the cursor back.
pub(super) const OUT: u32 = 2;
/// Changes a text.
pub(super) const TEXT: u32 = 3;
/// Changes an attribute.
pub(super) const SET: u32 = 4;
/// Changes the attributes and listeners of a spread.
pub(super) const SPREAD: u32 = 5;
/// Changes the items of a list.
pub(super) const LIST: u32 = 6;
/// Hydrates a tree.
pub(super) const ADOPT: u32 = 7;

/// The number of views of a list that shows another tree.
pub(super) const OUTLET: u32 = u32::MAX;

/// The flags of a listener in a spread. Only forms make one, which neither captures
/// nor is passive.
const NO_FLAGS: u32 = 0;

impl Ops {
    /// Returns `true` if nothing changes.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    /// Begins the operations of a tree. They must end at the root of the tree.
    pub(super) fn tree(&mut self, tree: u32) {
        self.tree = Some(tree);
    }

    /// Moves to an item of a list.
    pub(super) fn enter(&mut self, slot: usize, index: usize) {
        self.path.push([slot as u32, index as u32]);
    }

    /// Moves back.
    pub(super) fn leave(&mut self) {
        self.path.pop();
        if self.entered > self.path.len() {
            self.entered = self.path.len();
            self.code.push(OUT);
        }
    }

    /// Begins an operation at the current position.
    pub(super) fn op(&mut self, op: u32, slot: usize) {
        if let Some(tree) = self.tree.take() {
            self.code.extend([TREE, tree]);
        }
        for [slot, index] in &self.path[self.entered..] {
            self.code.extend([IN, *slot, *index]);
        }
        self.entered = self.path.len();
        self.code.extend([op, slot as u32]);
    }

    pub(super) fn number(&mut self, number: usize) {
        self.code.push(number as u32);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(utf16_length(text));
        self.text.push_str(text);
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value.as_str() {
            None => self.number(0),
            Some(text) => {
                self.number(1 + utf16_length(text));
                self.text.push_str(text);
            }
        }
    }

    /// Appends a new view.
    pub(super) fn view(&mut self, view: &View) {
        let id = view.template.id;
        // Usually it is the template of the view before.
        if !self.templates.iter().rev().any(|known| known.id == id) {
            self.templates.push(view.template);
        }
        self.code.extend([(id >> 32) as u32, id as u32]);
        view.slots.iter().for_each(|slot| self.slot(slot));
    }

    fn slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Text(text) | Slot::Code(_, text) => self.text(text),
            Slot::Attribute(_, value)
            | Slot::TextareaValue(value)
            | Slot::SelectValue(value)
            | Slot::InnerHtml(value) => self.value(value),
            Slot::Listener(_) => {}
            Slot::Spread(attributes) => self.attributes(attributes),
            Slot::List(views) => self.views(views),
            Slot::Memo(shared) => self.views(shared.views()),
            Slot::Outlet(tree) => self.code.extend([OUTLET, *tree]),
        }
    }

    pub(super) fn views(&mut self, views: &[View]) {
        self.number(views.len());
        views.iter().for_each(|view| self.view(view));
    }

    pub(super) fn attributes(&mut self, attributes: &[Attribute]) {
        self.number(attributes.len());
        attributes.iter().for_each(|attribute| self.attribute(attribute));
    }

    fn attribute(&mut self, attribute: &Attribute) {
        match &attribute.0 {
            Kind::Value(name, value) => {
                self.number(0);
                self.text(name);
                self.value(value);
            }
            Kind::Listener { event, kind, .. } => {
                self.number(1);
                self.text(event);
                self.code.extend([u32::from(*kind), NO_FLAGS]);
            }
        }
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_each_operation() {
        let documentation = include_str!("../../../docs/view.md");
        let operations = ["TREE", "IN", "OUT", "TEXT", "SET", "SPREAD", "LIST", "ADOPT"];
        let numbers = [TREE, IN, OUT, TEXT, SET, SPREAD, LIST, ADOPT];
        for (name, number) in operations.into_iter().zip(numbers) {
            assert!(documentation.contains(&format!("| {number} {name} |")), "{name}");
        }
        assert!(documentation.contains(&format!("`{OUTLET:#x}`")));
    }
}
