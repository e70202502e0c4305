//! The server's registry: the app's pages, and the entries that the macros submit.
//!
//! The registry is checked at boot.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use rally_core::registry::{KnownPage, PageEntry, Pages};
use rally_core::route::Params;

use crate::auth::access::PolicyEntry;
use crate::auth::guard::AccessRule;
use crate::calls::check::AppTypes;
use crate::calls::handler::{HandlerEntry, LoaderEntry};
use crate::config::BootError;

pub(crate) struct Registry {
    pages: Vec<Pages>,
    versions: HashMap<&'static str, u64>,
    loaders: HashMap<TypeId, &'static LoaderEntry>,
    rules: HashMap<TypeId, AccessRule>,
    calls: HashMap<(u64, &'static str), KnownCall, ByFingerprint>,
    names: HashSet<&'static str>,
}

#[derive(Clone, Copy)]
pub(crate) struct KnownCall {
    pub(crate) handler: &'static HandlerEntry,
    pub(crate) rule: AccessRule,
}

#[derive(Default)]
struct Submitted {
    loaders: Vec<&'static LoaderEntry>,
    handlers: Vec<&'static HandlerEntry>,
    policies: Vec<&'static PolicyEntry>,
}

type ByFingerprint = BuildHasherDefault<Fingerprint>;

/// A hasher that uses the fingerprint as the hash of `(fingerprint, name)`. Clients cannot
/// cause collisions, because only the app's own calls are keys.
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
    pub(crate) fn collect(pages: Vec<Pages>, app: &AppTypes) -> Result<Self, BootError> {
        let submitted = Submitted {
            loaders: inventory::iter::<LoaderEntry>.into_iter().collect(),
            handlers: inventory::iter::<HandlerEntry>.into_iter().collect(),
            policies: inventory::iter::<PolicyEntry>.into_iter().collect(),
        };
        Self::new(pages, app, submitted)
    }

    fn new(pages: Vec<Pages>, app: &AppTypes, mut submitted: Submitted) -> Result<Self, BootError> {
        let all = || pages.iter().flat_map(Pages::iter);
        // The linker chooses the order of the entries. Sorting makes the first error
        // deterministic.
        submitted.handlers.sort_by_key(|entry| entry.name);
        submitted.loaders.sort_by_key(|entry| (entry.name)());
        submitted.policies.sort_by_key(|entry| (entry.name)());
        for entry in &submitted.handlers {
            app.check_cx(format_args!("the handler of `{}`", entry.name), &(entry.types)())?;
        }
        for entry in &submitted.loaders {
            app.check_cx(format_args!("the loader of `{}`", (entry.name)()), &(entry.types)())?;
        }
        let mut rules: HashMap<TypeId, AccessRule> = HashMap::new();
        for entry in &submitted.policies {
            let name = (entry.name)();
            app.check_access(format_args!("the page `{name}`"), &entry.access)?;
            let rule = rules.entry((entry.route)()).or_insert(AccessRule::PUBLIC);
            *rule = rule.and(&entry.access, format_args!("the page `{name}`"))?;
        }
        let guarded = |page: &KnownPage| page.is_guarded && !rules.contains_key(&(page.route)());
        if let Some(page) = all().find(|page| guarded(page)) {
            return Err(not_built(page, "policy"));
        }
        let mut loaders = HashMap::new();
        for entry in submitted.loaders {
            let name = (entry.name)();
            app.check_access(format_args!("the loader of `{name}`"), &entry.access)?;
            let rule = rules.entry((entry.route)()).or_insert(AccessRule::PUBLIC);
            *rule = rule.and(&entry.access, format_args!("the loader of `{name}`"))?;
            loaders.insert((entry.route)(), entry);
        }
        let no_loader =
            |page: &KnownPage| page.has_loader && !loaders.contains_key(&(page.route)());
        if let Some(page) = all().find(|page| no_loader(page)) {
            return Err(not_built(page, "loader"));
        }
        let mut calls = HashMap::default();
        let mut names = HashSet::new();
        for handler in submitted.handlers {
            let name = handler.name;
            app.check_access(format_args!("the call `{name}`"), &handler.access)?;
            let page = handler.access.page.map(|route| route());
            let of_page = page.and_then(|page| rules.get(&page).copied());
            let rule = AccessRule { page, ..of_page.unwrap_or(AccessRule::PUBLIC) };
            let rule = rule.and(&handler.access, format_args!("the call `{name}`"))?;
            calls.insert(((handler.fingerprint)(), name), KnownCall { handler, rule });
            if !names.insert(name) {
                return Err(BootError::new(format_args!(
                    "two handlers have the message `{name}`: rename one of the messages"
                )));
            }
        }
        let versions = all().chain(pages.iter().filter_map(Pages::error_page));
        let versions = versions.map(|page| (page.name, page.fingerprint)).collect();
        Ok(Self { pages, versions, loaders, rules, calls, names })
    }

