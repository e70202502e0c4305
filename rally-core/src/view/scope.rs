//! The scope of a render: state of the program whose view runs on this thread.
//!
//! A view is a plain function, so the parts of it cannot receive this state as
//! an argument.

use std::any::Any;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::RangeInclusive;
use std::panic::Location;

use super::element::Shared;
use super::memos::Memos;
use crate::form::Forms;

/// State of a program that its view uses.
#[derive(Default)]
pub(crate) struct Scope {
    /// The parts of the view that may be used again.
    pub(crate) memos: Memos,
    /// The mappings (see `Dispatch::map`) that this render uses.
    pub(crate) mappings: UsedMappings,
    /// The forms of the view.
    pub(crate) forms: Forms,
}

impl Scope {
    /// Uses a memo of the last render again.
    pub(super) fn reuse(
        &mut self,
        site: &'static Location<'static>,
        is_equal: impl Fn(&dyn Any) -> bool,
    ) -> Option<Shared> {
        let memo = self.memos.take(site, is_equal, self.forms.is_moved())?;
        if memo.has_forms {
            self.forms.bind();
        }
        self.mappings.reuse(&memo.mappings);
        let shared = memo.shared.clone();
        self.memos.add(memo);
        Some(shared)
    }
}

/// The numbers of the mappings that a render uses.
#[derive(Default)]
pub(crate) struct UsedMappings {
    /// The mappings of this render. Their numbers are consecutive.
    made: Option<RangeInclusive<u32>>,
    /// The mappings of the renders that made the memos of this one.
    reused: Vec<RangeInclusive<u32>>,
}

impl UsedMappings {
    /// Adds a mapping that this render has made.
    pub(crate) fn add(&mut self, number: u32) {
        let first = self.made.as_ref().map_or(number, |made| *made.start());
        self.made = Some(first..=number);
    }

    /// Adds the mappings of a memo.
    pub(super) fn reuse(&mut self, mappings: &[RangeInclusive<u32>]) {
        for range in mappings {
            // Usually the memo before is of the same render.
            match self.reused.last_mut() {
                Some(last) if last.start() == range.start() => {
                    *last = *range.start()..=*last.end().max(range.end());
                }
                _ => self.reused.push(range.clone()),
            }
        }
    }

    /// Returns the position for [`Self::since`].
    pub(super) fn reused(&self) -> usize {
        self.reused.len().saturating_sub(1)
    }

    /// Returns the mappings of this render so far, and those that were reused
    /// since a position.
    pub(super) fn since(&self, position: usize) -> Vec<RangeInclusive<u32>> {
        let reused = self.reused.get(position..).unwrap_or_default();
        reused.iter().cloned().chain(self.made.clone()).collect()
    }

    /// Returns the ranges in their order. Those that begin at one number are one range.
    pub(crate) fn sorted(&self) -> Vec<RangeInclusive<u32>> {
        // A heap is less code than `sort_unstable`, which every browser would load.
        let key = |range: RangeInclusive<u32>| (*range.start(), Reverse(*range.end()));
        let heap: BinaryHeap<_> = self.since(0).into_iter().map(key).collect();
        let mut ranges = heap.into_sorted_vec();
        ranges.dedup_by_key(|range| range.0);
        ranges.into_iter().map(|(start, Reverse(end))| start..=end).collect()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

thread_local! {
    static CURRENT: RefCell<Vec<Scope>> = const { RefCell::new(Vec::new()) };
}

/// Runs a view in a scope.
pub(crate) fn enter<R>(scope: &mut Scope, view: impl FnOnce() -> R) -> R {
    /// Gives the scope back also if the view panics.
    struct Leave<'a>(&'a mut Scope);

    impl Drop for Leave<'_> {
        fn drop(&mut self) {
            if let Some(mut scope) = CURRENT.with_borrow_mut(Vec::pop) {
                scope.memos.end();
                *self.0 = scope;
            }
        }
    }

    let mut current = std::mem::take(scope);
    current.memos.begin();
    current.mappings.clear();
    CURRENT.with_borrow_mut(|scopes| scopes.push(current));
    let _leave = Leave(scope);
    view()
}

/// Returns `true` while a program renders on this thread.
pub(crate) fn is_active() -> bool {
    CURRENT.with_borrow(|scopes| !scopes.is_empty())
}

/// Calls `f` with the scope of the program that renders; `None` if none renders.
pub(crate) fn with<R>(f: impl FnOnce(&mut Scope) -> R) -> Option<R> {
    CURRENT.with_borrow_mut(|scopes| scopes.last_mut().map(f))
}
