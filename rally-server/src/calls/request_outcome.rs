//! An answered request, before a transport has it.

use bytes::Bytes;
use rally_core::call::Outcome;
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{Refusal, RequestId, ServerFrame};

use crate::auth::guard::AuthRefusal;
use crate::auth::response_cookies::SetCookies;
use crate::telemetry::message_record::MessageRecord;
use crate::telemetry::trace;

/// What a request came to.
pub(crate) enum RequestOutcome {
    /// The whole frame, with the handler's value or its own error in it, and
    /// the cookies that go with it.
    Frame(Vec<u8>, SetCookies),
    Refused(Refusal),
}

impl RequestOutcome {
    /// The answer to a request that failed: what is wrong is for the log only.
    pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        Self::Refused(Refusal::Internal { trace_id: trace::failure(what, error) })
    }

    /// As a page is told of it, and the cookies that go with it.
    pub(crate) fn into_outcome(self) -> (Outcome, SetCookies) {
        let (frame, cookies) = match self {
            Self::Frame(frame, cookies) => (frame, cookies),
            Self::Refused(refusal) => return (Outcome::Refused(refusal), SetCookies::default()),
        };
        let malformed = Refusal::Malformed { kind: DecodeErrorKind::UnknownKind };
        let outcome = Outcome::read(&frame).map(|(_, outcome)| outcome);
        (outcome.unwrap_or(Outcome::Refused(malformed)), cookies)
    }

    /// The same, once the record of its request has ended.
    pub(crate) fn recorded(self, id: RequestId, record: MessageRecord) -> Self {
        record.answered(|| match &self {
            // The second value of a frame says which of the two it is.
            Self::Frame(frame, _) => {
                (if frame.get(1) == Some(&0) { "Ok" } else { "Err" }, frame.len())
            }
            Self::Refused(refusal) => {
                let frame = ServerFrame::Refused { id, refusal: refusal.clone() };
                (refusal.code(), frame.to_bytes().len())
            }
        });
        self
    }

    pub(crate) fn into_frame(self, id: RequestId) -> Bytes {
        match self {
            Self::Frame(frame, _) => frame.into(),
            Self::Refused(refusal) => ServerFrame::Refused { id, refusal }.to_bytes().into(),
        }
    }
}

impl From<AuthRefusal> for RequestOutcome {
    fn from(refused: AuthRefusal) -> Self {
        Self::Refused(refused.into())
    }
}
