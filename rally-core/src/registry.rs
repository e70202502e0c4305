//! The registry: all pages of an app, sorted and checked.

use std::any::{TypeId, type_name};
use std::fmt;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::error_page::{ErrorModel, ErrorRoute, ErrorView};
use crate::layout::LayoutOf;
use crate::page::{Data, Load, Page};
use crate::route::{Params, Router};
use crate::running::{
    AnyContext, AnyLayout, AnyPage, ContextSource, InitSource, ProgramHandle, RunningContext,
    RunningLayout, RunningPage, Signal,
};
use crate::wire::{Wire, fingerprint_of, is_lossless};

/// A page, without its type.
///
/// `#[page]` makes a const of this type, and `pages!` lists the consts of all
/// pages in `pages::ALL`.
#[derive(Clone, Copy)]
pub struct PageEntry {
    /// Module path and type name of the route.
    pub name: &'static str,
    /// Pattern of the page's path, such as `/products/:id`.
    pub pattern: &'static str,
    /// `true` if the page has a loader: for a navigation, the browser requests the data first.
    pub has_loader: bool,
    /// `true` if the page has an access rule: for a navigation, the browser asks the server first.
    pub is_guarded: bool,
    /// `true` for the error page of the app, which no URL leads to.
    pub is_error: bool,
    /// Fingerprint of the page's model and data, the client context, and the layout's model.
    pub fingerprint: fn() -> u64,
    /// `true` if the models and the client context have no [lossy](crate::wire::Shape::lossy) part.
    pub is_lossless: fn() -> bool,
    /// `true` if the page keeps its model when the parameters of its URL change.
    pub keeps_model: fn() -> bool,
    /// Type of the route.
    pub route: fn() -> TypeId,
    /// Type of the layout.
    pub layout: fn() -> TypeId,
    context: fn() -> (TypeId, &'static str),
    start: Start,
    start_context: StartContext,
    start_layout: StartLayout,
}

type StartContext = fn(ContextSource<'_>, Signal) -> Result<Rc<dyn AnyContext>, DecodeError>;
type StartLayout = fn(Option<&[u8]>, ProgramHandle) -> Result<Rc<dyn AnyLayout>, DecodeError>;
type Start = fn(&Params, InitSource<'_>, ProgramHandle) -> Result<Rc<dyn AnyPage>, PageStartError>;

/// The reason why a page did not start.
#[derive(Debug)]
pub enum PageStartError {
    /// A parameter of the URL cannot be parsed.
    NotFound,
    /// The data, a model or the client context has another type, or cannot be decoded.
    Undecodable(DecodeError),
}

impl fmt::Display for PageStartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("a parameter of the URL cannot be parsed"),
            Self::Undecodable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PageStartError {}

impl PageEntry {
    /// Makes the entry of the page with model `P`, route `R` and layout `L`.
    pub const fn of<P, R, L>(name: &'static str) -> Self
    where
        P: Page<Route = R>,
        R: Load,
        L: LayoutOf<R>,
    {
        Self {
            name,
            pattern: R::PATTERN,
            has_loader: R::HAS_LOADER,
            is_guarded: false,
            is_error: false,
            fingerprint: || {
                fingerprint_of(&[P::shape, Data::<P>::shape, R::Context::shape, L::Layout::shape])
            },
            is_lossless: || {
                is_lossless::<P>() && is_lossless::<R::Context>() && is_lossless::<L::Layout>()
            },
            keeps_model: || P::on_url().is_some(),
            route: TypeId::of::<R>,
            layout: TypeId::of::<L::Layout>,
            context: || (TypeId::of::<R::Context>(), type_name::<R::Context>()),
            start_context: |source, signal| {
                Ok(Rc::new(RunningContext::<R::Context>::from_source(source, signal)?))
            },
            start_layout: |model, handle| {
                Ok(Rc::new(RunningLayout::<L::Layout>::new(model, handle)?))
            },
            start: |params, source, handle| {
                let route = R::from_params(params).ok_or(PageStartError::NotFound)?;
                match RunningPage::<P>::new(route, source, handle) {
                    Ok(page) => Ok(Rc::new(page)),
                    Err(error) => Err(PageStartError::Undecodable(error)),
                }
            },
        }
    }

    /// Makes the entry of the error page with view `V` and layout `L`.
    pub const fn error<V: ErrorView, L: LayoutOf<ErrorRoute<V>>>(name: &'static str) -> Self {
        Self { is_error: true, ..Self::of::<ErrorModel<V>, ErrorRoute<V>, L>(name) }
    }

    /// Records that the page has an access rule.
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self { is_guarded: true, ..self }
    }

    /// Starts the page.
    pub fn start(
        &self,
        params: &Params,
        source: InitSource<'_>,
        handle: ProgramHandle,
    ) -> Result<Rc<dyn AnyPage>, PageStartError> {
        (self.start)(params, source, handle)
    }

    /// Returns the type id and the type name of the client context.
    pub fn context(&self) -> (TypeId, &'static str) {
        (self.context)()
    }

    /// Makes the client context of the app.
    pub fn start_context(
        &self,
        source: ContextSource<'_>,
        signal: Signal,
    ) -> Result<Rc<dyn AnyContext>, PageStartError> {
        (self.start_context)(source, signal).map_err(PageStartError::Undecodable)
    }

    /// Starts the page's layout from its encoded model, or with `init` if `model` is `None`.
    pub fn start_layout(
        &self,
        model: Option<&[u8]>,
        handle: ProgramHandle,
    ) -> Result<Rc<dyn AnyLayout>, PageStartError> {
        (self.start_layout)(model, handle).map_err(PageStartError::Undecodable)
    }
}

impl fmt::Debug for PageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.pattern, self.name)
    }
}

