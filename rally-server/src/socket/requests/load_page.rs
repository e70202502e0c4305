//! A navigation on a socket: the browser requests the data of a page.

use std::borrow::Cow;

use rally_core::frame::Refusal;
use rally_core::registry::KnownPage;
use rally_core::route::Params;

use super::{IncomingFrame, Requests, StartResult};
use crate::auth::caller::AdmittedPage;
use crate::telemetry::message_record;

/// Starts to load the data of a page. Also returns the name of the page for the record.
pub(super) fn begin(
    requests: &mut Requests,
    incoming: &IncomingFrame<'_>,
    url: &str,
) -> (Cow<'static, str>, StartResult) {
    let (page, params) = match find(requests, incoming, url) {
        Ok((page, params)) => (*page, params),
        Err(refusal) => return (Cow::Owned(incoming.name.to_owned()), Err(refusal)),
    };
    let (calls, id, url) = (requests.calls.clone(), incoming.id, url.to_owned());
    let rule = calls.registry.rule(&page);
    let caller = requests.caller(incoming.now);
    let running = Box::pin(async move {
        message_record::note_page(Some(page.name));
        let outcome = caller.outcome().await;
        outcome.note();
        let requested = Some(AdmittedPage::new(&page, &params));
        match calls.authenticator.admit_identified(outcome, &rule, requested, &url).await {
            Ok(caller) => calls.load_page(&page, &params, caller, id).await,
            Err(refused) => refused.into(),
        }
    });
    (Cow::Borrowed(page.name), Ok(running))
}

pub(super) fn find<'a>(
    requests: &'a Requests,
    incoming: &IncomingFrame<'_>,
    url: &str,
) -> Result<(&'a KnownPage, Params), Refusal> {
    requests.calls.compare(incoming.name, incoming.fingerprint)?;
    if incoming.is_busy {
        return Err(Refusal::Busy);
    }
    requests.calls.page_at(incoming.name, url)
}
