//! Calls: a message that the server answers once.

use std::error::Error;
use std::fmt;

use crate::codec::{self, EncodeError, Writer};
use crate::effect::{CallRequest, Effect};
use crate::frame::{ClientFrame, Malformed, Refusal, RequestId, ServerFrame};
use crate::wire::{Never, Wire, fingerprint_of};

/// A message with an answer. The type is the whole contract between browser
/// and server; `#[server]` implements this for the handler's first parameter.
#[diagnostic::on_unimplemented(
    message = "the server has no handler for `{Self}`",
    note = "write `#[server(public)] async fn name(msg: {Self}, cx: &Cx) -> Result<Answer>`"
)]
pub trait Call: Wire {
    /// What the handler returns: a `Result`.
    type Output: Answer;

    /// The name on the wire: module path and type name.
    const NAME: &'static str;

    /// Whether it goes over HTTP rather than the socket, so that it may set
    /// cookies: `#[server(.., http)]`.
    const OVER_HTTP: bool = false;
}

/// How a page makes a call. It is there for every type that travels, so that a
/// call without a handler is answered by the compiler with what to write.
pub trait CallExt: Wire {
    /// Asks the server. `then` turns the reply into a message for `update`.
    ///
    /// The message is written now and sent when the runtime performs the
    /// effect. It is answered within 30 seconds, or fails. One that is larger
    /// than the server takes fails without being sent.
    fn call<Msg: 'static>(self, then: impl FnOnce(Reply<Self>) -> Msg + 'static) -> Effect<Msg>
    where
        Self: Call,
    {
        match CallRequest::of(&self) {
            Ok(request) => {
                Effect::request(request, move |outcome| then(read_reply::<Self>(outcome)))
            }
            Err(error) => {
                let failure = Failure::Rejected(error.to_string());
                Effect::after(std::time::Duration::ZERO, || then(Err(failure)))
            }
        }
    }
}

impl<T: Wire> CallExt for T {}

impl CallRequest {
    /// Writes a call, and takes the files of its message along.
    ///
    /// # Errors
    ///
    /// When the message cannot be written.
    pub fn of<C: Call>(message: &C) -> Result<Self, EncodeError> {
        let mut to = Writer::default();
        message.write(&mut to);
        let files = to.take_files();
        Ok(Self {
            name: C::NAME,
            fingerprint: call_fingerprint::<C>(),
            over_http: C::OVER_HTTP || !files.is_empty(),
            body: to.finish()?,
            files,
        })
    }

    /// The frame that asks for it.
    pub fn to_frame(&self, id: RequestId) -> Vec<u8> {
        let Self { name, fingerprint, body, .. } = self;
        ClientFrame::Call { id, name, fingerprint: *fingerprint, body }.to_bytes()
    }
}

/// The fingerprint of a call: its message and both halves of its answer.
pub fn call_fingerprint<C: Call>() -> u64 {
    fingerprint_of(&[C::shape, OkOf::<C>::shape, ErrOf::<C>::shape])
}

type OkOf<C> = <<C as Call>::Output as Answer>::Ok;
type ErrOf<C> = <<C as Call>::Output as Answer>::Err;

/// The reply to a call, as `update` receives it.
pub type Reply<C> = Result<OkOf<C>, Failure<ErrOf<C>>>;

/// Why a call brought no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure<E> {
    /// The handler's own error, as it was returned.
    App(E),
    /// The connection was lost while the call was under way. The server may
    /// or may not have acted on it.
    Offline,
    /// No reply came within 30 seconds.
    TimedOut,
    /// This page was built from another version of the app than the server. It
    /// is loaded anew by itself as soon as nothing is lost by it; what the
    /// page can do about that is in [`Effect::reload`] and [`Effect::stay`].
    Stale,
    /// The server does not allow this call.
    Denied,
    /// Only for those who have signed in: the session has ended, or never
    /// began. The browser goes to where that is done by itself.
    SignedOut,
    /// Too many calls at once, or in too short a time. The server did not act
    /// on it.
    Busy,
    /// The server failed. Its log has the details under this id.
    Internal {
        /// Finds the details in the server's log.
        trace_id: String,
    },
    /// One side could not make sense of the other: a bug or a hostile peer.
    Rejected(String),
}

