//! The frames and flags of the document, and its conversations on a socket and
//! over HTTP.

use std::collections::BTreeSet;

use rally_core::flags::{self, Flags};
use rally_core::frame::{CallPage, ClientFrame, MalformedFrame, Refusal, ServerFrame};

use super::{blocks, hex, refusals, rows, to_hex};
use crate::app::test_app;

#[derive(Debug)]
struct Frame {
    from_client: bool,
    /// The status code of a response over HTTP.
    status: Option<u16>,
    bytes: Vec<u8>,
    /// The text of a WebSocket text message, in place of bytes.
    text: Option<&'static str>,
    meaning: &'static str,
}

/// The frames of a block. A frame is lines of bytes, each with an optional note
/// after two spaces, and then a line with `=` and the meaning. An arrow marks
/// the sender; without one it is `from_client`.
fn frames(block: &'static str, from_client: bool) -> Vec<Frame> {
    let new_frame =
        || Frame { from_client, status: None, bytes: Vec::new(), text: None, meaning: "" };
    let mut found = Vec::new();
    let mut next = new_frame();
    for mut line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(meaning) = line.strip_prefix("= ") {
            found.push(Frame { meaning, ..std::mem::replace(&mut next, new_frame()) });
            continue;
        }
        for (arrow, from_client) in [("-> ", true), ("<- ", false)] {
            if let Some(rest) = line.strip_prefix(arrow) {
                (line, next.from_client) = (rest, from_client);
            }
        }
        if let Some(text) = line.strip_prefix("text ") {
            next.text = Some(text);
            continue;
        }
        if let Some((status, rest)) = line.split_once(' ')
            && status.len() == 3
        {
            (line, next.status) = (rest, Some(status.parse().unwrap()));
        }
        next.bytes.extend(hex(line.split("  ").next().unwrap()));
    }
    assert!(next.bytes.is_empty() && next.text.is_none(), "a frame without a meaning: {next:?}");
    found
}

/// The meaning of a frame. Checks that the frame is written back with the same
/// bytes.
fn meaning(frame: &Frame) -> String {
    if frame.text.is_some() {
        return "a text message".to_owned();
    }
    let bytes = &frame.bytes;
    let malformed =
        |MalformedFrame { id, kind }| format!("malformed: id={id} kind={}", kind.code());
    let (meaning, written) = if frame.from_client {
        match ClientFrame::read(bytes) {
            Ok(frame) => (of_client(&frame), frame.to_bytes()),
            Err(error) => return malformed(error),
        }
    } else {
        match ServerFrame::read(bytes) {
            Ok(frame) => (of_server(&frame), frame.to_bytes()),
            Err(error) => return malformed(error),
        }
    };
    assert_eq!(to_hex(&written), to_hex(bytes), "{}", frame.meaning);
    meaning
}

fn of_client(frame: &ClientFrame<'_>) -> String {
    match frame {
        ClientFrame::Call { id, name, fingerprint, page, body } => {
            let (page, body) = (of_page(*page), to_hex(body));
            format!(
                "Call id={id} name={name:?} fingerprint={fingerprint:#018x} page={page} body={body}"
            )
        }
        ClientFrame::LoadPage { id, page, fingerprint, url } => {
            format!("LoadPage id={id} page={page:?} fingerprint={fingerprint:#018x} url={url:?}")
        }
        ClientFrame::Ping => "Ping".to_owned(),
        ClientFrame::PageShown { id, page, fingerprint, url } => {
            format!("PageShown id={id} page={page:?} fingerprint={fingerprint:#018x} url={url:?}")
        }
    }
}

fn of_page(page: CallPage<'_>) -> String {
    match page {
        CallPage::None => "nil".to_owned(),
        CallPage::Shown(id) => id.to_string(),
        CallPage::At(url) => format!("{url:?}"),
    }
}

fn of_server(frame: &ServerFrame<'_>) -> String {
    match frame {
        ServerFrame::Ok { id, body } => format!("Ok id={id} body={}", to_hex(body)),
        ServerFrame::Err { id, body } => format!("Err id={id} body={}", to_hex(body)),
        ServerFrame::Refused { id, refusal } => {
            let detail = match refusal {
                Refusal::Malformed { kind } => kind.code(),
                Refusal::Redirect { url } | Refusal::SignIn { url } => url,
                Refusal::Internal { trace_id } => trace_id,
                _ => "",
            };
            format!("Refused id={id} code={:?} detail={detail:?}", refusal.code())
        }
        ServerFrame::Pong => "Pong".to_owned(),
    }
}

