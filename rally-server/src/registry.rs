//! The server's registry: what the macros submitted, sorted and checked once.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;

use rally_core::registry::{PageEntry, Pages};

use crate::cx::StateType;
use crate::handler::{HandlerEntry, LoaderEntry};

/// Why an app cannot be served.
#[derive(Debug)]
pub struct BootError(String);

impl BootError {
    /// What is wrong, and what to write.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BootError {}

/// A call that can be answered.
pub(crate) struct KnownCall {
    pub(crate) entry: &'static HandlerEntry,
    pub(crate) fingerprint: u64,
}

/// Pages, loaders and handlers of an app.
pub(crate) struct Registry {
    pub(crate) pages: Pages,
    loaders: HashMap<TypeId, &'static LoaderEntry>,
    calls: HashMap<&'static str, KnownCall>,
}

impl Registry {
    /// Collects what was submitted, for an app with state `S`.
    pub(crate) fn collect<S: 'static>(pages: Pages) -> Result<Self, BootError> {
        Self::new(
            pages,
            &StateType::of::<S>(),
            inventory::iter::<LoaderEntry>.into_iter().collect(),
            inventory::iter::<HandlerEntry>.into_iter().collect(),
        )
    }

    fn new(
        pages: Pages,
        state: &StateType,
        loader_entries: Vec<&'static LoaderEntry>,
        mut handlers: Vec<&'static HandlerEntry>,
    ) -> Result<Self, BootError> {
        // Link order is no order: sorted, the same mistake is always told the same way.
        handlers.sort_by_key(|entry| entry.name);
        let mut calls = HashMap::new();
        for entry in handlers {
            check_state(entry.name, &(entry.state)(), state)?;
            let known = KnownCall { entry, fingerprint: (entry.fingerprint)() };
            if calls.insert(entry.name, known).is_some() {
                let name = entry.name;
                return Err(BootError(format!("two handlers answer `{name}`: rename one message")));
            }
        }
        let mut loaders = HashMap::new();
        for entry in loader_entries {
            check_state((entry.name)(), &(entry.state)(), state)?;
            loaders.insert((entry.route)(), entry);
        }
        if let Some(page) =
            pages.iter().find(|page| page.has_loader && !loaders.contains_key(&(page.route)()))
        {
            return Err(BootError(format!(
                "the page `{}` has no loader in this binary: enable the `ssr` feature of its crate",
                page.name
            )));
        }
        Ok(Self { pages, loaders, calls })
    }

    pub(crate) fn loader(&self, page: &PageEntry) -> Option<&'static LoaderEntry> {
        self.loaders.get(&(page.route)()).copied()
    }

    pub(crate) fn call(&self, name: &str) -> Option<&KnownCall> {
        self.calls.get(name)
    }

    /// The names of all calls, sorted.
    pub(crate) fn call_names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.calls.keys().copied().collect();
        names.sort_unstable();
        names
    }
}

fn check_state(item: &str, found: &StateType, app: &StateType) -> Result<(), BootError> {
    if found.id == app.id {
        return Ok(());
    }
    Err(BootError(format!(
        "the handler of `{item}` expects the state `{}`, and the app was made with `{}`: \
         write `cx: &Cx<{1}>`, or give `App::new` the other one",
        found.name, app.name
    )))
}
