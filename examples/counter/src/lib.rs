//! Public counters, stored in a SQLite file.

use rally::prelude::*;

rally::pages!("src/pages");

rally::server_only! {
    pub mod store;

    /// The context of handlers and loaders.
    pub type Cx = rally::Cx<store::Store>;
}

/// Opens the database and creates the app.
#[server_only]
pub async fn start() -> Result<App<store::Store>> {
    let file = std::env::var("COUNTER_DB").unwrap_or_else(|_| "counter.db".to_owned());
    Ok(App::new(store::Store::open(&file).await?))
}
