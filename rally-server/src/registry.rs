//! The server's registry: what the macros submitted, sorted and checked once.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

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

/// Pages, loaders and handlers of an app.
pub(crate) struct Registry {
    pub(crate) pages: Pages,
    /// The fingerprints of the pages, by name.
    versions: HashMap<&'static str, u64>,
    loaders: HashMap<TypeId, &'static LoaderEntry>,
    calls: HashMap<(u64, &'static str), &'static HandlerEntry, ByFingerprint>,
    /// The names of all calls, of whatever version.
    names: HashSet<&'static str>,
}

type ByFingerprint = BuildHasherDefault<Fingerprint>;

/// A fingerprint is a hash already, so the name need not be hashed with it. What
/// a client asks for does not get into the table.
#[derive(Default)]
struct Fingerprint(u64);

impl Hasher for Fingerprint {
    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    fn write(&mut self, _name: &[u8]) {}

    fn finish(&self) -> u64 {
        self.0
    }
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
        let mut calls = HashMap::default();
        let mut names = HashSet::new();
        for entry in handlers {
            check_state(entry.name, &(entry.state)(), state)?;
            calls.insert(((entry.fingerprint)(), entry.name), entry);
            if !names.insert(entry.name) {
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
        let versions = pages.iter().map(|page| (page.name, page.fingerprint)).collect();
        Ok(Self { pages, versions, loaders, calls, names })
    }

    pub(crate) fn loader(&self, page: &PageEntry) -> Option<&'static LoaderEntry> {
        self.loaders.get(&(page.route)()).copied()
    }

    /// Who answers the call of this name, in this version.
    pub(crate) fn call(&self, name: &str, fingerprint: u64) -> Option<&'static HandlerEntry> {
        self.calls.get(&(fingerprint, name)).copied()
    }

    /// Whether there is a call of this name, in whatever version.
    pub(crate) fn has_call(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The fingerprint of the page of this name.
    pub(crate) fn version(&self, page: &str) -> Option<u64> {
        self.versions.get(page).copied()
    }

    /// The name and fingerprint of every call, by name.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let calls = self.calls.keys().map(|(fingerprint, name)| (*name, *fingerprint));
        calls.collect::<BTreeMap<_, _>>().into_iter()
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

#[cfg(test)]
mod tests {
    use rally_core::call::Call;
    use rally_core::codec::{DecodeError, Reader, Writer};
    use rally_core::context::ClientContext;
    use rally_core::layout::NoLayout;
    use rally_core::page::{Load, LoadError, Page};
    use rally_core::route::{Params, Route};
    use rally_core::wire::{Never, Shape, Wire};

    use super::*;
    use crate::cx::Cx;
    use crate::handler::{Handler, Loader};

    /// A call, a route, and a model at once.
    struct Thing;

    impl Wire for Thing {
        fn shape(shape: &mut Shape) {
            shape.leaf(1);
        }

        fn write(&self, to: &mut Writer) {
            to.nil();
        }

        fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
            from.nil().map(|()| Self)
        }
    }

    impl Call for Thing {
        type Output = Result<(), Never>;
        const NAME: &'static str = "test::Thing";
    }

    impl Handler for Thing {
        type Cx = Cx<String>;

        async fn run(self, _: &Cx<String>) -> Result<(), Never> {
            Ok(())
        }
    }

    impl Route for Thing {
        const PATTERN: &'static str = "/thing";
        type Context = ClientContext;

        fn from_params(_: &Params) -> Option<Self> {
            Some(Self)
        }

        fn write_params(&self, _: &mut Params) {}
    }

    impl Load for Thing {
        type Data = ();
        const HAS_LOADER: bool = true;
    }

    impl Loader for Thing {
        type Cx = Cx<String>;

        async fn run(self, _: &Cx<String>) -> Result<(), LoadError> {
            Ok(())
        }
    }

    impl Page for Thing {
        type Route = Self;
        type Msg = ();

        fn init(_: Self, _: (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, _: (), _: &ClientContext) -> rally_core::effect::Effect<()> {
            rally_core::effect::Effect::none()
        }

        fn view(
            &self,
            _: rally_core::dispatch::Dispatch<()>,
            _: &ClientContext,
        ) -> dioxus_core::Element {
            dioxus_core::VNode::empty()
        }
    }

    static HANDLER: HandlerEntry = HandlerEntry::of::<Thing>();
    static LOADER: LoaderEntry = LoaderEntry::of::<Thing>();
    const PAGE: PageEntry = PageEntry::of::<Thing, Thing, NoLayout<ClientContext>>("test::Thing");

    #[track_caller]
    fn check<S: 'static>(
        loaders: &[&'static LoaderEntry],
        handlers: &[&'static HandlerEntry],
        expected: Result<(), &str>,
    ) {
        let pages = Pages::new(&[PAGE]).unwrap();
        let state = StateType::of::<S>();
        let registry = Registry::new(pages, &state, loaders.to_vec(), handlers.to_vec());
        let found = registry.map(drop).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn an_app_whose_parts_fit_together() {
        check::<String>(&[&LOADER], &[&HANDLER], Ok(()));
    }

    #[test]
    fn two_handlers_for_one_name() {
        let message = "two handlers answer `test::Thing`: rename one message";
        check::<String>(&[&LOADER], &[&HANDLER, &HANDLER], Err(message));
    }

    #[test]
    fn a_handler_for_another_state() {
        let message = "the handler of `test::Thing` expects the state `alloc::string::String`, and \
                       the app was made with `i32`: write `cx: &Cx<i32>`, or give `App::new` the \
                       other one";
        check::<i32>(&[&LOADER], &[&HANDLER], Err(message));
    }

    #[test]
    fn a_page_whose_loader_was_not_built() {
        let message = "the page `test::Thing` has no loader in this binary: enable the `ssr` \
                       feature of its crate";
        check::<String>(&[], &[&HANDLER], Err(message));
    }

    #[test]
    fn two_pages_for_one_path() {
        let error = Pages::new(&[PAGE, PAGE]).unwrap_err().to_string();
        let message = "the pages `test::Thing` and `test::Thing` both match `/thing`: move one of \
                       the files, or give it a path with #[page(\"/path\")]";
        assert_eq!(error, message);
    }
}
