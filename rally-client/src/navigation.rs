//! Navigation: which page is shown, and whether the server agrees.

pub mod page_sync;
pub mod redirect_guard;
