//! Views of the jobs for developers: a page and a terminal command.

mod overview;
pub(super) mod page;
pub(super) mod terminal;
