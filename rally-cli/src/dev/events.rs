//! The event server: sends the build status to open pages, and serves the script that receives it.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::board::{Board, Snapshot};
use super::http::{self, Head, Response};
use super::machine::Status;
use super::serve;
use crate::ansi;

const SCRIPT: &str = include_str!("dev.js");

/// Headers that allow the app's page to use this event server, although the two have different
/// origins.
const ANY_ORIGIN: &str =
    "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n";

/// Interval of comments in an event stream. The comments keep a quiet stream open, and detect that
/// the client has closed the stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn start(listener: TcpListener, board: Arc<Board>, origin: String) {
    serve(listener, move |mut stream| match http::receive(&mut stream) {
        // An error means that the client has disconnected.
        Ok(head) => drop(respond(&mut stream, &head, &board, &origin)),
        Err(error) => http::refuse(&mut stream, &error),
    });
}

fn respond(stream: &mut TcpStream, head: &Head, board: &Board, origin: &str) -> io::Result<()> {
    match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/events") => follow(stream, board),
        ("GET", "/dev.js") => Response {
            status: "200 OK",
            content_type: "text/javascript; charset=utf-8",
            headers: ANY_ORIGIN,
            body: &script(&board.snapshot(), origin),
        }
        .send(stream),
        _ => Response {
            status: "404 Not Found",
            content_type: "text/plain",
            headers: ANY_ORIGIN,
            body: "not found: the paths are /dev.js and /events\n",
        }
        .send(stream),
    }
}

fn follow(stream: &mut TcpStream, board: &Board) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
         {ANY_ORIGIN}Connection: close\r\n\r\nretry: 500\n\n"
    )?;
    let mut now = board.snapshot();
    loop {
        stream.write_all(event(&now).as_bytes())?;
        loop {
            let next = board.wait_newer(now.serial, KEEP_ALIVE);
            if next.serial != now.serial {
                now = next;
                break;
            }
            stream.write_all(b": keep-alive\n\n")?;
        }
    }
}

/// Returns the script with the current generation. The script compares this generation with that of
/// later events. So a page that was loaded just before a change reloads too.
fn script(board: &Snapshot, origin: &str) -> String {
    let state = json!({ "origin": origin, "generation": board.generation });
    // The block keeps the constant out of the global scope of the app's page.
    format!("{{\nconst RALLY = {state};\n{SCRIPT}}}\n")
}

fn event(board: &Snapshot) -> String {
    let name = match board.status {
        Status::Building => "building",
        Status::Failed(_) => "errors",
        Status::Ready => "ready",
    };
    let mut data = json!({ "serial": board.serial, "generation": board.generation });
    if let Status::Failed(errors) = &board.status {
        data["errors"] = errors.iter().map(|error| spans(error)).collect();
    }
    // The JSON has no line breaks, so it fits into one `data:` line.
    format!("event: {name}\ndata: {data}\n\n")
}

fn spans(error: &str) -> Value {
    let spans = ansi::spans(error.trim_end());
    spans.into_iter().map(|span| json!([span.class, span.text])).collect()
}

#[cfg(test)]
mod tests {
    use super::super::board::Upstream;
    use super::*;

    fn board(status: Status) -> Snapshot {
        Snapshot { serial: 3, generation: 2, status, upstream: Upstream::Absent }
    }

    #[test]
    fn an_event_is_one_line_of_data() {
        let ready = event(&board(Status::Ready));
        assert_eq!(ready, "event: ready\ndata: {\"generation\":2,\"serial\":3}\n\n");
        let failed = Status::Failed(vec!["\x1b[31merror\x1b[0m: a\n b\n".to_owned()]);
        let failed = event(&board(failed));
        let errors = r#""errors":[[["red","error"],["",": a\n b"]]]"#;
        assert!(failed.starts_with("event: errors\n") && failed.contains(errors), "{failed}");
        assert_eq!(failed.matches('\n').count(), 3);
    }

    #[test]
    fn the_script_is_ascii_and_contains_the_generation() {
        let script = script(&board(Status::Ready), "http://127.0.0.1:9");
        assert!(script.is_ascii());
        assert!(script.contains(r#"{"generation":2,"origin":"http://127.0.0.1:9"}"#), "{script}");
    }
}
