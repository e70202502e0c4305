//! The built-in call that returns the client context again.

use std::sync::Arc;

use rally_core::codec;
use rally_core::context::ClientContext;
use rally_core::frame::{Refusal, RequestId, ServerFrame};
use rally_core::running::{ContextSource, Signal};

use super::{IncomingFrame, Requests, StartResult};
use crate::auth::erased::ClientValue;
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch::Calls;
use crate::calls::request_outcome::RequestOutcome;
use crate::telemetry::trace;

/// The message is the name of the page that the tab shows, and the path, language and theme of the
/// browser: those of the handshake may be old. The fingerprint of the page covers the type of the
/// client context.
pub(super) fn begin(
    requests: &mut Requests,
    incoming: &IncomingFrame<'_>,
    body: &[u8],
) -> StartResult {
    let (page, browser): (String, ClientContext) =
        codec::decode(body).map_err(|error| Refusal::Malformed { kind: error.kind() })?;
    match requests.calls.registry.version(&page) {
        None => return Err(Refusal::Unknown),
        Some(fingerprint) if fingerprint != incoming.fingerprint => return Err(Refusal::Stale),
        Some(_) if incoming.is_busy => return Err(Refusal::Busy),
        Some(_) => {}
    }
    let permit = requests.calls.budget.try_acquire().ok_or(Refusal::Busy)?;
    let (calls, id) = (requests.calls.clone(), incoming.id);
    let info = requests.info.with_browser(&browser);
    Ok(Box::pin(async move {
        let _permit = permit;
        match calls.authenticator.client(&info).await {
            Ok(Some(client)) => match trace::catch_now(|| frame(&calls, client, id)) {
                Ok(Some(frame)) => RequestOutcome::Frame(frame, SetCookies::default()),
                Ok(None) => RequestOutcome::Refused(Refusal::NotFound),
                Err(panic) => RequestOutcome::internal("encoding the client context", &panic),
            },
            // The app has no `from_session`.
            Ok(None) => RequestOutcome::Refused(Refusal::NotFound),
            Err(refused) => refused.into(),
        }
    }))
}

fn frame(calls: &Arc<Calls>, client: ClientValue, id: RequestId) -> Option<Vec<u8>> {
    let page = calls.registry.pages().next()?;
    let source = ContextSource::Given(client.value);
    let context = page.start_context(source, Signal::default()).ok()?;
    let body = &context.encode().ok()?[..];
    Some(ServerFrame::Ok { id, body }.to_bytes())
}
