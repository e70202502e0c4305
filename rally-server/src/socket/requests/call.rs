//! A call on a socket.

use std::borrow::Cow;

use rally_core::context::CONTEXT_CALL;
use rally_core::frame::{CallPage, Refusal};

use super::{IncomingFrame, Requests, StartResult, context};
use crate::calls::registry::KnownCall;
use crate::calls::request_outcome::RequestOutcome;
use crate::limits::Permit;
use crate::request::uploads::Uploads;
use crate::telemetry::message_record;

/// Starts a call. Also returns the name of the call for the record.
///
/// The call holds its permit until it ends. `page` is the page that the call was made on.
pub(super) fn begin(
    requests: &mut Requests,
    incoming: &IncomingFrame<'_>,
    page: CallPage<'_>,
    body: &[u8],
) -> (Cow<'static, str>, StartResult) {
    if incoming.name == CONTEXT_CALL {
        return (Cow::Borrowed(CONTEXT_CALL), context::begin(requests, incoming, body));
    }
    let (call, permit) = match admissible(requests, incoming) {
        Ok(admissible) => admissible,
        Err(refusal) => return (Cow::Owned(incoming.name.to_owned()), Err(refusal)),
    };
    let (calls, id) = (requests.calls.clone(), incoming.id);
    let caller = requests.caller(incoming.now);
    let pending = requests.page.current();
    let made_on = match page {
        CallPage::Shown(id) => Some(id),
        // A URL that no `PageShown` has reported was not checked by the guard.
        CallPage::None | CallPage::At(_) => None,
    };
    let body = incoming.bytes.slice_ref(body);
    let running = Box::pin(async move {
        let _permit = permit;
        // Awaited first: authentication starts when this future is polled, but the auth cache
        // has already recorded the start.
        let outcome = caller.outcome().await;
        outcome.note();
        // Only a guarded call, or a call with `#[server(page)]`, waits until the guard has
        // decided on the tab's page.
        let current = match call.rule.page.is_some() || call.rule.is_guarded() {
            true => pending.await,
            false => pending.peek().cloned().unwrap_or_default(),
        };
        let page = current.if_reported_by(made_on);
        message_record::note_page(page.map(|page| page.name));
        let page = call.rule.page.and_then(|route| page?.of_route(route));
        if call.rule.page.is_some() && page.is_none() {
            return RequestOutcome::Refused(Refusal::OtherPage);
        }
        let url = current.url();
        let admitted = calls.authenticator.admit_identified(outcome, &call.rule, page, url);
        match admitted.await {
            Ok(caller) => calls.call(call.handler, caller, id, body, Uploads::default()).await,
            Err(refused) => refused.into(),
        }
    });
    (Cow::Borrowed(call.handler.name), Ok(running))
}

/// Finds the handler and acquires a permit, before the body is decoded.
fn admissible(
    requests: &Requests,
    incoming: &IncomingFrame<'_>,
) -> Result<(KnownCall, Permit), Refusal> {
    let call = requests.calls.find(incoming.name, incoming.fingerprint)?;
    if call.handler.over_http {
        return Err(Refusal::OverHttp);
    }
    if incoming.is_busy {
        return Err(Refusal::Busy);
    }
    let permit = requests.calls.budget.try_acquire().ok_or(Refusal::Busy)?;
    Ok((call, permit))
}
