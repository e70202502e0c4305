//! Bodies of forms: types, limits, timeouts and malformed bodies.

use std::time::Duration;

use proptest::prelude::*;
use rally::testing::{Multipart, TestApp};
use rally::{FormLimits, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::render::forms::{app, limited, messages, send_whole};

#[tokio::test]
async fn another_content_type_is_unsupported() {
    let (app, _) = app();
    for kind in ["text/plain", "application/json", "multipart/form-data", "", "multipart/mixed"] {
        let response = app.post("/guests?/sign", "name=Ada").header("content-type", kind).await;
        assert_eq!(response.status(), 415, "{kind}");
    }
    assert_eq!(app.post("/guests?/sign", "name=Ada").await.status(), 415);
    let kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    let response = app.post("/guests?/sign", "name=Ada").header("content-type", kind).await;
    assert_eq!(response.status(), 303);
}

fn narrow() -> Limits {
    let form =
        FormLimits { text: 100, fields: 4, file: 200_000, files: 2, ..FormLimits::default() };
    Limits { form, ..Limits::default() }
}

#[tokio::test]
async fn text_beyond_its_maximum_size_is_refused() {
    let (app, _) = limited(narrow());
    // The name of the field counts too.
    for (length, status) in [(96, 303), (97, 413), (10_000, 413), (20_000_000, 413)] {
        let name = "x".repeat(length);
        let response = app.post_form("/guests?/sign", &[("name", &name)]).await;
        assert_eq!(response.status(), status, "{length}");
        let form = Multipart::new().text("name", &name);
        assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), status, "{length}");
    }
    // Percent-encoded the value is three times as long.
    let name = "\u{fc}".repeat(48);
    assert_eq!(app.post_form("/guests?/sign", &[("name", &name)]).await.status(), 303);
}

#[tokio::test]
async fn fields_beyond_their_maximum_number_are_refused() {
    let (app, _) = limited(narrow());
    let name = ("name", "Ada");
    for (count, status) in [(3, 303), (4, 413)] {
        let mut fields = vec![name];
        fields.extend(vec![("a", "b"); count]);
        assert_eq!(app.post_form("/guests?/sign", &fields).await.status(), status);
        let text = |form: Multipart, (name, value): &(&str, &str)| form.text(name, value);
        let form = fields.iter().fold(Multipart::new(), text);
        assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), status);
    }
}

#[tokio::test]
async fn files_beyond_their_maximum_number_or_size_are_refused() {
    let (app, _) = limited(narrow());
    let post = async |sizes: &[usize]| {
        let form = sizes.iter().fold(Multipart::new().text("name", "Ada"), |form, size| {
            form.file("photo", "a.png", "image/png", vec![7; *size])
        });
        app.post_multipart("/guests?/photo", form).await.status().as_u16()
    };
    assert_eq!(post(&[200_000, 0]).await, 303);
    assert_eq!(post(&[200_001]).await, 413);
    assert_eq!(post(&[0, 5_000_000]).await, 413);
    assert_eq!(post(&[1, 1, 1]).await, 413);
}

#[tokio::test]
async fn files_beyond_the_maximum_of_the_app_are_refused() {
    let form = FormLimits { spooled: 1000, ..FormLimits::default() };
    let (app, _) = limited(Limits { form, ..Limits::default() });
    let post = async |size: usize| {
        let form = Multipart::new().text("name", "Ada");
        let form = form.file("photo", "a.png", "image/png", vec![7; size]);
        app.post_multipart("/guests?/photo", form).await.status().as_u16()
    };
    for _ in 0..2 {
        assert_eq!(post(1000).await, 303);
        assert_eq!(post(1001).await, 429);
    }
}

/// A browser that is cut off while it sends does not see the response.
#[tokio::test]
async fn a_body_that_is_too_large_is_read_to_the_end_and_refused() {
    let (app, _) = limited(narrow());
    let large = vec![7; 5_000_000];
    let forms = [
        Multipart::new().file("photo", "a", "", &large),
        Multipart::new().text("name", "Ada").file("photo", "a", "", &large).text("name", "Bob"),
        Multipart::new().text("name", &"x".repeat(5_000_000)),
    ];
    for form in forms {
        let (kind, body) = form.into_body();
        let response = send_whole(app.connect(), "/guests?/photo", &kind, &body).await;
        assert!(response.starts_with("HTTP/1.1 413"), "{response}");
    }
    let response = send_whole(app.connect(), "/guests?/photo", "text/plain", &large).await;
    assert!(response.starts_with("HTTP/1.1 415"), "{response}");
}

