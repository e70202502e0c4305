//! The event server: tells open pages how the build is going, and serves the script that listens.

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

/// The app's page comes from another origin, and may ask for nothing but this.
const ANY_ORIGIN: &str =
    "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n";

/// A comment this often keeps a quiet stream open, and finds out who has left.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn start(listener: TcpListener, board: Arc<Board>, origin: String) {
    serve(listener, move |mut stream| match http::receive(&mut stream) {
        // Whoever leaves in the middle has got what they wanted.
        Ok(head) => drop(answer(&mut stream, &head, &board, &origin)),
        Err(refused) => http::refuse(&mut stream, &refused),
    });
}

fn answer(stream: &mut TcpStream, head: &Head, board: &Board, origin: &str) -> io::Result<()> {
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
            body: "there are /dev.js and /events\n",
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
            stream.write_all(b": still here\n\n")?;
        }
    }
}

/// The script, with what it must compare later events to. The generation is the one served when
/// the page was loaded: a page that was loaded just before a change hears of it and reloads.
fn script(board: &Snapshot, origin: &str) -> String {
    let state = json!({ "origin": origin, "generation": board.generation });
    // One expression in a block: nothing becomes a global of the app's page.
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
    // JSON has no line breaks, so one `data:` line holds it.
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
    fn the_script_is_ascii_and_knows_its_generation() {
        let script = script(&board(Status::Ready), "http://127.0.0.1:9");
        assert!(script.is_ascii());
        assert!(script.contains(r#"{"generation":2,"origin":"http://127.0.0.1:9"}"#), "{script}");
    }
}
