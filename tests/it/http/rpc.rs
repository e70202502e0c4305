//! Calls over HTTP.

use axum::http::StatusCode;
use rally::testing::Response;
use rally::{Call, Failure, Outcome};
use rally_core::call::read_reply;
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{CallPage, ClientFrame, Refusal, RequestId, ServerFrame};

use crate::app::{Echo, Fail, Invalid, frame, raw_frame, request, test_app};

fn refusal(response: &Response) -> (RequestId, Refusal) {
    match ServerFrame::read(response.bytes()).unwrap() {
        ServerFrame::Refused { id, refusal } => (id, refusal),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn reply<C: Call>(response: &Response) -> (RequestId, rally::Reply<C>) {
    assert_eq!(response.headers()["content-type"], "application/msgpack");
    let (id, outcome) = Outcome::of(ServerFrame::read(response.bytes()).unwrap()).expect("a reply");
    (id, read_reply::<C>(outcome))
}

#[tokio::test]
async fn a_call_over_http_is_answered_with_the_same_frame_as_on_a_socket() {
    let app = test_app();
    let response = app.post("/rpc", frame(7, &Echo("hello".to_owned()))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(reply::<Echo>(&response), (7, Ok("hello".to_owned())));
}

#[tokio::test]
async fn an_error_of_the_app_has_status_200() {
    let response = test_app().post("/rpc", frame(1, &Fail(0))).await;
    assert_eq!(response.status(), StatusCode::OK);
    let invalid = Invalid { field: "name".to_owned() };
    assert_eq!(reply::<Fail>(&response), (1, Err(Failure::App(invalid))));
}

#[tokio::test]
async fn failures_and_panics_are_500_with_a_trace_id() {
    let app = test_app();
    for kind in [1, 2] {
        let response = app.post("/rpc", frame(1, &Fail(kind))).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let (_, failure) = reply::<Fail>(&response);
        assert!(matches!(failure, Err(Failure::Internal { .. })), "{failure:?}");
        assert!(!response.text().contains("secret") && !response.text().contains("digit"));
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_refused_with_the_reason() {
    let app = test_app();
    let malformed = |kind| Refusal::Malformed { kind };
    let call = |name, fingerprint| ClientFrame::Call {
        id: 7,
        name,
        fingerprint,
        page: CallPage::None,
        body: b"\xc1",
    };
    let enter = ClientFrame::LoadPage { id: 7, page: "P", fingerprint: 1, url: "/plain" };
    for (frame, status, expected) in [
        (call("it::app::Nothing", 1).to_bytes(), 400, (7, Refusal::Unknown)),
        (call(Echo::NAME, 1).to_bytes(), 409, (7, Refusal::Stale)),
        (raw_frame::<Echo>(7, b"\xc1"), 400, (7, malformed(DecodeErrorKind::WrongType))),
        (raw_frame::<Echo>(7, b""), 400, (7, malformed(DecodeErrorKind::Truncated))),
        (
            b"\x96\x00\x00\xa1a\x01\xc0\xc0".to_vec(),
            400,
            (0, malformed(DecodeErrorKind::RequestId)),
        ),
        (Vec::new(), 400, (0, malformed(DecodeErrorKind::Truncated))),
        (b"{}".to_vec(), 400, (0, malformed(DecodeErrorKind::WrongType))),
        (enter.to_bytes(), 400, (7, malformed(DecodeErrorKind::UnknownKind))),
        (ClientFrame::Ping.to_bytes(), 400, (0, malformed(DecodeErrorKind::UnknownKind))),
    ] {
        let response = app.post("/rpc", frame).await;
        assert_eq!((response.status().as_u16(), refusal(&response)), (status, expected));
    }
}

#[tokio::test]
async fn other_methods_than_post_are_not_allowed() {
    let app = test_app();
    for method in ["GET", "PUT", "DELETE", "HEAD"] {
        let body = frame(1, &Echo(String::new()));
        let response = app.request(request(method, "/rpc", &[], body)).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let app = test_app();
    let ask = async |origin: &str| {
        let headers = [("host", "a.example"), ("origin", origin)];
        app.request(request("POST", "/rpc", &headers, frame(1, &Echo(String::new())))).await
    };
    assert_eq!(ask("https://a.example").await.status(), StatusCode::OK);
    for origin in ["https://b.example", "null"] {
        let response = ask(origin).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(refusal(&response), (0, Refusal::Denied));
    }
}
