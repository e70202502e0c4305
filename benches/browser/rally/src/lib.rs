//! js-framework-benchmark's table as an app of Rally.

use rally::prelude::*;

rally::pages!("src/pages");

#[path = "../../labels.rs"]
pub mod labels;
pub mod table;

rally::server_only! {
    /// The context of handlers and loaders.
    pub type Cx = rally::Cx<()>;
}

/// Returns the app.
#[server_only]
pub async fn start() -> Result<App<()>> {
    Ok(App::new(()))
}
