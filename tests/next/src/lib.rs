//! The next build of `tests/fixture`: two of its pages, with a new field in the
//! middle of their types. A browser with the previous build must not confuse
//! the types.

use rally::prelude::*;

pub mod layout;

rally::pages!("src/pages");

rally::server_only! {
    /// The context of handlers and loaders.
    pub type Cx = rally::Cx<()>;
}

/// Returns the app.
#[server_only]
pub async fn start() -> Result<App<()>> {
    Ok(App::new(()))
}
