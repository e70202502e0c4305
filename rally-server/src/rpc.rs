//! Calls and loaders, run: finds the handler, compares versions, decodes, runs,
//! encodes. Knows no transport.

use bytes::Bytes;
use rally_core::frame::{Refusal, RequestId, ServerFrame};
use rally_core::page::LoadError;
use rally_core::registry::PageEntry;
use rally_core::route::Params;
use tracing::Instrument;

use crate::app::Booted;
use crate::handler::{Handled, LoadedData};
use crate::trace;

/// What a request came to.
pub(crate) enum Answered {
    Ok(Vec<u8>),
    Err(Vec<u8>),
    Refused(Refusal),
}

impl Answered {
    pub(crate) fn to_frame(&self, id: RequestId) -> Bytes {
        let frame = match self {
            Self::Ok(body) => ServerFrame::Ok { id, body },
            Self::Err(body) => ServerFrame::Err { id, body },
            Self::Refused(refusal) => ServerFrame::Refused { id, refusal: refusal.clone() },
        };
        frame.to_bytes().into()
    }
}

/// Answers a call.
pub(crate) async fn call(app: &Booted, name: &str, fingerprint: u64, body: Bytes) -> Answered {
    let Some(known) = app.registry.call(name) else {
        return Answered::Refused(Refusal::Unknown);
    };
    if known.fingerprint != fingerprint {
        return Answered::Refused(Refusal::Stale);
    }
    let span = tracing::info_span!("call", name = known.entry.name);
    async {
        match trace::catch((known.entry.run)(app.state.clone(), body)).await {
            Ok(Handled::Ok(body)) => Answered::Ok(body),
            Ok(Handled::Err(body)) => Answered::Err(body),
            Ok(Handled::Undecodable) => Answered::Refused(Refusal::Malformed),
            Ok(Handled::Failed(error)) => internal("the handler", &*error),
            Err(panic) => internal("the handler", &panic),
        }
    }
    .instrument(span)
    .await
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

/// Answers a request for the data of the page at a URL.
pub(crate) async fn enter(app: &Booted, name: &str, fingerprint: u64, url: &str) -> Answered {
    let Some((page, params)) = app.registry.pages.find(url) else {
        return Answered::Refused(Refusal::NotFound);
    };
    // Another page at this URL than the browser thinks, or another data type.
    if page.name != name || page.fingerprint != fingerprint {
        return Answered::Refused(Refusal::Stale);
    }
    let what = || format!("the loader of {}", page.name);
    let loaded = load(app, page, &params).await;
    match loaded.map(|data| data.encode()) {
        Ok(Ok(body)) => Answered::Ok(body),
        Ok(Err(error)) => internal(&what(), &*error),
        Err(LoadError::NotFound) => Answered::Refused(Refusal::NotFound),
        Err(LoadError::Forbidden) => Answered::Refused(Refusal::Denied),
        Err(LoadError::Redirect(url)) => Answered::Refused(Refusal::Redirect { url }),
        Err(LoadError::Failed(error)) => internal(&what(), &*error),
    }
}

fn internal(what: &str, error: &dyn std::error::Error) -> Answered {
    Answered::Refused(Refusal::Internal { trace_id: trace::failure(what, error) })
}
