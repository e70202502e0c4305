//! The next build of `tests/fixture`: two of its pages, whose types have grown
//! a field in their middle. A browser that runs the build before must not take
//! one for the other.

use rally::prelude::*;

pub mod layout;

rally::pages!("src/pages");

rally::server_only! {
    /// What handlers and loaders are given.
    pub type Cx = rally::Cx<()>;
}

/// Makes the app.
#[server(private)]
pub async fn start() -> Result<App<()>, StartError> {
    Ok(App::new(()))
}
