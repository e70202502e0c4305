//! Calls and loaders, run: finds the handler, compares versions, decodes, runs,
//! encodes. Knows no transport.

use std::sync::Arc;

use bytes::Bytes;
use rally_core::call::Outcome;
use rally_core::codec::Flaw;
use rally_core::frame::{Refusal, RequestId, ServerFrame};
use rally_core::page::LoadError;
use rally_core::registry::PageEntry;
use rally_core::route::Params;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Span};

use crate::app::Booted;
use crate::handler::{Handled, HandlerEntry, Incoming, LoadedData};
use crate::trace;
use crate::uploads::Uploads;

/// What a request came to.
pub(crate) enum Answered {
    /// The whole frame, with the handler's value or its own error in it.
    Frame(Vec<u8>),
    Refused(Refusal),
}

impl Answered {
    /// As a page is told of it.
    pub(crate) fn into_outcome(self) -> Outcome {
        let frame = match self {
            Self::Frame(frame) => frame,
            Self::Refused(refusal) => return Outcome::Refused(refusal),
        };
        match ServerFrame::read(&frame) {
            Ok(ServerFrame::Ok { body, .. }) => Outcome::Ok(body.to_vec()),
            Ok(ServerFrame::Err { body, .. }) => Outcome::Err(body.to_vec()),
            _ => Outcome::Refused(Refusal::Malformed { flaw: Flaw::UnknownKind }),
        }
    }

    pub(crate) fn into_frame(self, id: RequestId) -> Bytes {
        match self {
            Self::Frame(frame) => frame.into(),
            Self::Refused(refusal) => ServerFrame::Refused { id, refusal }.to_bytes().into(),
        }
    }
}

/// Finds who answers a call. This is the first thing that is decided about it:
/// the body of another version's call is not looked at.
pub(crate) fn find(
    app: &Booted,
    name: &str,
    fingerprint: u64,
) -> Result<&'static HandlerEntry, Refusal> {
    let known = app.registry.call(name, fingerprint);
    known.ok_or_else(|| match app.registry.has_call(name) {
        true => Refusal::Stale,
        false => Refusal::Unknown,
    })
}

/// Answers a call.
pub(crate) async fn call(
    app: Arc<Booted>,
    handler: &'static HandlerEntry,
    id: RequestId,
    body: Bytes,
    uploads: Uploads,
) -> Answered {
    let incoming = Incoming { id, body, limits: app.limits.decode, uploads };
    let handled = trace::catch((handler.run)(app.state.clone(), incoming));
    match handled.instrument(span(handler)).await {
        Ok(Handled::Answered(frame)) => Answered::Frame(frame),
        Ok(Handled::Undecodable(error)) => {
            tracing::debug!(call = handler.name, %error, "a message could not be read");
            Answered::Refused(Refusal::Malformed { flaw: error.flaw() })
        }
        Ok(Handled::Failed(error)) => {
            internal(&format!("the handler of {}", handler.name), &*error)
        }
        Err(panic) => internal(&format!("the handler of {}", handler.name), &panic),
    }
}

/// What happens in a handler is told of within it. Where nobody listens that
/// closely there is none: even one that is disabled costs more than most calls.
fn span(handler: &HandlerEntry) -> Span {
    match LevelFilter::current() >= LevelFilter::DEBUG {
        true => tracing::debug_span!("call", name = handler.name),
        false => Span::none(),
    }
}

/// Brings the data of a page.
pub(crate) async fn load(
    app: &Booted,
    page: &PageEntry,
    params: &Params,
) -> Result<LoadedData, LoadError> {
    let Some(loader) = app.registry.loader(page) else {
        return Ok(LoadedData::none());
    };
    let span = tracing::info_span!("load", page = page.name);
    let loaded = trace::catch((loader.run)(app.state.clone(), params.clone()));
    match loaded.instrument(span).await {
        Ok(result) => result,
        Err(panic) => Err(LoadError::Failed(panic.to_string().into())),
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

/// Answers a request for the data of the page at a URL.
pub(crate) async fn enter(app: Arc<Booted>, id: RequestId, name: &str, url: &str) -> Answered {
    let Some((page, params)) = app.registry.pages.find(url) else {
        return Answered::Refused(Refusal::NotFound);
    };
    // The browser's build has this page elsewhere.
    if page.name != name {
        return Answered::Refused(Refusal::Stale);
    }
    let what = || format!("the loader of {}", page.name);
    let loaded = load(&app, page, &params).await;
    match loaded.map(|data| data.into_frame(id)) {
        Ok(Ok(frame)) => Answered::Frame(frame),
        Ok(Err(error)) => internal(&what(), &*error),
        Err(LoadError::NotFound) => Answered::Refused(Refusal::NotFound),
        Err(LoadError::Forbidden) => Answered::Refused(Refusal::Denied),
        Err(LoadError::Redirect(url)) => Answered::Refused(Refusal::Redirect { url }),
        Err(LoadError::Failed(error)) => internal(&what(), &*error),
    }
}

/// The answer to a request that failed: what is wrong is for the log only.
pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Answered {
    Answered::Refused(Refusal::Internal { trace_id: trace::failure(what, error) })
}