#[tokio::test]
async fn a_malformed_body_is_refused() {
    let (app, state) = app();
    let kind = "multipart/form-data; boundary=x";
    for body in [
        "",
        "--x",
        "--x\r\n",
        "--x\r\n\r\n",
        "--x\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda",
        "--x\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--x",
        "--x\r\ncontent-disposition: form-data\r\n\r\nAda\r\n--x--\r\n",
        "--x\r\nno header\r\n\r\nAda\r\n--x--\r\n",
        "--y\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--y--\r\n",
        "--xcontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--x--\r\n",
    ] {
        let response = app.post("/guests?/sign", body).header("content-type", kind).await;
        assert_eq!(response.status(), 400, "{body}");
    }
    let form = Multipart::new().part("content-disposition: form-data; name=name", b"\xff");
    assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), 400);
    let form = "application/x-www-form-urlencoded";
    let response = app.post("/guests?/sign", "name=%ff").header("content-type", form).await;
    assert_eq!(response.status(), 400);
    assert!(messages(&state).is_empty());
}

/// An endless head of a part is not buffered.
#[tokio::test]
async fn a_part_with_an_endless_head_is_refused() {
    let (app, _) = app();
    let head = format!("content-disposition: form-data; name=name; {}", "x".repeat(2_000_000));
    let response = app.post_multipart("/guests?/sign", Multipart::new().part(&head, b"")).await;
    assert_eq!(response.status(), 413);
    let kind = "multipart/form-data; boundary=x";
    let response =
        app.post("/guests?/sign", vec![b'-'; 2_000_000]).header("content-type", kind).await;
    assert_eq!(response.status(), 413);
}

async fn post_slowly(app: &TestApp, head: &str, chunks: usize, chunk: &[u8]) -> (u64, String) {
    let started = tokio::time::Instant::now();
    let mut connection = app.connect();
    let head = format!("POST /guests?/sign HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..chunks {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if connection.write_all(chunk).await.is_err() {
            break;
        }
    }
    let mut response = vec![0; 12];
    connection.read_exact(&mut response).await.unwrap();
    (started.elapsed().as_secs(), String::from_utf8(response).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_times_out() {
    let (app, _) = app();
    let timed_out = |seconds| (seconds, "HTTP/1.1 408".to_owned());
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let head = format!("content-type: {kind}\r\ncontent-length: 1000000");
        assert_eq!(post_slowly(&app, &head, 0, b"").await, timed_out(30));
        assert_eq!(post_slowly(&app, &head, 20, b"x").await, timed_out(30));
    }
}

/// Each 32 KiB extends the timeout by a second, so this takes ten seconds
/// longer.
#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_large_file_is_longer() {
    let (app, _) = app();
    let head = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000";
    let mut chunk = b"--x\r\ncontent-disposition: form-data; name=a; filename=b\r\n\r\n".to_vec();
    chunk.resize(32 * 1024, b'x');
    let (seconds, response) = post_slowly(&app, head, 10, &chunk).await;
    assert_eq!((seconds, &*response), (40, "HTTP/1.1 408"));
}

/// Fragments of form bodies, in any order.
fn fragments() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        &b"--x"[..],
        b"--x--",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b"content-disposition: form-data; name=\"name\"",
        b"content-disposition: form-data; name=photo; filename=\"a",
        b"; filename=\"\"",
        b"\"",
        b"content-type: text/plain",
        b"name=",
        b"&",
        b"%",
        b"%zz",
        b"+",
        b"\xff\xfe",
        b"\0",
        b": ",
    ]);
    let piece = prop_oneof![
        6 => pieces.prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn any_bytes_are_accepted_or_refused_without_a_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (app, _) = runtime.block_on(async { app() });
    let kinds = ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"];
    proptest!(ProptestConfig::with_cases(500), |(body in fragments(), kind in 0..2_usize)| {
        let post = app.post("/guests?/sign", body).header("content-type", kinds[kind]);
        let status = runtime.block_on(async { post.await }).status().as_u16();
        prop_assert!([303, 400, 413, 422].contains(&status), "{status}");
    });
}
