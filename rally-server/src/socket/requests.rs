//! The requests of one socket, a file for each kind of frame. Each request keeps
//! the caller and the page that held when it came in.

mod call;
mod load_page;
mod page_shown;

use std::sync::Arc;

use bytes::Bytes;
use rally_core::frame::{ClientFrame, Malformed, Refusal, RequestId, ServerFrame};
use tokio::time::Instant;

use super::auth_cache::{AuthCache, PendingAuth};
use super::in_flight::{Request, ResponseFuture};
use super::page_state::PageState;
use crate::auth::guard::AuthOutcome;
use crate::auth::session_generations::Watch;
use crate::calls::dispatch::Calls;
use crate::calls::request_outcome::RequestOutcome;
use crate::request::info::RequestInfo;
use crate::telemetry::message_record::MessageRecord;

/// The state that the requests of one socket share.
pub(super) struct Requests {
    calls: Arc<Calls>,
    info: Arc<RequestInfo>,
    callers: CallerSource,
    page: PageState,
}

/// The caller of the socket.
enum CallerSource {
    /// The app asks nobody who they are.
    Anonymous,
    Cached {
        cache: AuthCache<AuthOutcome>,
        session: Watch,
    },
}

/// The caller of one request.
enum CallerLookup {
    Known(AuthOutcome),
    Asked(PendingAuth<AuthOutcome>),
}

impl CallerLookup {
    async fn outcome(self) -> AuthOutcome {
        match self {
            Self::Known(outcome) => outcome,
            Self::Asked(asking) => asking.await,
        }
    }
}

/// A frame about a call or a page, as it came in.
struct IncomingFrame<'a> {
    bytes: &'a Bytes,
    now: Instant,
    /// The client sends more than the server takes: its requests are refused.
    is_busy: bool,
    id: RequestId,
    /// The name of the call or page, and the fingerprint of its version.
    name: &'a str,
    fingerprint: u64,
}

/// The effect of a frame.
pub(super) enum FrameResult {
    /// A request that runs.
    Request(Request),
    /// An answer that waits for nothing.
    Frame(Bytes),
    Malformed(Malformed),
}

/// A request that was begun, or why it is refused. Boxed where it is made: what it
/// holds is not moved after that.
type StartResult = Result<ResponseFuture, Refusal>;

impl Requests {
    /// For a socket that opens now: who it is, is asked at once.
    pub(super) fn new(calls: Arc<Calls>, info: RequestInfo, now: Instant) -> Self {
        let info = Arc::new(info);
        let callers = match calls.authenticator.knows_nobody() {
            true => CallerSource::Anonymous,
            false => {
                let session = calls.authenticator.watch(&info);
                CallerSource::Cached { cache: AuthCache::new(), session }
            }
        };
        let mut requests = Self { calls, info, callers, page: PageState::new() };
        if let CallerLookup::Asked(asking) = requests.caller(now) {
            requests.calls.lifecycle.spawn(asking);
        }
        requests
    }

    /// Begins what a frame asks for. A new kind of frame gets a file below this
    /// one, and its line here.
    pub(super) fn begin(&mut self, bytes: &Bytes, now: Instant, is_busy: bool) -> FrameResult {
        let incoming =
            |id, name, fingerprint| IncomingFrame { bytes, now, is_busy, id, name, fingerprint };
        match ClientFrame::read(bytes) {
            Err(malformed) => FrameResult::Malformed(malformed),
            Ok(ClientFrame::Ping) => FrameResult::Frame(ServerFrame::Pong.to_bytes().into()),
            Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
                let (name, call) = call::begin(self, &incoming(id, name, fingerprint), body);
                let record = self.calls.records.begin(&self.info, || name, bytes.len());
                run(id, call, record)
            }
            Ok(ClientFrame::LoadPage { id, page, fingerprint, url }) => {
                let (name, load) = load_page::begin(self, &incoming(id, page, fingerprint), url);
                let record = self.calls.records.begin(&self.info, || name, bytes.len());
                run(id, load, record)
            }
            // Where a tab is, is no message to be recorded.
            Ok(ClientFrame::PageShown { id, page, fingerprint, url }) => {
                let shown = page_shown::begin(self, &incoming(id, page, fingerprint), url);
                run(id, shown, MessageRecord::none())
            }
        }
    }

    /// The caller of a request that has come now.
    fn caller(&mut self, now: Instant) -> CallerLookup {
        let Self { calls, info, callers, .. } = self;
        match callers {
            CallerSource::Anonymous => {
                CallerLookup::Known(AuthOutcome::Known(calls.authenticator.anonymous(info.clone())))
            }
            CallerSource::Cached { cache, session } => {
                CallerLookup::Asked(cache.at(now, session.generation(), || {
                    let (calls, info) = (calls.clone(), info.clone());
                    Box::pin(async move { calls.authenticator.identify(info).await })
                }))
            }
        }
    }
}

/// Runs a request within its record; records its refusal otherwise.
fn run(id: RequestId, begun: StartResult, record: MessageRecord) -> FrameResult {
    match begun {
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
