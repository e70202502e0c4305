//! Comparison of two views of a tree. The differences become operations.
//!
//! There is no browser in here, so that a server can compare views too.

mod list;

use super::attribute::{Attribute, Kind};
use super::element::{Slot, View};
use super::ops::{self, Ops};

/// Compares the views of a list slot.
pub(super) fn views(slot: usize, old: &[View], new: &[View], ops: &mut Ops) {
    let sources = list::sources(old, new);
    if !list::is_unchanged(&sources, old.len()) {
        list::write_runs(slot, &sources, new, ops);
    }
    for (index, (new, source)) in new.iter().zip(&sources).enumerate() {
        if let Some(source) = source {
            ops.enter(slot, index);
            view(&old[*source], new, ops);
            ops.leave();
        }
    }
}

/// Compares two views of one template.
fn view(old: &View, new: &View, ops: &mut Ops) {
    for (index, (old, new)) in old.slots.iter().zip(&new.slots).enumerate() {
        slot(index, old, new, ops);
    }
}

fn slot(index: usize, old: &Slot, new: &Slot, ops: &mut Ops) {
    match (old, new) {
        (Slot::Text(old), Slot::Text(new)) | (Slot::Code(_, old), Slot::Code(_, new)) => {
            if old != new {
                ops.op(ops::TEXT, index);
                ops.text(new);
            }
        }
        (Slot::Attribute(_, old), Slot::Attribute(_, new))
        | (Slot::TextareaValue(old), Slot::TextareaValue(new))
        | (Slot::SelectValue(old), Slot::SelectValue(new))
        | (Slot::InnerHtml(old), Slot::InnerHtml(new)) => {
            if old != new {
                ops.op(ops::SET, index);
                ops.value(new);
            }
        }
        (Slot::Spread(old), Slot::Spread(new)) => spread(index, old, new, ops),
        (Slot::Memo(old), Slot::Memo(new)) if old.is_same(new) => {}
        (old, new) => views(index, list_of(old), list_of(new), ops),
    }
}

/// Returns the list of a slot. Slots of other kinds have no list.
fn list_of(slot: &Slot) -> &[View] {
    match slot {
        Slot::List(views) => views,
        Slot::Memo(shared) => shared.views(),
        _ => &[],
    }
}

fn spread(index: usize, old: &[Attribute], new: &[Attribute], ops: &mut Ops) {
    let is_same = |(old, new): (&Attribute, &Attribute)| match (&old.0, &new.0) {
        (Kind::Value(name, value), Kind::Value(new_name, new_value)) => {
            name == new_name && value == new_value
        }
        (Kind::Listener { event, .. }, Kind::Listener { event: new_event, .. }) => {
            event == new_event
        }
        _ => false,
    };
    if old.len() != new.len() || !old.iter().zip(new).all(is_same) {
        ops.op(ops::SPREAD, index);
        ops.attributes(new);
    }
}
