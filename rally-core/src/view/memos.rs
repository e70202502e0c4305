//! The memos of a program: those of its last render, and those of the current one.

use std::any::Any;
use std::ops::RangeInclusive;
use std::panic::Location;

use super::element::Shared;

/// The memos of a program.
#[derive(Default)]
pub(crate) struct Memos {
    /// The memos of the last render. One that was used again is `None`.
    last: Vec<Option<Memo>>,
    current: Vec<Memo>,
    /// The position in `last` after the memo that was used again most recently.
    /// Usually the next one follows there.
    next: usize,
}

pub(super) struct Memo {
    pub(super) site: &'static Location<'static>,
    pub(super) deps: Box<dyn Any + Send>,
    pub(super) shared: Shared,
    /// The part has forms, which have the URL of the page.
    pub(super) has_forms: bool,
    /// The mappings that the part may use. These are all that the render had made when
    /// the part ended, because the part may capture a handle that was mapped outside of
    /// it.
    pub(super) mappings: Vec<RangeInclusive<u32>>,
}

impl Memos {
    /// Begins a render.
    pub(crate) fn begin(&mut self) {
        self.last = std::mem::take(&mut self.current).into_iter().map(Some).collect();
        self.next = 0;
    }

    /// Ends a render: forgets the memos that it has not used.
    pub(crate) fn end(&mut self) {
        self.last = Vec::new();
    }

    pub(super) fn add(&mut self, memo: Memo) {
        self.current.push(memo);
    }

    pub(super) fn take(
        &mut self,
        site: &'static Location<'static>,
        is_equal: impl Fn(&dyn Any) -> bool,
        is_moved: bool,
    ) -> Option<Memo> {
        let (before, after) = self.last.split_at(self.next);
        let found = |memo: &Option<Memo>| {
            memo.as_ref().is_some_and(|memo| {
                memo.site == site && !(is_moved && memo.has_forms) && is_equal(&*memo.deps)
            })
        };
        let index = after.iter().position(found).map(|index| self.next + index);
        let index = index.or_else(|| before.iter().position(found))?;
        self.next = index + 1;
        self.last[index].take()
    }
}