    pub(crate) fn clients(&self) -> &[Pages] {
        &self.pages
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &KnownPage> {
        self.pages.iter().flat_map(Pages::iter)
    }

    pub(crate) fn page_at(&self, url: &str) -> Option<(&KnownPage, Params)> {
        self.pages.iter().find_map(|pages| pages.find(url))
    }

    pub(crate) fn error_page(&self) -> Option<&KnownPage> {
        self.pages.iter().find_map(Pages::error_page)
    }

    pub(crate) fn rule(&self, page: &PageEntry) -> AccessRule {
        self.rules.get(&(page.route)()).copied().unwrap_or(AccessRule::PUBLIC)
    }

    pub(crate) fn loader(&self, page: &PageEntry) -> Option<&'static LoaderEntry> {
        self.loaders.get(&(page.route)()).copied()
    }

    pub(crate) fn call(&self, name: &str, fingerprint: u64) -> Option<KnownCall> {
        self.calls.get(&(fingerprint, name)).copied()
    }

    pub(crate) fn has_call(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(crate) fn version(&self, page: &str) -> Option<u64> {
        self.versions.get(page).copied()
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let calls = self.calls.keys().map(|(fingerprint, name)| (*name, *fingerprint));
        calls.collect::<BTreeMap<_, _>>().into_iter()
    }
}

fn not_built(page: &PageEntry, part: &str) -> BootError {
    let name = page.name;
    BootError::new(format_args!(
        "the page `{name}` has no {part} in this binary: enable the `ssr` feature of the crate \
         that contains the page"
    ))
}

#[cfg(test)]
mod tests {
    use rally_core::call::Call;
    use rally_core::codec::{DecodeError, Reader, Writer};
    use rally_core::context::ClientContext;
    use rally_core::error::Error;
    use rally_core::layout::NoLayout;
    use rally_core::page::{Load, LoadError, Page};
    use rally_core::route::{Params, Route};
    use rally_core::wire::{Never, Shape, Wire};

    use super::*;
    use crate::auth::access::Access;
    use crate::auth::caller::CxTypes;
    use crate::calls::Authorizer;
    use crate::calls::account::NoIdentity;
    use crate::calls::cx::Cx;
    use crate::calls::handler::{Handler, Loader};
    use crate::calls::handler_cx::HandlerCx;

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
        type Transport = crate::calls::Socket;
        type Cx = Cx<String>;

        fn run(
            self,
            _: &Cx<String>,
        ) -> Result<impl Future<Output = Result<(), Never>> + Send, NoIdentity> {
            Ok(async { Ok(()) })
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

        fn run(
            self,
            _: &Cx<String>,
        ) -> Result<impl Future<Output = Result<(), LoadError>> + Send, NoIdentity> {
            Ok(async { Ok(()) })
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
        ) -> rally_core::view::Element {
            rally_core::view::Element::empty()
        }
    }

    static HANDLER: HandlerEntry = HandlerEntry::of::<Thing>(Access::PUBLIC);
    static LOADER: LoaderEntry = LoaderEntry::of::<Thing>(Access::PUBLIC);
    const PAGE: PageEntry = PageEntry::of::<Thing, Thing, NoLayout<ClientContext>>("test::Thing");

    fn app<C: HandlerCx>(has_auth: bool) -> AppTypes {
        AppTypes { cx: CxTypes::of::<C>(), has_auth }
    }

    fn submitted() -> Submitted {
        Submitted { loaders: vec![&LOADER], handlers: vec![&HANDLER], policies: Vec::new() }
    }