/// What a call came to, before its value is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The handler's `Ok`, encoded.
    Ok(Vec<u8>),
    /// The handler's own `Err`, encoded.
    Err(Vec<u8>),
    /// The server did not run the handler to its end.
    Refused(Refusal),
    /// The connection was lost.
    Offline,
    /// The deadline passed.
    TimedOut,
    /// Over HTTP: a response that is none of Rally's, from whatever stands
    /// between browser and server.
    NoAnswer {
        /// The status it has.
        status: u16,
    },
}

impl Outcome {
    /// Reads a server's frame: the request that it answers, and what that came
    /// to. `None` when it answers none: a pong, or bytes that are no frame.
    ///
    /// The request is 0 when the server refused what came before it could read
    /// whose request it is.
    ///
    /// ```
    /// use rally_core::call::Outcome;
    ///
    /// assert_eq!(Outcome::read(b"\x93\x00\x07\xa2hi"), Some((7, Outcome::Ok(b"\xa2hi".to_vec()))));
    /// ```
    pub fn read(frame: &[u8]) -> Option<(RequestId, Self)> {
        match ServerFrame::read(frame) {
            Ok(frame) => Self::of(frame),
            Err(Malformed { id: 0, .. }) => None,
            // It names its request, in a way that this client does not know.
            Err(Malformed { id, kind }) => Some((id, Self::Refused(Refusal::Malformed { kind }))),
        }
    }

    /// The same, of a frame that was read. `None` for a pong.
    pub fn of(frame: ServerFrame<'_>) -> Option<(RequestId, Self)> {
        match frame {
            ServerFrame::Ok { id, body } => Some((id, Self::Ok(body.to_vec()))),
            ServerFrame::Err { id, body } => Some((id, Self::Err(body.to_vec()))),
            ServerFrame::Refused { id, refusal } => Some((id, Self::Refused(refusal))),
            ServerFrame::Pong => None,
        }
    }
}

/// Decodes what came back for a call.
pub fn read_reply<C: Call>(outcome: Outcome) -> Reply<C> {
    let undecodable = |error: codec::DecodeError| Failure::Rejected(error.to_string());
    Err(match outcome {
        Outcome::Ok(body) => return codec::decode(&body).map_err(undecodable),
        Outcome::Err(body) => match codec::decode(&body) {
            Ok(error) => Failure::App(error),
            Err(error) => undecodable(error),
        },
        Outcome::Offline => Failure::Offline,
        Outcome::TimedOut => Failure::TimedOut,
        Outcome::NoAnswer { status } => {
            Failure::Rejected(format!("a response of status {status} came in place of an answer"))
        }
        // The name is of this client's build: the server's is another one.
        Outcome::Refused(Refusal::Stale | Refusal::Unknown) => Failure::Stale,
        Outcome::Refused(Refusal::Denied | Refusal::OtherPage) => Failure::Denied,
        Outcome::Refused(Refusal::SignIn { .. }) => Failure::SignedOut,
        Outcome::Refused(Refusal::Busy) => Failure::Busy,
        Outcome::Refused(Refusal::Internal { trace_id }) => Failure::Internal { trace_id },
        Outcome::Refused(refusal) => Failure::Rejected(refusal.to_string()),
    })
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(error) => error.fmt(f),
            Self::Offline => f.write_str("The connection to the server was lost. Try again."),
            Self::TimedOut => f.write_str("The server did not answer in time. Try again."),
            Self::Stale => f.write_str("This page is out of date. Reload it."),
            Self::Denied => f.write_str("You may not do this."),
            Self::SignedOut => f.write_str("Sign in to do this."),
            Self::Busy => f.write_str("That was too much at once. Try again in a moment."),
            Self::Internal { trace_id } => {
                write!(f, "Something went wrong on the server (reference {trace_id}).")
            }
            Self::Rejected(detail) => write!(f, "The call could not be understood: {detail}."),
        }
    }
}

