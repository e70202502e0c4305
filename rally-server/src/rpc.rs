//! Calls and loaders, run: finds the handler, compares versions, decodes, runs,
//! encodes. Knows no transport. The guard is asked before, by those who know it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use rally_core::call::Outcome;
use rally_core::codec::Flaw;
use rally_core::frame::{Refusal, RequestId, ServerFrame};
use rally_core::page::LoadError;
use rally_core::registry::{KnownPage, PageEntry};
use rally_core::route::Params;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Span};

use crate::app::Booted;
use crate::auth::guard::Refused;
use crate::cx::Standing;
use crate::handler::{Handled, HandlerEntry, Incoming, Loaded, LoadedData};
use crate::recorder::Exchange;
use crate::registry::KnownCall;
use crate::session::jar::{Changes, SetCookies};
use crate::uploads::Uploads;
use crate::{trace, work};

/// What a request came to.
pub(crate) enum Answered {
    /// The whole frame, with the handler's value or its own error in it, and
    /// the cookies that go with it.
    Frame(Vec<u8>, SetCookies),
    Refused(Refusal),
}

impl Answered {
    /// As a page is told of it, and the cookies that go with it.
    pub(crate) fn into_outcome(self) -> (Outcome, SetCookies) {
        let (frame, cookies) = match self {
            Self::Frame(frame, cookies) => (frame, cookies),
            Self::Refused(refusal) => return (Outcome::Refused(refusal), SetCookies::default()),
        };
        let malformed = Refusal::Malformed { flaw: Flaw::UnknownKind };
        let outcome = Outcome::read(&frame).map(|(_, outcome)| outcome);
        (outcome.unwrap_or(Outcome::Refused(malformed)), cookies)
    }

    /// The same, once it was told of.
    pub(crate) fn told(self, id: RequestId, exchange: &Exchange) -> Self {
        if !exchange.is_recorded() {
            return self;
        }
        match &self {
            // The second value of a frame says which of the two it is.
            Self::Frame(frame, _) => {
                let outcome = if frame.get(1) == Some(&0) { "Ok" } else { "Err" };
                exchange.answered(outcome, frame.len());
            }
            Self::Refused(refusal) => {
                let frame = ServerFrame::Refused { id, refusal: refusal.clone() };
                exchange.answered(refusal.code(), frame.to_bytes().len());
            }
        }
        self
    }

    pub(crate) fn into_frame(self, id: RequestId) -> Bytes {
        match self {
            Self::Frame(frame, _) => frame.into(),
            Self::Refused(refusal) => ServerFrame::Refused { id, refusal }.to_bytes().into(),
        }
    }
}

impl From<Refused> for Answered {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.into())
    }
}

/// Finds who answers a call. This is the first thing that is decided about it:
/// the body of another version's call is not looked at.
pub(crate) fn find(app: &Booted, name: &str, fingerprint: u64) -> Result<KnownCall, Refusal> {
    let known = app.registry.call(name, fingerprint);
    known.ok_or_else(|| match app.registry.has_call(name) {
        true => Refusal::Stale,
        false => Refusal::Unknown,
    })
}

/// Answers a call of somebody whom the guard has admitted.
pub(crate) async fn call(
    app: Arc<Booted>,
    handler: &'static HandlerEntry,
    standing: Arc<Standing>,
    id: RequestId,
    body: Bytes,
    uploads: Uploads,
    exchange: Exchange,
) -> Answered {
    let limits = app.limits.decode;
    let incoming = Incoming { id, body, limits, uploads, exchange: exchange.clone() };
    let handled = work::scope(trace::catch((handler.run)(standing, incoming)));
    let what = || format!("the handler of {}", handler.name);
    let answered = match handled.instrument(span(handler)).await {
        Ok(Handled::Answered(frame, changes)) if changes.is_empty() => {
            Answered::Frame(frame, SetCookies::default())
        }
        Ok(Handled::Answered(..)) if !handler.over_http => internal(&what(), &NotOverHttp),
        Ok(Handled::Answered(frame, changes)) => match changes.into_headers(app.environment) {
            Ok(cookies) => Answered::Frame(frame, cookies),
            Err(error) => internal(&what(), &error),
        },
        Ok(Handled::Undecodable(error)) => {
            tracing::debug!(call = handler.name, %error, "a message could not be read");
            Answered::Refused(Refusal::Malformed { flaw: error.flaw() })
        }
        Ok(Handled::Failed(error)) => internal(&what(), &*error),
        Err(panic) => internal(&what(), &panic),
    };
    answered.told(id, &exchange)
}

