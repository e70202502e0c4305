//! The client context: what every page of an app is given as `cx`.

/// What pages read about where they run, the same for server and browser.
pub trait Context: Default + 'static {
    /// Takes note of the URL (path and query), before the page there starts.
    fn set_current_path(&mut self, path: &str);
}

/// The context of an app that does not define its own.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ClientContext {
    /// Path and query of the page that is shown, as in `/products/7?tab=new`.
    pub current_path: String,
}

impl Context for ClientContext {
    fn set_current_path(&mut self, path: &str) {
        path.clone_into(&mut self.current_path);
    }
}
