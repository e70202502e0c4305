//! The browser's report of the page that it shows.
//!
//! After the report, the socket accepts the `#[server(page)]` calls that name this report, if the
//! caller may see the page.

use rally_core::frame::{RequestId, ServerFrame};

use super::load_page::find;
use super::{IncomingFrame, Requests, StartResult};
use crate::auth::caller::AdmittedPage;
use crate::auth::response_cookies::SetCookies;
use crate::calls::request_outcome::RequestOutcome;
use crate::socket::page_state::Page;

pub(super) fn begin(
    requests: &mut Requests,
    incoming: &IncomingFrame<'_>,
    url: &str,
) -> StartResult {
    let (page, params) = find(requests, incoming, url)?;
    let rule = requests.calls.registry.rule(page);
    let admitted = AdmittedPage::new(page, &params);
    let page = Page { reported_by: incoming.id, admitted, name: page.name, url: url.into() };
    let (calls, url) = (requests.calls.clone(), page.url.clone());
    let checked = Some(page.admitted.clone());
    let caller = requests.caller(incoming.now);
    let admitted = async move {
        let outcome = caller.outcome().await;
        calls.authenticator.admit_identified(outcome, &rule, checked, &url).await.map(drop)
    };
    let (pending, id) = (requests.page.report(page, admitted), incoming.id);
    Ok(Box::pin(async move {
        match pending.await.refused() {
            None => RequestOutcome::Frame(nil(id), SetCookies::default()),
            Some(refused) => refused.into(),
        }
    }))
}

/// Returns an encoded `Ok` frame, whose value is nil.
fn nil(id: RequestId) -> Vec<u8> {
    ServerFrame::Ok { id, body: &[0xc0] }.to_bytes()
}
