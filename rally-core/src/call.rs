//! Calls: messages that a handler on the server answers.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::codec::{self, EncodeError, Writer};
use crate::effect::{CallRequest, Effect};
use crate::error;
use crate::frame::{CallPage, ClientFrame, MalformedFrame, Refusal, RequestId, ServerFrame};
use crate::maybe_send::MaybeSend;
use crate::wire::{Never, Wire, fingerprint_of};

/// A message that the server answers.
///
/// `#[server]` implements this trait for the type of the handler's first
/// parameter.
#[diagnostic::on_unimplemented(
    message = "the server has no handler for `{Self}`",
    note = "write `#[server(public)] async fn name(msg: {Self}, cx: &Cx) -> Result<Answer>`"
)]
pub trait Call: Wire {
    /// The handler's return type: a `Result`.
    type Output: Answer;

    /// Name on the wire: module path and type name.
    const NAME: &'static str;

    /// `true` for `#[server(.., http)]`: the call is sent over HTTP, and the
    /// handler may set cookies.
    const OVER_HTTP: bool = false;
}

/// The method [`call`](Self::call), with which a page calls the server.
///
/// Every [`Wire`] type implements this trait, not only [`Call`] types, so that
/// the compiler can explain how to write a missing handler.
pub trait CallExt: Wire {
    /// Calls the server. `then` turns the reply into a message for `update`.
    ///
    /// The message is encoded now. It is sent after `update` or `mounted` has
    /// returned the effect. The call fails if no reply comes within 30 seconds.
    /// A call with files has one second more for each 32 KiB. If the encoded
    /// message is too large for the server, the call fails and is not sent.
    fn call<Msg: 'static>(
        self,
        then: impl FnOnce(Reply<Self>) -> Msg + MaybeSend + 'static,
    ) -> Effect<Msg>
    where
        Self: Call,
    {
        match CallRequest::of(&self) {
            Ok(request) => {
                Effect::request(request, move |outcome| then(read_reply::<Self>(outcome)))
            }
            Err(error) => {
                let error = error.to_string();
                Effect::after(Duration::ZERO, || then(Err(Failure::Rejected(error))))
            }
        }
    }
}

impl<T: Wire> CallExt for T {}

impl CallRequest {
    /// Encodes a call, and collects the files of its message.
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

    /// Encodes the call as a frame with this request id. `page` is the page that it was made on.
    pub fn to_frame(&self, id: RequestId, page: CallPage<'_>) -> Vec<u8> {
        let Self { name, fingerprint, body, .. } = self;
        ClientFrame::Call { id, name, fingerprint: *fingerprint, page, body }.to_bytes()
    }
}

/// Returns the fingerprint of a call, computed from the types of message, answer and error.
pub fn call_fingerprint<C: Call>() -> u64 {
    fingerprint_of(&[C::shape, OkOf::<C>::shape, ErrOf::<C>::shape])
}

type OkOf<C> = <<C as Call>::Output as Answer>::Ok;
type ErrOf<C> = <<C as Call>::Output as Answer>::Err;

/// The reply to a call, as `update` receives it.
pub type Reply<C> = Result<OkOf<C>, Failure<ErrOf<C>>>;

/// The reason why a call returned no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure<E> {
    /// The handler returned this error. The app defines the error type.
    App(E),
    /// The connection was lost while the call was pending, or the server could
    /// not be reached over HTTP. The server may or may not have run the handler.
    Offline,
    /// No reply came in time: within 30 seconds, or longer for a call with
    /// files. The server may or may not have run the handler.
    TimedOut,
    /// Browser and server have different versions of the app. Rally then
    /// reloads the document automatically: [`Effect::reload`] lists the
    /// conditions. A page can reload earlier with that effect, or prevent the
    /// automatic reload with [`Effect::stay`].
    Stale,
    /// The caller is not allowed to make this call, or not from this page.
    Denied,
    /// The caller is not signed in, or the session has ended. Rally navigates
    /// to the sign-in page automatically.
    SignedOut,
    /// Too many requests are in flight, or came in too short a time. The server
    /// did not run the handler.
    Busy,
    /// The handler or the server failed.
    Internal {
        /// Id of the entry in the server's log that has the details.
        trace_id: String,
    },
    /// Another failure, which the text explains. For example, the message is
    /// too large, or client or server cannot decode what the other has sent.
    Rejected(String),
}

/// The outcome of a request, such as a call. The value or error in it is still encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The handler returned `Ok` with this encoded value.
    Ok(Vec<u8>),
    /// The handler returned `Err` with this encoded error.
    Err(Vec<u8>),
    /// The request was refused, or the handler failed.
    Refused(Refusal),
    /// The connection was lost before a reply came, or the server could not be
    /// reached over HTTP.
    Offline,
    /// No reply came before the deadline.
    TimedOut,
    /// The HTTP response does not contain a frame for the call. The response may
    /// come from a proxy.
    NoAnswer {
        /// Status code of the response.
        status: u16,
    },
}

