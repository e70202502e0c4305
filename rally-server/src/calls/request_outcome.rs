//! The outcome of a request, independent of the transport.

use bytes::Bytes;
use rally_core::call::Outcome;
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{Refusal, RequestId, ServerFrame};

use crate::auth::guard::AuthRefusal;
use crate::auth::response_cookies::SetCookies;
use crate::telemetry::message_record::MessageRecord;
use crate::telemetry::trace;

pub(crate) enum RequestOutcome {
    /// The encoded reply frame, which is an `Ok` or an `Err`, and the cookies to set.
    Frame(Vec<u8>, SetCookies),
    Refused(Refusal),
}

impl RequestOutcome {
    /// Logs the error of a failed request. The client receives only the trace id.
    pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        Self::Refused(Refusal::Internal { trace_id: trace::failure(what, error) })
    }

    pub(crate) fn into_outcome(self) -> (Outcome, SetCookies) {
        let (frame, cookies) = match self {
            Self::Frame(frame, cookies) => (frame, cookies),
            Self::Refused(refusal) => return (Outcome::Refused(refusal), SetCookies::default()),
        };
        let malformed = Refusal::Malformed { kind: DecodeErrorKind::UnknownKind };
        let outcome = Outcome::read(&frame).map(|(_, outcome)| outcome);
        (outcome.unwrap_or(Outcome::Refused(malformed)), cookies)
    }

    pub(crate) fn recorded(self, id: RequestId, record: MessageRecord) -> Self {
        record.answered(|| match &self {
            // The second byte of a frame is the kind of the frame: 0 means `Ok`.
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