#[test]
fn frames_have_the_documented_bytes() {
    let mut kinds = BTreeSet::new();
    for (form, from_client) in
        [("client", true), ("server", false), ("socket", true), ("http", true)]
    {
        let found: Vec<_> =
            blocks(form).into_iter().flat_map(|block| frames(block, from_client)).collect();
        assert!(found.len() >= 3, "{form}: {} frames: has the format changed?", found.len());
        for frame in found {
            assert_eq!(meaning(&frame), frame.meaning);
            let words: Vec<_> = frame.meaning.split(' ').collect();
            kinds.insert(match words[..] {
                ["Refused", _, code, _] => format!("Refused {code}"),
                _ => format!("{}{}", if frame.from_client { "client " } else { "" }, words[0]),
            });
        }
    }
    let mut every: BTreeSet<_> =
        refusals().map(|it| format!("Refused code={:?}", it.code())).into();
    every.extend(
        ["client Call", "client LoadPage", "client Ping", "client PageShown", "Ok", "Err", "Pong"]
            .map(str::to_owned),
    );
    let missing: Vec<_> = every.difference(&kinds).collect();
    assert!(missing.is_empty(), "the document has no example of {missing:?}");
}

#[test]
fn flags_have_the_documented_bytes() {
    let found: Vec<_> = blocks("flags").into_iter().flat_map(|block| frames(block, true)).collect();
    for frame in &found {
        let flags = Flags::read(&frame.bytes).unwrap();
        let meaning = match &flags {
            Flags::Static => "Static".to_owned(),
            Flags::Page { page, fingerprint, max_frame, context, layout, model } => {
                let [context, layout, model] = [context, layout, model].map(|it| to_hex(it));
                format!(
                    "Page page={page:?} fingerprint={fingerprint:#018x} max_frame={max_frame} \
                     context={context} layout={layout} model={model}"
                )
            }
        };
        assert_eq!((&*meaning, &flags.to_bytes()), (frame.meaning, &frame.bytes));
    }
    assert_eq!(found.len(), 2, "the document needs an example of each of the two kinds of flags");
}

#[test]
fn flags_have_the_documented_text() {
    let rows = rows::<2>("text");
    for [bytes, expected] in &rows {
        let mut text = Vec::new();
        flags::text::write(&mut text, &hex(bytes));
        let text = String::from_utf8(text).unwrap();
        let escaped = |letter: char| match letter {
            '\u{700}'..='\u{7ff}' => letter.escape_unicode().to_string(),
            letter => letter.to_string(),
        };
        assert_eq!(text.chars().map(escaped).collect::<String>(), *expected, "{bytes}");
        assert_eq!(to_hex(&flags::text::read(&text)), *bytes, "{expected}");
    }
    assert!(rows.len() > 5, "{} texts: has the format changed?", rows.len());
}

#[tokio::test]
async fn conversations_on_a_socket_go_as_documented() {
    for block in blocks("socket") {
        let mut socket = test_app().socket().await;
        for frame in frames(block, true) {
            match (frame.from_client, frame.text) {
                (true, None) => socket.send(frame.bytes).await,
                (true, Some(text)) => socket.send_text(text).await,
                (false, _) => {
                    let received = socket.receive().await;
                    assert_eq!(to_hex(&received), to_hex(&frame.bytes), "{}", frame.meaning);
                }
            }
        }
    }
}

#[tokio::test]
async fn calls_over_http_go_as_documented() {
    let app = test_app();
    for block in blocks("http") {
        for exchange in frames(block, true).chunks(2) {
            let [request, expected] = exchange else { panic!("a request without a response") };
            assert!(request.from_client && !expected.from_client, "{exchange:?}");
            let response = app.post("/rpc", request.bytes.clone()).await;
            assert_eq!(Some(response.status().as_u16()), expected.status, "{exchange:?}");
            assert_eq!(response.headers()["content-type"], "application/msgpack");
            assert_eq!(to_hex(response.bytes()), to_hex(&expected.bytes));
        }
    }
}