/// A page of an app, with properties that [`Pages::new`] has computed.
#[derive(Debug, Clone, Copy)]
pub struct KnownPage {
    entry: PageEntry,
    /// Fingerprint of the page's model and data, the client context, and the layout's model.
    pub fingerprint: u64,
    /// `true` if the models and the client context have no [lossy](crate::wire::Shape::lossy) part.
    pub is_lossless: bool,
}

impl std::ops::Deref for KnownPage {
    type Target = PageEntry;

    fn deref(&self) -> &PageEntry {
        &self.entry
    }
}

/// The pages of an app. [`Self::find`] finds a page by its URL.
#[derive(Debug, Default)]
pub struct Pages {
    entries: Vec<KnownPage>,
    error: Option<KnownPage>,
    router: Router<usize>,
}

/// The reason why some pages cannot be the pages of one app.
#[derive(Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// Two pages match the same URLs.
    Route {
        /// Name of one page.
        first: &'static str,
        /// Name of the other page.
        second: &'static str,
        /// Pattern of the second page. It matches the same URLs as that of the first page.
        pattern: &'static str,
    },
    /// Two pages are error pages. Contains their names.
    ErrorPages([&'static str; 2]),
    /// Two pages have client contexts of different types.
    Context {
        /// Name of one page, and type name of its client context.
        first: (&'static str, &'static str),
        /// Name of the other page, and type name of its client context.
        second: (&'static str, &'static str),
    },
}

impl Pages {
    /// Sorts and checks the pages.
    pub fn new(entries: &[PageEntry]) -> Result<Self, RegistryError> {
        let known = |entry: &PageEntry| KnownPage {
            entry: *entry,
            fingerprint: (entry.fingerprint)(),
            is_lossless: (entry.is_lossless)(),
        };
        let mut pages = Self::default();
        // `sort_by_key` is 5 KB of code, which every browser would load.
        for entry in entries {
            if entry.is_error {
                if let Some(first) = pages.error.replace(known(entry)) {
                    return Err(RegistryError::ErrorPages([first.name, entry.name]));
                }
                continue;
            }
            let key = (entry.pattern, entry.name);
            let place = pages.entries.partition_point(|it| (it.pattern, it.name) <= key);
            pages.entries.insert(place, known(entry));
        }
        for (index, entry) in pages.entries.iter().enumerate() {
            let taken = pages.router.insert(entry.pattern, index);
            taken.map_err(|clash| RegistryError::Route {
                first: pages.entries[clash.taken_by].name,
                second: entry.name,
                pattern: entry.pattern,
            })?;
        }
        if let [first, rest @ ..] = &pages.entries[..] {
            let context = (first.context)();
            for second in rest.iter().chain(&pages.error) {
                let other = (second.context)();
                if other.0 != context.0 {
                    let (first, second) = ((first.name, context.1), (second.name, other.1));
                    return Err(RegistryError::Context { first, second });
                }
            }
        }
        Ok(pages)
    }

    /// Finds the page of a URL (path and query), and decodes the parameters of the URL.
    pub fn find(&self, url: &str) -> Option<(&KnownPage, Params)> {
        let url = url.split('#').next()?;
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let found = self.router.find(path)?;
        Some((&self.entries[found.value], Params::new(found.path, query)))
    }

    /// Returns the error page, if the app has one.
    pub fn error_page(&self) -> Option<&KnownPage> {
        self.error.as_ref()
    }

    /// Returns every page that a URL leads to, sorted by pattern.
    pub fn iter(&self) -> impl Iterator<Item = &KnownPage> {
        self.entries.iter()
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route { first, second, pattern } => {
                write!(f, "the pages `{first}` and `{second}` both match `{pattern}`: move the ")?;
                f.write_str("file of one page, or give that page another path with ")?;
                f.write_str("`#[page(\"/path\")]`")
            }
            Self::ErrorPages([first, second]) => write!(
                f,
                "`{first}` and `{second}` are both error pages, but an app has one: remove one of \
                 them"
            ),
            Self::Context { first, second } => {
                let [(first, one), (second, other)] = [first, second];
                write!(
                    f,
                    "the page `{first}` has the client context `{one}`, but the page `{second}` \
                     has `{other}`: all pages of an app share one client context, so name the same \
                     type in each `pages!`, as in `pages!(\"src/pages\", context = crate::Site)`"
                )
            }
        }
    }
}

impl std::error::Error for RegistryError {}
