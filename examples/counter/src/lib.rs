//! Counters that anybody may turn, kept in a SQLite file.

use rally::prelude::*;

rally::pages!("src/pages");

rally::server_only! {
    pub mod store;

    /// What handlers and loaders are given.
    pub type Cx = rally::Cx<store::Store>;
}

/// Opens the database and makes the app.
#[server(private)]
pub async fn start() -> Result<App<store::Store>, StartError> {
    let file = std::env::var("COUNTER_DB").unwrap_or_else(|_| "counter.db".to_owned());
    Ok(App::new(store::Store::open(&file).await?))
}
