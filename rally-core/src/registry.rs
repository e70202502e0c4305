//! The registry: every page of an app, sorted and checked once.

use std::any::TypeId;
use std::fmt;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::page::{Data, Load, Page};
use crate::route::{Params, Router};
use crate::running::{Origin, Place, Running, RunningPage};
use crate::wire::{Wire, fingerprint_of, is_lossless};

/// One page, whatever its types: what `#[page]` gives to the registry.
#[derive(Clone, Copy)]
pub struct PageEntry {
    /// Module path and type name of the route.
    pub name: &'static str,
    /// The pattern of its path.
    pub pattern: &'static str,
    /// Whether a loader has to be asked before it starts.
    pub has_loader: bool,
    /// Whether it is not for everybody, so that the server has to be asked
    /// before it starts.
    pub is_guarded: bool,
    /// Of its model and data.
    pub fingerprint: fn() -> u64,
    /// Whether the model is the same once it was encoded.
    pub is_lossless: fn() -> bool,
    /// The type of its route.
    pub route: fn() -> TypeId,
    start: Start,
}

type Start = fn(&Params, Origin<'_>, Place) -> Result<Rc<dyn Running>, StartError>;

/// Why a page did not start.
#[derive(Debug)]
pub enum StartError {
    /// A parameter of the URL does not parse.
    NotFound,
    /// The encoded data or model is not what this page expects.
    Undecodable(DecodeError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("a parameter of the URL does not parse"),
            Self::Undecodable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl PageEntry {
    /// The entry of a page.
    pub const fn of<P: Page<Route = R>, R: Load>(name: &'static str) -> Self {
        Self {
            name,
            pattern: R::PATTERN,
            has_loader: R::HAS_LOADER,
            is_guarded: false,
            fingerprint: || fingerprint_of(&[P::shape, Data::<P>::shape]),
            is_lossless: is_lossless::<P>,
            route: TypeId::of::<R>,
            start: |params, origin, place| {
                let route = R::from_params(params).ok_or(StartError::NotFound)?;
                match RunningPage::<P>::new(route, origin, place) {
                    Ok(page) => Ok(Rc::new(page)),
                    Err(error) => Err(StartError::Undecodable(error)),
                }
            },
        }
    }

    /// The same page, which is not for everybody.
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self { is_guarded: true, ..self }
    }

    /// Starts the page.
    ///
    /// # Errors
    ///
    /// When a parameter does not parse, or the origin is not of this page.
    pub fn start(
        &self,
        params: &Params,
        origin: Origin<'_>,
        place: Place,
    ) -> Result<Rc<dyn Running>, StartError> {
        (self.start)(params, origin, place)
    }
}

impl fmt::Debug for PageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.pattern, self.name)
    }
}

/// A page of an app, with what is computed of it once.
#[derive(Debug, Clone, Copy)]
pub struct KnownPage {
    entry: PageEntry,
    /// Of its model and data.
    pub fingerprint: u64,
    /// Whether the model is the same once it was encoded.
    pub is_lossless: bool,
}

impl std::ops::Deref for KnownPage {
    type Target = PageEntry;

    fn deref(&self) -> &PageEntry {
        &self.entry
    }
}

/// The pages of an app, found by URL.
#[derive(Debug, Default)]
pub struct Pages {
    entries: Vec<KnownPage>,
    router: Router<usize>,
}

/// Two pages that want the same URLs.
#[derive(Debug, PartialEq, Eq)]
pub struct DuplicateRoute {
    first: &'static str,
    second: &'static str,
    pattern: &'static str,
}

impl Pages {
    /// Sorts and checks the pages.
    ///
    /// # Errors
    ///
    /// When two pages match the same paths.
    pub fn new(entries: &[PageEntry]) -> Result<Self, DuplicateRoute> {
        let known = |entry: &PageEntry| KnownPage {
            entry: *entry,
            fingerprint: (entry.fingerprint)(),
            is_lossless: (entry.is_lossless)(),
        };
        let entries = entries.iter().map(known).collect();
        let mut pages = Self { entries, router: Router::default() };
        pages.entries.sort_by_key(|entry| (entry.pattern, entry.name));
        for (index, entry) in pages.entries.iter().enumerate() {
            let taken = pages.router.insert(entry.pattern, index);
            taken.map_err(|clash| DuplicateRoute {
                first: pages.entries[clash.taken_by].name,
                second: entry.name,
                pattern: entry.pattern,
            })?;
        }
        Ok(pages)
    }

    /// The page at a URL (path and query), with its decoded parameters.
    pub fn find(&self, url: &str) -> Option<(&KnownPage, Params)> {
        let url = url.split('#').next()?;
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let found = self.router.find(path)?;
        Some((&self.entries[found.value], Params::new(found.path, query)))
    }

    /// Every page, by pattern.
    pub fn iter(&self) -> impl Iterator<Item = &KnownPage> {
        self.entries.iter()
    }
}

impl fmt::Display for DuplicateRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, second, pattern } = self;
        write!(f, "the pages `{first}` and `{second}` both match `{pattern}`: ")?;
        f.write_str("move one of the files, or give it a path with #[page(\"/path\")]")
    }
}

impl std::error::Error for DuplicateRoute {}
