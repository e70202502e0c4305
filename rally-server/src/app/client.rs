//! The clients of an app: the WebAssembly programs that browsers run.

use std::path::PathBuf;

use rally_core::registry::{PageEntry, Pages};

use crate::config::BootError;
use crate::security::ContentSecurityPolicy;

/// A program that browsers run: a list of pages, and settings that override the app's settings.
///
/// Currently an app has exactly one client, at the URL `/`.
///
/// ```
/// use rally_server::app::{App, Client};
///
/// # let directory = tempfile::tempdir()?;
/// # std::fs::write(directory.path().join("index.html"), "<div id=\"app\"></div>")?;
/// // The pages of an app are `pages::ALL`.
/// let client = Client::new(&[]).dist(directory.path());
/// let router = App::new(()).into_router([client])?;
/// # drop(router);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pages: Vec<PageEntry>,
    settings: ClientSettings,
}

impl Client {
    /// Creates a client with these pages. All pages must have the same client context type.
    pub fn new(pages: &[PageEntry]) -> Self {
        Self { pages: pages.to_vec(), settings: ClientSettings::default() }
    }

    /// Sets the client's output directory of `trunk build`.
    ///
    /// The directory overrides [`App::dist`](super::App::dist).
    #[must_use]
    pub fn dist(mut self, dist: impl Into<PathBuf>) -> Self {
        self.settings.dist = Some(dist.into());
        self
    }

    /// Sets the client's content security policy.
    ///
    /// The policy overrides
    /// [`App::content_security_policy`](super::App::content_security_policy).
    #[must_use]
    pub fn content_security_policy(
        mut self,
        policy: impl Into<Option<ContentSecurityPolicy>>,
    ) -> Self {
        self.settings.policy = Some(policy.into());
        self
    }
}

/// The clients of an app. A list of pages converts into one client.
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

impl From<Vec<Client>> for Clients {
    fn from(clients: Vec<Client>) -> Self {
        Self(clients)
    }
}

impl<const N: usize> From<[Client; N]> for Clients {
    fn from(clients: [Client; N]) -> Self {
        Self(clients.into())
    }
}

/// The settings of a client. `None` means that a setting is not set.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientSettings {
    pub(super) dist: Option<PathBuf>,
    /// `Some(None)` disables the policy.
    pub(super) policy: Option<Option<ContentSecurityPolicy>>,
}

impl ClientSettings {
    pub(super) fn dist(&self) -> PathBuf {
        let default = || std::env::var_os("RALLY_DIST").unwrap_or_else(|| "dist".into()).into();
        self.dist.clone().unwrap_or_else(default)
    }

    pub(super) fn policy(&self) -> Option<ContentSecurityPolicy> {
        self.policy.clone().unwrap_or_else(|| Some(ContentSecurityPolicy::default()))
    }
}

impl Clients {
    pub(super) fn pages(&self) -> Result<Vec<Pages>, BootError> {
        if self.0.len() != 1 {
            return Err(BootError::new(
                "an app must have exactly one client: pass `[Client::new(pages::ALL)]`",
            ));
        }
        let pages = |client: &Client| Pages::new(&client.pages).map_err(BootError::new);
        self.0.iter().map(pages).collect()
    }

    pub(super) fn settings(self, of_app: &ClientSettings) -> Vec<ClientSettings> {
        let settings = |Client { settings, .. }| ClientSettings {
            dist: settings.dist.or_else(|| of_app.dist.clone()),
            policy: settings.policy.or_else(|| of_app.policy.clone()),
        };
        self.0.into_iter().map(settings).collect()
    }
}
