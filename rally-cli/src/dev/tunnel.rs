//! The public port. The tunnel forwards connections to the app's server. While there is no server,
//! the tunnel answers GET requests with a status page, and other requests with a short text.
//!
//! Bytes are forwarded unchanged, so WebSockets, uploads and streams work. The port belongs to
//! `cargo rally dev`, so connections are accepted even while the server restarts.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::board::{Board, Upstream};
use super::http::{self, Response};
use super::{page, serve};

const START_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Tunnel {
    app: String,
    board: Arc<Board>,
    /// Origin of the event server.
    events: String,
    open: Mutex<OpenConnections>,
}

#[derive(Default)]
struct OpenConnections {
    next: u64,
    servers: HashMap<u64, TcpStream>,
}

impl Tunnel {
    pub(crate) fn start(
        listener: TcpListener,
        app: String,
        board: Arc<Board>,
        events: String,
    ) -> Arc<Self> {
        let tunnel = Arc::new(Self { app, board, events, open: Mutex::default() });
        let serving = Arc::clone(&tunnel);
        serve(listener, move |stream| serving.connection(stream));
        tunnel
    }

    /// Closes all connections to the server. A server that shuts down may be waiting for their end.
    pub(crate) fn cut(&self) {
        for server in self.connections().servers.values() {
            let _ = server.shutdown(Shutdown::Both);
        }
    }

    fn connection(&self, mut browser: TcpStream) {
        let upstream = self.board.wait_started(START_TIMEOUT);
        if let Upstream::At(address) = upstream
            && let Ok(server) = TcpStream::connect(address)
        {
            // After an error both connections are closed, so there is nothing else to do.
            let _ = self.forward(browser, server);
            return;
        }
        match http::receive(&mut browser) {
            Ok(head) if head.method == "GET" => {
                let html = page::render(&self.app, &self.board.snapshot(), &self.events);
                let _ = unavailable("text/html; charset=utf-8", &html).send(&mut browser);
            }
            Ok(_) => {
                let text = "the app is not running: see the terminal of `cargo rally dev`\n";
                let _ = unavailable("text/plain; charset=utf-8", text).send(&mut browser);
            }
            Err(error) => http::refuse(&mut browser, &error),
        }
    }

    fn forward(&self, browser: TcpStream, server: TcpStream) -> io::Result<()> {
        // Small WebSocket frames must be sent without delay.
        browser.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let entry = self.enter(server.try_clone()?);
        let (request_from, request_to) = (browser.try_clone()?, server.try_clone()?);
        let requests = thread::Builder::new()
            .name("tunnel".to_owned())
            .spawn(move || copy(request_from, request_to));
        if requests.is_ok() {
            copy(server, browser);
        }
        self.connections().servers.remove(&entry);
        Ok(())
    }

    fn enter(&self, server: TcpStream) -> u64 {
        let mut open = self.connections();
        open.next += 1;
        let entry = open.next;
        open.servers.insert(entry, server);
        entry
    }

    fn connections(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    match io::copy(&mut from, &mut to) {
        // Close only this direction of the connection. The other direction may still be in use.
        Ok(_) => drop(to.shutdown(Shutdown::Write)),
        Err(_) => {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        }
    }
}

fn unavailable<'a>(content_type: &'static str, body: &'a str) -> Response<'a> {
    Response { status: "503 Service Unavailable", content_type, headers: "", body }
}

pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            let free = (address.port()..=u16::MAX)
                .skip(1)
                .take(50)
                .find(|port| TcpListener::bind(SocketAddr::new(address.ip(), *port)).is_ok());
            let free = free.unwrap_or(8081);
            format!(
                "port {} is in use by another program: stop that program, or run \
                 `cargo rally dev --port {free}`",
                address.port()
            )
        }
        io::ErrorKind::AddrNotAvailable => format!(
            "{} is not an address of this machine: write `--host 127.0.0.1`, or \
             `--host 0.0.0.0` to accept connections from other machines",
            address.ip()
        ),
        _ => format!("cannot listen on {address}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::super::machine::Status;
    use super::*;

    fn local() -> TcpListener {
        TcpListener::bind("127.0.0.1:0").expect("there should be a free port")
    }

    fn tunnel() -> (Arc<Tunnel>, SocketAddr, Arc<Board>) {
        let listener = local();
        let address = listener.local_addr().expect("the listener should have an address");
        let board = Arc::new(Board::new(0));
        let events = "http://127.0.0.1:1".to_owned();
        let tunnel = Tunnel::start(listener, "app".to_owned(), Arc::clone(&board), events);
        (tunnel, address, board)
    }

    fn request(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).expect("the connection should open");
        stream.write_all(request).expect("the bytes should be written");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("the bytes should arrive");
        String::from_utf8(response).expect("the response should be UTF-8")
    }

    #[test]
    fn without_a_server_a_page_shows_the_status() {
        let (_tunnel, address, board) = tunnel();
        let page = request(address, b"GET /any HTTP/1.1\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 503 "), "{page}");
        assert!(page.contains("app is building"), "{page}");
        board.show(Status::Failed(vec!["error: <x>".to_owned()]));
        let page = request(address, b"GET / HTTP/1.1\r\n\r\n");
        assert!(page.contains("error: &lt;x&gt;"), "{page}");
        let post = request(address, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
        assert!(post.contains("text/plain"), "{post}");
        assert!(request(address, b"?\r\n\r\n").starts_with("HTTP/1.1 400 "));
        assert!(request(address, &[b'a'; 16 * 1024]).starts_with("HTTP/1.1 431 "));
    }

    #[test]
    fn bytes_are_forwarded_in_both_directions() {
        let (tunnel, address, board) = tunnel();
        let server = local();
        board.set_upstream(Upstream::At(
            server.local_addr().expect("the listener should have an address"),
        ));
        let mut browser = TcpStream::connect(address).expect("the connection should open");
        let (mut app, _) = server.accept().expect("the server should get a connection");
        browser.write_all(b"\x00ping").expect("the bytes should be written");
        let mut bytes = [0; 5];
        app.read_exact(&mut bytes).expect("the bytes should arrive");
        assert_eq!(&bytes, b"\x00ping");
        app.write_all(b"pong\xff").expect("the bytes should be written");
        browser.read_exact(&mut bytes).expect("the bytes should arrive");
        assert_eq!(&bytes, b"pong\xff");
        tunnel.cut();
        assert!(matches!(browser.read(&mut bytes), Ok(0) | Err(_)));
    }

    #[test]
    fn a_request_waits_for_a_starting_server() {
        let (_tunnel, address, board) = tunnel();
        board.set_upstream(Upstream::Starting);
        let mut browser = TcpStream::connect(address).expect("the connection should open");
        browser.write_all(b"x").expect("the bytes should be written");
        let server = local();
        board.set_upstream(Upstream::At(
            server.local_addr().expect("the listener should have an address"),
        ));
        let (mut app, _) = server.accept().expect("the server should get a connection");
        let mut byte = [0];
        app.read_exact(&mut byte).expect("the bytes should arrive");
        assert_eq!(&byte, b"x");
    }

    #[test]
    fn the_error_about_a_port_in_use_suggests_another() {
        let listener = local();
        let address = listener.local_addr().expect("the listener should have an address");
        let error = listen(address).expect_err("the port should be in use");
        assert!(error.contains("--port "), "{error}");
    }
}