impl Outcome {
    /// Parses a frame of the server.
    ///
    /// Returns the id of the request that the frame answers, and the outcome of
    /// that request. The id is 0 if the frame answers no request, for example
    /// because the server could not read the id in a frame of the client.
    ///
    /// Returns `None` for a pong, and for a malformed frame without a readable
    /// id. If only the id is readable, the outcome is
    /// [`Refusal::Malformed`].
    ///
    /// ```
    /// use rally_core::call::Outcome;
    ///
    /// assert_eq!(Outcome::read(b"\x93\x00\x07\xa2hi"), Some((7, Outcome::Ok(b"\xa2hi".to_vec()))));
    /// ```
    pub fn read(frame: &[u8]) -> Option<(RequestId, Self)> {
        match ServerFrame::read(frame) {
            Ok(frame) => Self::of(frame),
            Err(MalformedFrame { id: 0, .. }) => None,
            Err(MalformedFrame { id, kind }) => {
                Some((id, Self::Refused(Refusal::Malformed { kind })))
            }
        }
    }

    /// Returns the request id and the outcome of a parsed frame; `None` for a pong.
    pub fn of(frame: ServerFrame<'_>) -> Option<(RequestId, Self)> {
        match frame {
            ServerFrame::Ok { id, body } => Some((id, Self::Ok(body.to_vec()))),
            ServerFrame::Err { id, body } => Some((id, Self::Err(body.to_vec()))),
            ServerFrame::Refused { id, refusal } => Some((id, Self::Refused(refusal))),
            ServerFrame::Pong => None,
        }
    }
}

/// Decodes the outcome of a call.
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
            Failure::Rejected(format!("the HTTP response with status {status} is not from the app"))
        }
        // The client's build has this call. If the server does not know it, the server has another
        // build.
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
            Self::Denied => f.write_str("You are not allowed to do this."),
            Self::SignedOut => f.write_str("Sign in to do this."),
            Self::Busy => f.write_str("Too many requests at once. Try again in a moment."),
            Self::Internal { trace_id } => {
                write!(f, "Something went wrong on the server (reference {trace_id}).")
            }
            Self::Rejected(detail) => write!(f, "The call failed: {detail}."),
        }
    }
}

impl<E: Error> Error for Failure<E> {}

/// The return type of a handler: `Result<T>`, `Result<T, E>` or `Result<T, CallError<E>>`.
///
/// `T` and `E` are [`Wire`] types.
#[diagnostic::on_unimplemented(
    message = "a `#[server]` function cannot return `{Self}`",
    label = "not a `Result` that can be sent to the browser",
    note = "write `Result<T>`, `Result<T, E>` or `Result<T, CallError<E>>`, \
            where `T` and `E` have `#[derive(Wire)]`"
)]
pub trait Answer {
    /// The value of a successful call.
    type Ok: Wire;
    /// The error that the browser receives. The app defines its type.
    type Err: Wire;

    /// Converts the return value. An error for the browser becomes [`CallError::App`].
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

impl<T: Wire> Answer for Result<T, error::Error> {
    type Ok = T;
    type Err = Never;

    fn into_result(self) -> Result<T, CallError> {
        self.map_err(CallError::Failed)
    }
}

/// The error of a handler: an error for the browser, or a failure that stays on the server.
///
/// `?` turns an error of the type `E` into [`CallError::App`], if `E` implements
/// `std::error::Error`. It turns every other `std::error::Error`, and
/// [`rally::Error`](crate::error::Error), into [`CallError::Failed`]. If a handler
/// gets an error of the app with another type, it maps it:
/// `.map_err(|mistake| CallError::App(Refused::Text(mistake)))`.
///
/// ```
/// # use rally_core::call::CallError;
/// # use rally_core::error::reject;
/// #[derive(Debug)] // and `Wire`
/// struct Unlucky;
/// # impl std::fmt::Display for Unlucky {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("13 is unlucky.") }
/// # }
/// # // In an app: `#[derive(thiserror::Error)] #[error("13 is unlucky.")]`
/// impl std::error::Error for Unlucky {}
///
/// fn check(number: i64) -> Result<(), Unlucky> {
///     if number == 13 { Err(Unlucky) } else { Ok(()) }
/// }
///
/// fn read(text: &str) -> Result<i64, CallError<Unlucky>> {
///     let number = text.parse()?;
///     check(number)?;
///     Ok(number)
/// }
///
/// assert!(matches!(read("x"), Err(CallError::Failed(_))));
/// assert!(matches!(read("13"), Err(CallError::App(Unlucky))));
/// ```
#[derive(Debug)]
pub enum CallError<E = Never> {
    /// An error for the browser. `update` receives it as [`Failure::App`].
    App(E),
    /// The handler failed. The browser receives a trace id, and the details are in the
    /// server's log under this id.
    Failed(error::Error),
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
    fn a_refusal_without_a_request_has_id_zero() {
        let refused = ServerFrame::Refused { id: 0, refusal: Refusal::Denied };
        check(&refused, Some((0, Outcome::Refused(Refusal::Denied))));
    }

    #[test]
    fn a_pong_answers_no_request() {
        check(&ServerFrame::Pong, None);
    }

    #[test]
    fn an_unreadable_frame_with_an_id_refuses_that_request() {
        let outcome = |kind| Outcome::Refused(Refusal::Malformed { kind });
        let unknown = b"\x94\x02\x07\xa5weird\xa0";
        assert_eq!(Outcome::read(unknown), Some((7, outcome(DecodeErrorKind::UnknownVariant))));
        assert_eq!(Outcome::read(b"\x93\x00\x07"), Some((7, outcome(DecodeErrorKind::Truncated))));
        assert_eq!(Outcome::read(b"nonsense"), None);
    }
}
