//! Jobs as developers see them: on a page, and in a terminal.

mod overview;
pub(super) mod page;
pub(super) mod terminal;
