//! The version of the running app, compared with the server's version.

mod outdated;
mod reload;

pub use outdated::is_new_in_tab;
pub use reload::{Reload, ReloadAction, ReloadConditions};
