//! The registry: every page of an app, sorted and checked once.

use std::any::{TypeId, type_name};
use std::fmt;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::layout::Layout;
use crate::page::{Data, Load, Page};
use crate::route::{Params, Route, Router};
use crate::running::{
    AnyContext, AnyLayout, AnyPage, ContextSource, Encoded, InitSource, PageTree, ProgramHandle,
    RunningContext, RunningLayout, RunningPage, Wake, asleep,
};
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
    /// Of its model and data, the client context, and its layout's model.
    pub fingerprint: fn() -> u64,
    /// Whether what travels with it is the same once it was encoded.
    pub is_lossless: fn() -> bool,
    /// The type of its route.
    pub route: fn() -> TypeId,
    /// The type of its layout.
    pub layout: fn() -> TypeId,
    /// The type of its client context, and how that is called.
    context: fn() -> (TypeId, &'static str),
    start: Start,
    start_context: StartContext,
    start_layout: StartLayout,
}

type StartContext = fn(ContextSource<'_>, Wake) -> Result<Rc<dyn AnyContext>, DecodeError>;
type StartLayout = fn(Option<&[u8]>, ProgramHandle) -> Result<Rc<dyn AnyLayout>, DecodeError>;
type Start = fn(&Params, InitSource<'_>, ProgramHandle) -> Result<Rc<dyn AnyPage>, PageStartError>;

/// Why a page did not start.
#[derive(Debug)]
pub enum PageStartError {
    /// A parameter of the URL does not parse.
    NotFound,
    /// The encoded data or model is not what this page expects.
    Undecodable(DecodeError),
}

impl fmt::Display for PageStartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("a parameter of the URL does not parse"),
            Self::Undecodable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PageStartError {}

impl PageEntry {
    /// The entry of a page in its layout.
    pub const fn of<P, R, L>(name: &'static str) -> Self
    where
        P: Page<Route = R>,
        R: Load,
        L: Layout<Context = <R as Route>::Context>,
    {
        Self {
            name,
            pattern: R::PATTERN,
            has_loader: R::HAS_LOADER,
            is_guarded: false,
            fingerprint: || {
                fingerprint_of(&[P::shape, Data::<P>::shape, R::Context::shape, L::shape])
            },
            is_lossless: || is_lossless::<P>() && is_lossless::<R::Context>() && is_lossless::<L>(),
            route: TypeId::of::<R>,
            layout: TypeId::of::<L>,
            context: || (TypeId::of::<R::Context>(), type_name::<R::Context>()),
            start_context: |source, wake| {
                Ok(Rc::new(RunningContext::<R::Context>::from_source(source, wake)?))
            },
            start_layout: |model, handle| Ok(Rc::new(RunningLayout::<L>::new(model, handle)?)),
            start: |params, source, handle| {
                let route = R::from_params(params).ok_or(PageStartError::NotFound)?;
                match RunningPage::<P>::new(route, source, handle) {
                    Ok(page) => Ok(Rc::new(page)),
                    Err(error) => Err(PageStartError::Undecodable(error)),
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
    /// When a parameter does not parse, or the source is not of this page.
    pub fn start(
        &self,
        params: &Params,
        source: InitSource<'_>,
        handle: ProgramHandle,
    ) -> Result<Rc<dyn AnyPage>, PageStartError> {
        (self.start)(params, source, handle)
    }

    /// The type of its client context, and how that is called.
    pub fn context(&self) -> (TypeId, &'static str) {
        (self.context)()
    }

    /// Makes the context that its app's pages share.
    ///
    /// # Errors
    ///
    /// When the source is not of this app.
    pub fn start_context(
        &self,
        source: ContextSource<'_>,
        wake: Wake,
    ) -> Result<Rc<dyn AnyContext>, PageStartError> {
        (self.start_context)(source, wake).map_err(PageStartError::Undecodable)
    }

    /// Begins with the page's layout: anew, or from its encoded model.
    ///
    /// # Errors
    ///
    /// When the model is not of this layout.
    pub fn start_layout(
        &self,
        model: Option<&[u8]>,
        handle: ProgramHandle,
    ) -> Result<Rc<dyn AnyLayout>, PageStartError> {
        (self.start_layout)(model, handle).map_err(PageStartError::Undecodable)
    }

    /// Makes the page, its layout and their context from what was written of
    /// them. There is nobody to wake.
    ///
    /// # Errors
    ///
    /// When a parameter does not parse, or a part is not of this page.
    pub fn decode_tree(&self, params: &Params, from: &Encoded) -> Result<PageTree, PageStartError> {
        let context = self.start_context(ContextSource::Encoded(&from.context), asleep())?;
        let page = self.start(
            params,
            InitSource::Model(&from.model),
            ProgramHandle::still(context.clone()),
        )?;
        let layout =
            self.start_layout(Some(&from.layout), ProgramHandle::still(context.clone()))?;
        Ok(PageTree { context, layout, page })
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
    /// Of all that travels with it.
    pub fingerprint: u64,
    /// Whether that is the same once it was encoded.
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

/// Pages that are not of one app.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Two of them want the same URLs.
    Route {
        /// The one page's name.
        first: &'static str,
        /// The other's.
        second: &'static str,
        /// What both match.
        pattern: &'static str,
    },
    /// Two of them have client contexts of different types.
    Context {
        /// A page's name, and its context's.
        first: (&'static str, &'static str),
        /// Another one's.
        second: (&'static str, &'static str),
    },
}

impl Pages {
    /// Sorts and checks the pages.
    ///
    /// # Errors
    ///
    /// When two pages match the same paths, or have client contexts of
    /// different types.
    pub fn new(entries: &[PageEntry]) -> Result<Self, Unfit> {
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
            taken.map_err(|clash| Unfit::Route {
                first: pages.entries[clash.taken_by].name,
                second: entry.name,
                pattern: entry.pattern,
            })?;
        }
        if let [first, rest @ ..] = &pages.entries[..] {
            let context = (first.context)();
            for second in rest {
                let other = (second.context)();
                if other.0 != context.0 {
                    let (first, second) = ((first.name, context.1), (second.name, other.1));
                    return Err(Unfit::Context { first, second });
                }
            }
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

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route { first, second, pattern } => {
                write!(f, "the pages `{first}` and `{second}` both match `{pattern}`: ")?;
                f.write_str("move one of the files, or give it a path with #[page(\"/path\")]")
            }
            Self::Context { first, second } => {
                let [(first, one), (second, other)] = [first, second];
                write!(
                    f,
                    "the page `{first}` has the client context `{one}`, and `{second}` has \
                     `{other}`: pages of one app share one, so tell each `pages!` the same, as in \
                     pages!(\"src/pages\", context = crate::Site)"
                )
            }
        }
    }
}

impl std::error::Error for Unfit {}
