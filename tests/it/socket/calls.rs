//! Calls on a socket.

use rally::testing::Socket;
use rally::{Call, Failure, Outcome};
use rally_core::call::read_reply;
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{CallPage, ClientFrame, Refusal, RequestId, ServerFrame};

use crate::app::{Echo, Fail, Invalid, Wait, frame, receive, test_app, test_app_with_state};

async fn reply<C: Call>(socket: &mut Socket, expected: RequestId) -> rally::Reply<C> {
    let (id, outcome) = receive(socket, Outcome::of).await.expect("the frame is not a reply");
    assert_eq!(id, expected);
    read_reply::<C>(outcome)
}

#[tokio::test]
async fn a_call_is_answered_under_its_id() {
    let mut socket = test_app().socket().await;
    for id in [1, 7, RequestId::MAX] {
        socket.send(frame(id, &Echo("hello".to_owned()))).await;
        assert_eq!(reply::<Echo>(&mut socket, id).await, Ok("hello".to_owned()));
    }
}

#[tokio::test]
async fn an_error_of_the_app_arrives_as_it_was_returned() {
    let mut socket = test_app().socket().await;
    socket.send(frame(1, &Fail(0))).await;
    let expected = Failure::App(Invalid { field: "name".to_owned() });
    assert_eq!(reply::<Fail>(&mut socket, 1).await, Err(expected));
}

#[tokio::test]
async fn failures_and_panics_arrive_as_a_trace_id_and_the_socket_stays_open() {
    let mut socket = test_app().socket().await;
    for (id, kind) in [(1, 1), (2, 2), (3, 1)] {
        socket.send(frame(id, &Fail(kind))).await;
        let failure = reply::<Fail>(&mut socket, id).await.unwrap_err();
        let Failure::Internal { trace_id } = &failure else { panic!("{failure:?}") };
        assert!(trace_id.contains('-') && !trace_id.contains("secret"), "{trace_id}");
    }
    socket.send(frame(4, &Echo("alive".to_owned()))).await;
    assert_eq!(reply::<Echo>(&mut socket, 4).await, Ok("alive".to_owned()));
}

#[tokio::test]
async fn a_slow_call_does_not_delay_others() {
    let (app, state) = test_app_with_state();
    let mut socket = app.socket().await;
    socket.send(frame(1, &Wait)).await;
    state.started.notified().await;
    socket.send(frame(2, &Echo("quick".to_owned()))).await;
    assert_eq!(reply::<Echo>(&mut socket, 2).await, Ok("quick".to_owned()));
    state.resume.notify_one();
    assert_eq!(reply::<Wait>(&mut socket, 1).await, Ok(()));
}

fn malformed(kind: DecodeErrorKind) -> Refusal {
    Refusal::Malformed { kind }
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_refused_with_the_reason() {
    let mut socket = test_app().socket().await;
    let (name, fingerprint) = (Echo::NAME, rally_core::call::call_fingerprint::<Echo>());
    for (id, name, fingerprint, body, expected) in [
        (1, "it::app::Nothing", fingerprint, &b"\xc0"[..], Refusal::Unknown),
        (2, name, fingerprint + 1, b"\xc0", Refusal::Stale),
        // The version is compared before the body is decoded.
        (3, name, fingerprint + 1, b"\xc1", Refusal::Stale),
        (4, name, fingerprint, b"\xc1", malformed(DecodeErrorKind::WrongType)),
        (5, name, fingerprint, b"\x07", malformed(DecodeErrorKind::WrongType)),
        (6, name, fingerprint, b"\xa1a\x00", malformed(DecodeErrorKind::Trailing)),
        (7, name, fingerprint, b"\xa1\xff", malformed(DecodeErrorKind::InvalidUtf8)),
        (8, name, fingerprint, b"\xa2a", malformed(DecodeErrorKind::Truncated)),
    ] {
        socket
            .send(
                ClientFrame::Call { id, name, fingerprint, page: CallPage::None, body }.to_bytes(),
            )
            .await;
        let refused = ServerFrame::Refused { id, refusal: expected };
        receive(&mut socket, |frame| assert_eq!(frame, refused)).await;
    }
}
