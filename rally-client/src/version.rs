//! The version of the app that runs here, compared with the server's.

mod outdated;
mod reload;

pub use outdated::is_new_in_tab;
pub use reload::{Moment, Reload, ReloadAction};