impl<E: Error> Error for Failure<E> {}

/// What a handler may return: `Result<T, E>` or `Result<T, CallError<E>>`,
/// where `T` and `E` travel.
#[diagnostic::on_unimplemented(
    message = "a server handler returns a `Result` of types that travel, not `{Self}`",
    label = "cannot be sent as an answer",
    note = "write `Result<T>`, `Result<T, E>` or `Result<T, CallError<E>>`, \
            where `T` and `E` have `#[derive(Wire)]`"
)]
pub trait Answer {
    /// The value of success.
    type Ok: Wire;
    /// The app's own error.
    type Err: Wire;

    /// Tells the app's own error from the server's failure.
    fn into_result(self) -> Result<Self::Ok, CallError<Self::Err>>;
}

impl<T: Wire, E: Wire> Answer for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn into_result(self) -> Result<T, CallError<E>> {
        self.map_err(CallError::App)
    }
}

impl<T: Wire, E: Wire> Answer for Result<T, CallError<E>> {
    type Ok = T;
    type Err = E;

    fn into_result(self) -> Result<T, CallError<E>> {
        self
    }
}

/// The error of a handler that can fail in ways the browser is not told about.
///
/// `?` turns any `std::error::Error` into [`CallError::Failed`]: it goes to the
/// log under a trace id, and the browser receives only that id. What is no such
/// error, as `anyhow::Error`, is passed on with `.map_err(..)`.
///
/// ```
/// # use rally_core::call::CallError;
/// fn parse(text: &str) -> Result<i64, CallError> {
///     Ok(text.parse::<i64>()?)
/// }
/// assert!(matches!(parse("x"), Err(CallError::Failed(_))));
/// ```
#[derive(Debug)]
pub enum CallError<E = Never> {
    /// The app's own error; it reaches `update` as [`Failure::App`].
    App(E),
    /// Something broke. The details stay on the server.
    Failed(Box<dyn Error + Send + Sync>),
}

impl<E, Cause: Error + Send + Sync + 'static> From<Cause> for CallError<E> {
    fn from(cause: Cause) -> Self {
        Self::Failed(Box::new(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;

    #[track_caller]
    fn check(frame: &ServerFrame<'_>, expected: Option<(RequestId, Outcome)>) {
        assert_eq!(Outcome::read(&frame.to_bytes()), expected);
    }

    #[test]
    fn a_reply_is_the_outcome_of_its_request() {
        let body = b"\xa2hi";
        check(&ServerFrame::Ok { id: 7, body }, Some((7, Outcome::Ok(body.to_vec()))));
        check(&ServerFrame::Err { id: 8, body }, Some((8, Outcome::Err(body.to_vec()))));
        let refused = ServerFrame::Refused { id: 9, refusal: Refusal::Busy };
        check(&refused, Some((9, Outcome::Refused(Refusal::Busy))));
    }

    #[test]
    fn a_refusal_of_no_request_is_about_request_zero() {
        let refused = ServerFrame::Refused { id: 0, refusal: Refusal::Denied };
        check(&refused, Some((0, Outcome::Refused(Refusal::Denied))));
    }

    #[test]
    fn a_pong_answers_no_request() {
        check(&ServerFrame::Pong, None);
    }

    #[test]
    fn a_frame_that_only_names_its_request_refuses_it() {
        let outcome = |kind| Outcome::Refused(Refusal::Malformed { kind });
        let unknown = b"\x94\x02\x07\xa5weird\xa0";
        assert_eq!(Outcome::read(unknown), Some((7, outcome(DecodeErrorKind::UnknownVariant))));
        assert_eq!(Outcome::read(b"\x93\x00\x07"), Some((7, outcome(DecodeErrorKind::Truncated))));
        assert_eq!(Outcome::read(b"nonsense"), None);
    }
}
