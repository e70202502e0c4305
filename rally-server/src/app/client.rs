//! The clients of an app: the programs that browsers run. Today an app has one,
//! below `/`; a second one is a second entry in the list.

use std::path::PathBuf;

use rally_core::registry::{PageEntry, Pages};

use crate::config::BootError;
use crate::security::ContentSecurityPolicy;

/// A program that browsers run: its pages, and what is served with them. The
/// [`App`](super::App) says where its files are and what it may load.
///
/// ```
/// use rally_server::app::{App, Client};
///
/// # let directory = tempfile::tempdir()?;
/// # std::fs::write(directory.path().join("index.html"), "<div id=\"app\"></div>")?;
/// # let app = App::new(()).dist(directory.path());
/// // The pages of an app are `pages::ALL`.
/// let router = app.into_router([Client::new(&[])])?;
/// # drop(router);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pages: Vec<PageEntry>,
}

impl Client {
    /// A client with these pages.
    pub fn new(pages: &[PageEntry]) -> Self {
        Self { pages: pages.to_vec() }
    }
}

/// The clients of an app. A list of pages is one client.
#[derive(Debug, Clone)]
pub struct Clients(Vec<Client>);

impl From<&[PageEntry]> for Clients {
    fn from(pages: &[PageEntry]) -> Self {
        Self(vec![Client::new(pages)])
    }
}

impl<const N: usize> From<&[PageEntry; N]> for Clients {
    fn from(pages: &[PageEntry; N]) -> Self {
        Self(vec![Client::new(pages)])
    }
}

impl From<&Vec<PageEntry>> for Clients {
    fn from(pages: &Vec<PageEntry>) -> Self {
        Self(vec![Client::new(pages)])
    }
}

impl<const N: usize> From<[Client; N]> for Clients {
    fn from(clients: [Client; N]) -> Self {
        Self(clients.into())
    }
}

/// The settings that an app makes for its clients.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientSettings {
    /// The directory that trunk wrote, where the app says it.
    pub(super) dist: Option<PathBuf>,
    pub(super) policy: Option<ContentSecurityPolicy>,
}

impl ClientSettings {
    /// The directory that trunk wrote.
    pub(super) fn dist(&self) -> PathBuf {
        let elsewhere = || std::env::var_os("RALLY_DIST").unwrap_or_else(|| "dist".into()).into();
        self.dist.clone().unwrap_or_else(elsewhere)
    }
}

impl Clients {
    /// The pages of each client, if they fit together.
    pub(super) fn pages(&self) -> Result<Vec<Pages>, BootError> {
        let pages = |client: &Client| Pages::new(&client.pages).map_err(BootError::new);
        self.0.iter().map(pages).collect()
    }
}
