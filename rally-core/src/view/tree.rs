//! Trees: the views of a program that a document shows.

use super::attribute::Kind;
use super::diff;
use super::element::{Element, Slot, View};
use super::event::{Listener, RawEvent, Reaction};
use super::ops::{self, Ops};
use crate::codec::DecodeError;

/// The views of a program that a document shows.
pub struct Tree {
    number: u32,
    views: Vec<View>,
}

impl Tree {
    /// Makes a tree without nodes.
    pub fn new(number: u32) -> Self {
        Self { number, views: Vec::new() }
    }

    /// Shows an element, for which the document has the nodes already.
    pub fn hydrate(&mut self, element: Element, ops: &mut Ops) {
        self.views = element.into_views();
        self.adopt(ops);
    }

    /// Hydrates the nodes of the shown element again, which repairs them.
    pub fn adopt(&self, ops: &mut Ops) {
        ops.tree(self.number);
        ops.op(ops::ADOPT, self.views.len());
        self.views.iter().for_each(|view| ops.view(view));
    }

    /// Shows an element. Only the differences change the document.
    pub fn update(&mut self, element: Element, ops: &mut Ops) {
        let views = element.into_views();
        ops.tree(self.number);
        diff::views(0, &self.views, &views, ops);
        self.views = views;
    }

    /// Shows an element in place of all nodes.
    pub fn replace(&mut self, element: Element, ops: &mut Ops) {
        ops.tree(self.number);
        diff::views(0, &self.views, &[], ops);
        self.views.clear();
        self.update(element, ops);
    }

    /// Runs the handler of a listener.
    ///
    /// `path` is the position of the listener: pairs of slot and index, from the
    /// root of the tree, then the slot of the listener and its index among the
    /// listeners of a spread.
    /// Returns `None` if there is no listener.
    pub fn handle(
        &self,
        path: &[u32],
        event: RawEvent<'_>,
    ) -> Option<Result<Reaction, DecodeError>> {
        let (root, path) = path.split_at_checked(2)?;
        handle(self.views.get(*root.get(1)? as usize)?, path, event)
    }
}

fn handle(view: &View, path: &[u32], event: RawEvent<'_>) -> Option<Result<Reaction, DecodeError>> {
    let &[slot, index, ref rest @ ..] = path else { return None };
    let (slot, index) = (view.slots.get(slot as usize)?, index as usize);
    if rest.is_empty() {
        return listener(slot, index).map(|listener| listener.handle(event));
    }
    match slot {
        Slot::List(views) => handle(views.get(index)?, rest, event),
        Slot::Memo(shared) => handle(shared.views().get(index)?, rest, event),
        _ => None,
    }
}

fn listener(slot: &Slot, index: usize) -> Option<&Listener> {
    match slot {
        Slot::Listener(listener) => Some(listener),
        Slot::Spread(attributes) => {
            let mut listeners = attributes.iter().filter_map(|attribute| match &attribute.0 {
                Kind::Listener { listener, .. } => Some(listener),
                Kind::Value(..) => None,
            });
            listeners.nth(index)
        }
        _ => None,
    }
}
