//! The requests of one socket, with one file for each kind of request.
//!
//! Each request uses the caller and the page that are current when the request is received.

mod call;
mod context;
mod load_page;
mod page_shown;

use std::sync::Arc;

use bytes::Bytes;
use rally_core::frame::{ClientFrame, MalformedFrame, Refusal, RequestId, ServerFrame};
use tokio::time::Instant;

use super::auth_cache::{AuthCache, PendingAuth};
use super::in_flight::{Request, ResponseFuture};
use super::page_state::PageState;
use crate::auth::guard::AuthOutcome;
use crate::auth::session_generations::GenerationWatch;
use crate::calls::dispatch::Calls;
use crate::calls::request_outcome::RequestOutcome;
use crate::request::info::RequestInfo;
use crate::telemetry::message_record::MessageRecord;

pub(super) struct Requests {
    calls: Arc<Calls>,
    info: Arc<RequestInfo>,
    callers: CallerSource,
    page: PageState,
}

enum CallerSource {
    /// The app has neither `auth` nor `from_session`.
    Anonymous,
    Cached {
        cache: AuthCache<AuthOutcome>,
        session: GenerationWatch,
    },
}

enum CallerLookup {
    Known(AuthOutcome),
    Pending(PendingAuth<AuthOutcome>),
}

impl CallerLookup {
    async fn outcome(self) -> AuthOutcome {
        match self {
            Self::Known(outcome) => outcome,
            Self::Pending(pending) => pending.await,
        }
    }
}

struct IncomingFrame<'a> {
    bytes: &'a Bytes,
    now: Instant,
    is_busy: bool,
    id: RequestId,
    name: &'a str,
    fingerprint: u64,
}

pub(super) enum FrameResult {
    Request(Request),
    Frame(Bytes),
    Malformed(MalformedFrame),
}

type StartResult = Result<ResponseFuture, Refusal>;

impl Requests {
    /// Creates the state of a socket that opens now, and starts to authenticate the caller.
    pub(super) fn new(calls: Arc<Calls>, info: RequestInfo, now: Instant) -> Self {
        let info = Arc::new(info);
        let callers = match calls.authenticator.is_anonymous_only() {
            true => CallerSource::Anonymous,
            false => {
                let session = calls.authenticator.watch(&info);
                CallerSource::Cached { cache: AuthCache::new(), session }
            }
        };
        let mut requests = Self { calls, info, callers, page: PageState::new() };
        if let CallerLookup::Pending(pending) = requests.caller(now) {
            requests.calls.lifecycle.spawn(pending);
        }
        requests
    }

    /// Starts to handle a frame. A new kind of request needs a file in `requests/` and an arm
    /// in the `match` of this function.
    pub(super) fn begin(&mut self, bytes: &Bytes, now: Instant, is_busy: bool) -> FrameResult {
        let incoming =
            |id, name, fingerprint| IncomingFrame { bytes, now, is_busy, id, name, fingerprint };
        match ClientFrame::read(bytes) {
            Err(malformed) => FrameResult::Malformed(malformed),
            Ok(ClientFrame::Ping) => FrameResult::Frame(ServerFrame::Pong.to_bytes().into()),
            Ok(ClientFrame::Call { id, name, fingerprint, page, body }) => {
                let (name, call) = call::begin(self, &incoming(id, name, fingerprint), page, body);
                let record = self.calls.records.begin(&self.info, || name, bytes.len());
                run(id, call, record)
            }
            Ok(ClientFrame::LoadPage { id, page, fingerprint, url }) => {
                let (name, load) = load_page::begin(self, &incoming(id, page, fingerprint), url);
                let record = self.calls.records.begin(&self.info, || name, bytes.len());
                run(id, load, record)
            }
            // `PageShown` only reports the tab's current page, so it is not recorded.
            Ok(ClientFrame::PageShown { id, page, fingerprint, url }) => {
                let shown = page_shown::begin(self, &incoming(id, page, fingerprint), url);
                run(id, shown, MessageRecord::none())
            }
        }
    }

    fn caller(&mut self, now: Instant) -> CallerLookup {
        let Self { calls, info, callers, .. } = self;
        match callers {
            CallerSource::Anonymous => {
                CallerLookup::Known(AuthOutcome::Known(calls.authenticator.anonymous(info.clone())))
            }
            CallerSource::Cached { cache, session } => {
                CallerLookup::Pending(cache.at(now, session.generation(), || {
                    let (calls, info) = (calls.clone(), info.clone());
                    Box::pin(async move { calls.authenticator.identify(info).await })
                }))
            }
        }
    }
}

fn run(id: RequestId, started: StartResult, record: MessageRecord) -> FrameResult {
    match started {
        Ok(running) if record.is_none() => FrameResult::Request(Request { id, running }),
        Ok(running) => {
            let running = Box::pin(async move {
                let answered = record.scope(running).await;
                answered.recorded(id, record)
            });
            FrameResult::Request(Request { id, running })
        }
        Err(refusal) => {
            FrameResult::Frame(RequestOutcome::Refused(refusal).recorded(id, record).into_frame(id))
        }
    }
}
