//! Dispatch: finds the handler of a call or the loader of a page, and runs it.
//!
//! The users of this module must run the guard first.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use rally_core::error::Error;
use rally_core::frame::{Refusal, RequestId};
use rally_core::page::LoadError;
use rally_core::registry::{KnownPage, PageEntry};
use rally_core::route::Params;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Span};

use super::handler::{HandlerEntry, HandlerResult, IncomingCall, LoadedData, LoaderResult};
use super::registry::{KnownCall, Registry};
use super::request_outcome::RequestOutcome;
use crate::auth::caller::Caller;
use crate::auth::guard::Authenticator;
use crate::auth::response_cookies::{Changes, SetCookies};
use crate::config::Environment;
use crate::lifecycle::Lifecycle;
use crate::limits::{Budget, Limits};
use crate::request::uploads::Uploads;
use crate::telemetry::message_record::{self, Records};
use crate::telemetry::{query_tracker, trace};

pub(crate) struct Calls {
    pub(crate) registry: Registry,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) limits: Limits,
    /// The budget of calls in flight, shared by all callers.
    pub(crate) budget: Budget,
    /// The budget of bytes in uploaded files, shared by all callers.
    pub(crate) spool: Budget,
    pub(crate) environment: Environment,
    pub(crate) records: Records,
    pub(crate) lifecycle: Lifecycle,
}

impl Calls {
    /// Finds the handler of a call. This happens before the body is decoded, so that a body
    /// of another version is never decoded.
    pub(crate) fn find(&self, name: &str, fingerprint: u64) -> Result<KnownCall, Refusal> {
        let found = self.registry.call(name, fingerprint);
        found.ok_or_else(|| match self.registry.has_call(name) {
            true => Refusal::Stale,
            false => Refusal::Unknown,
        })
    }

    pub(crate) async fn call(
        &self,
        handler: &'static HandlerEntry,
        caller: Caller,
        id: RequestId,
        body: Bytes,
        uploads: Uploads,
    ) -> RequestOutcome {
        let incoming = IncomingCall { id, body, limits: self.limits.decode, uploads };
        let caught = pin!(trace::catch((handler.run)(caller, incoming)));
        let handled = pin!(query_tracker::scope(caught));
        let what = || format!("the handler of {}", handler.name);
        // Without a span, the future is not instrumented: in a small call, even an empty span
        // costs a measurable part of the time.
        let span = span(handler);
        let handled = match span.is_none() {
            true => handled.await,
            false => handled.instrument(span).await,
        };
        match handled {
            Ok(HandlerResult::Answered(frame, changes)) if changes.is_empty() => {
                RequestOutcome::Frame(frame, SetCookies::default())
            }
            Ok(HandlerResult::Answered(frame, changes)) => {
                match changes.into_headers(self.environment) {
                    Ok(cookies) => RequestOutcome::Frame(frame, cookies),
                    Err(error) => RequestOutcome::internal(&what(), &error),
                }
            }
            Ok(HandlerResult::Undecodable(error)) => {
                tracing::debug!(call = handler.name, %error, "cannot decode the message of a call");
                RequestOutcome::Refused(Refusal::Malformed { kind: error.kind() })
            }
            Ok(HandlerResult::Failed(error)) => RequestOutcome::internal(&what(), &*error),
            Err(panic) => RequestOutcome::internal(&what(), &panic),
        }
    }

    pub(crate) async fn load(
        &self,
        page: &PageEntry,
        params: &Params,
        caller: Caller,
    ) -> LoaderResult {
        message_record::received_nothing();
        let Some(loader) = self.registry.loader(page) else {
            return (Ok(LoadedData::none()), Changes::default());
        };
        let span = tracing::info_span!("load", page = page.name, queries = Empty, query_ms = Empty);
        let loaded = query_tracker::scope(trace::catch((loader.run)(caller, params.clone())));
        match loaded.instrument(span).await {
            Ok(loaded) => loaded,
            Err(panic) => {
                (Err(LoadError::Failed(Error::msg(panic.to_string()))), Changes::default())
            }
        }
    }

    pub(crate) async fn load_page(
        &self,
        page: &KnownPage,
        params: &Params,
        caller: Caller,
        id: RequestId,
    ) -> RequestOutcome {
        let what = || format!("the loader of {}", page.name);
        // The loader may set a cookie, which a socket cannot send. After `OverHttp`, the browser
        // loads the document over HTTP.
        if self.registry.loader(page).is_some_and(|loader| loader.over_http) {
            return RequestOutcome::Refused(Refusal::OverHttp);
        }
        let (loaded, _) = self.load(page, params, caller).await;
        match loaded.map(|data| data.into_frame(id)) {
            Ok(Ok(frame)) => RequestOutcome::Frame(frame, SetCookies::default()),
            Ok(Err(error)) => RequestOutcome::internal(&what(), &*error),
            Err(LoadError::NotFound) => RequestOutcome::Refused(Refusal::NotFound),
            Err(LoadError::Forbidden) => RequestOutcome::Refused(Refusal::Denied),
            Err(LoadError::Redirect(url)) => RequestOutcome::Refused(Refusal::Redirect { url }),
            Err(LoadError::Failed(error)) => RequestOutcome::internal(&what(), &*error),
        }
    }

    /// Returns an error if the client's build has another version of the page.
    pub(crate) fn compare(&self, page: &str, fingerprint: u64) -> Result<(), Refusal> {
        match self.registry.version(page) {
            None => Err(Refusal::Unknown),
            Some(known) if known != fingerprint => Err(Refusal::Stale),
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn page_at(&self, name: &str, url: &str) -> Result<(&KnownPage, Params), Refusal> {
        let (page, params) = self.registry.page_at(url).ok_or(Refusal::NotFound)?;
        // If the names differ, the client's build has another page at this URL.
        if page.name == name { Ok((page, params)) } else { Err(Refusal::Stale) }
    }
}

/// Returns an empty span if the log level excludes debug, because even a disabled span would
/// slow down a small call.
fn span(handler: &HandlerEntry) -> Span {
    match LevelFilter::current() >= LevelFilter::DEBUG {
        true => {
            tracing::debug_span!("call", name = handler.name, queries = Empty, query_ms = Empty)
        }
        false => Span::none(),
    }
}