/// A mistake in the app, told in the log.
#[derive(Debug)]
struct NotOverHttp;

impl fmt::Display for NotOverHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it sets a cookie or signs in or out, for which there is no place in an answer on a \
             socket: write `#[server(.., http)]` above it",
        )
    }
}

impl std::error::Error for NotOverHttp {}

/// What happens in a handler is told of within it. Where nobody listens that
/// closely there is none: even one that is disabled costs more than most calls.
fn span(handler: &HandlerEntry) -> Span {
    match LevelFilter::current() >= LevelFilter::DEBUG {
        true => {
            tracing::debug_span!("call", name = handler.name, queries = Empty, query_ms = Empty)
        }
        false => Span::none(),
    }
}

/// Brings the data of a page, for somebody whom the guard has admitted.
pub(crate) async fn load(
    app: &Booted,
    page: &PageEntry,
    params: &Params,
    standing: Arc<Standing>,
    exchange: &Exchange,
) -> Loaded {
    exchange.came();
    let Some(loader) = app.registry.loader(page) else {
        return (Ok(LoadedData::none()), Changes::default());
    };
    let span = tracing::info_span!("load", page = page.name, queries = Empty, query_ms = Empty);
    let loaded = work::scope(trace::catch((loader.run)(standing, params.clone())));
    match loaded.instrument(span).await {
        Ok(loaded) => loaded,
        Err(panic) => (Err(LoadError::Failed(panic.to_string().into())), Changes::default()),
    }
}

/// Whether a page is of this version: as with a call, this is decided first.
pub(crate) fn compare(app: &Booted, page: &str, fingerprint: u64) -> Result<(), Refusal> {
    match app.registry.version(page) {
        None => Err(Refusal::Unknown),
        Some(known) if known != fingerprint => Err(Refusal::Stale),
        Some(_) => Ok(()),
    }
}

/// The page of this name at a URL.
pub(crate) fn page_at<'a>(
    app: &'a Booted,
    name: &str,
    url: &str,
) -> Result<(&'a KnownPage, Params), Refusal> {
    let (page, params) = app.registry.pages.find(url).ok_or(Refusal::NotFound)?;
    // The browser's build has this page elsewhere.
    if page.name == name { Ok((page, params)) } else { Err(Refusal::Stale) }
}

/// Answers a request, on a socket, for the data of a page.
pub(crate) async fn enter(
    app: &Booted,
    page: &KnownPage,
    params: &Params,
    standing: Arc<Standing>,
    id: RequestId,
    exchange: &Exchange,
) -> Answered {
    let what = || format!("the loader of {}", page.name);
    let (loaded, changes) = load(app, page, params, standing, exchange).await;
    let answered = match loaded.map(|data| data.into_frame(id, exchange)) {
        // The document's answer can carry them.
        Ok(Ok(_)) | Err(LoadError::Redirect(_)) if !changes.is_empty() => {
            Answered::Refused(Refusal::OverHttp)
        }
        Ok(Ok(frame)) => Answered::Frame(frame, SetCookies::default()),
        Ok(Err(error)) => internal(&what(), &*error),
        Err(LoadError::NotFound) => Answered::Refused(Refusal::NotFound),
        Err(LoadError::Forbidden) => Answered::Refused(Refusal::Denied),
        Err(LoadError::Redirect(url)) => Answered::Refused(Refusal::Redirect { url }),
        Err(LoadError::Failed(error)) => internal(&what(), &*error),
    };
    answered.told(id, exchange)
}

/// The answer to a request that failed: what is wrong is for the log only.
pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Answered {
    Answered::Refused(Refusal::Internal { trace_id: trace::failure(what, error) })
}