    fn found(page: PageEntry, app: &AppTypes, submitted: Submitted) -> Result<Registry, String> {
        let pages = Pages::new(&[page]).unwrap();
        Registry::new(vec![pages], app, submitted).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check<C: HandlerCx>(submitted: Submitted, expected: Result<(), &str>) {
        let found = found(PAGE, &app::<C>(false), submitted).map(drop);
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn an_app_with_matching_parts_is_accepted() {
        check::<Cx<String>>(submitted(), Ok(()));
    }

    #[test]
    fn two_handlers_of_one_name_are_refused() {
        let message = "two handlers have the message `test::Thing`: rename one of the messages";
        let handlers = vec![&HANDLER, &HANDLER];
        check::<Cx<String>>(Submitted { handlers, ..submitted() }, Err(message));
    }

    #[test]
    fn every_part_is_checked_against_the_app() {
        static POLICY: PolicyEntry = PolicyEntry::of::<Thing>(Access::SIGNED_IN);
        for submitted in [
            Submitted { handlers: vec![&HANDLER], ..Submitted::default() },
            Submitted { loaders: vec![&LOADER], ..Submitted::default() },
            Submitted { policies: vec![&POLICY], ..Submitted::default() },
        ] {
            assert!(found(PAGE, &app::<Cx<i32>>(false), submitted).is_err());
        }
    }

    #[test]
    fn a_page_without_its_loader_is_refused() {
        let message = "the page `test::Thing` has no loader in this binary: enable the `ssr` \
                       feature of the crate that contains the page";
        check::<Cx<String>>(Submitted { loaders: Vec::new(), ..submitted() }, Err(message));
    }

    #[test]
    fn a_guarded_page_without_its_policy_is_refused() {
        let message = "the page `test::Thing` has no policy in this binary: enable the `ssr` \
                       feature of the crate that contains the page";
        let found = found(PAGE.guarded(), &app::<Cx<String>>(true), submitted()).map(drop);
        assert_eq!(found, Err(message.to_owned()));
    }

    #[test]
    fn a_page_and_its_calls_inherit_the_loaders_access() {
        static LOADER: LoaderEntry = LoaderEntry::of::<Thing>(Access::SIGNED_IN);
        static CALL: HandlerEntry = HandlerEntry::of::<Thing>(Access::page::<Thing>());
        let (loaders, handlers) = (vec![&LOADER], vec![&CALL]);
        let submitted = Submitted { loaders, handlers, ..Submitted::default() };
        let registry = found(PAGE, &app::<Cx<String>>(true), submitted).unwrap();
        assert!(registry.rule(&PAGE).signed_in);
        let call = registry.call("test::Thing", (CALL.fingerprint)()).unwrap();
        assert!(call.rule.signed_in && call.rule.page == Some(TypeId::of::<Thing>()));
    }

    #[test]
    fn no_authorize_function_is_left_out() {
        async fn may(_: &Cx<String, String>, _: &String) -> Result<bool, Error> {
            Ok(true)
        }
        static POLICY: PolicyEntry =
            PolicyEntry::of::<Thing>(Access::PUBLIC.authorize(&Authorizer::of::<(), _>(may)));
        let app = AppTypes { cx: CxTypes::of::<Cx<String, String>>(), has_auth: true };
        let rule = |count| {
            let submitted = Submitted { policies: vec![&POLICY; count], ..Submitted::default() };
            let page = PAGE.guarded();
            let registry = Registry::new(vec![Pages::new(&[]).unwrap()], &app, submitted);
            registry.map(|registry| registry.rule(&page).authorize.iter().flatten().count())
        };
        assert_eq!([1, 3].map(|count| rule(count).unwrap()), [1, 3]);
        let error = rule(4).unwrap_err().to_string();
        assert!(error.contains("has too many authorize functions"), "{error}");
    }

    #[test]
    fn two_pages_of_one_path_are_refused() {
        let error = Pages::new(&[PAGE, PAGE]).unwrap_err().to_string();
        let message = "the pages `test::Thing` and `test::Thing` both match `/thing`: move the \
                       file of one page, or give that page another path with \
                       `#[page(\"/path\")]`";
        assert_eq!(error, message);
    }
}
