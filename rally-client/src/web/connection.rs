//! The network: the WebSocket, and HTTP by `fetch`.

use std::rc::Weak;

use gloo_events::EventListener;
use js_sys::{ArrayBuffer, Uint8Array};
use rally_core::http::{HttpRequest, HttpResult};
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, MessageEvent, WebSocket, Window};

use super::{Browser, fetch};
use crate::app::App;
use crate::platform::{LocalFuture, Network};

impl Network for Browser {
    fn connect(&self) {
        // The old socket is dropped first, so that its handlers are not called any more.
        self.socket.replace(None);
        let app = self.app.borrow().clone();
        self.socket.replace(Socket::open(&self.window, app));
    }

    fn send(&self, frame: &[u8]) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(frame);
        }
    }

    fn disconnect(&self) {
        self.socket.replace(None);
    }

    fn fetch(&self, request: HttpRequest) -> LocalFuture<HttpResult> {
        Box::pin(fetch::send(self.window.clone(), request))
    }
}

/// A WebSocket that is open or opening. Dropping this value closes the WebSocket and removes its
/// listeners.
pub(super) struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Socket {
    /// Opens a WebSocket. Returns `None` if the browser refuses. The runtime then waits until the
    /// deadline of this attempt, and tries again.
    fn open(window: &Window, app: Weak<App>) -> Option<Self> {
        let location = window.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/_rally/socket", location.host().ok()?);
        let socket = WebSocket::new(&url).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on = |name: &'static str, run: fn(&std::rc::Rc<App>, &web_sys::Event)| {
            let app = app.clone();
            EventListener::new(&socket, name, move |event| {
                if let Some(app) = app.upgrade() {
                    run(&app, event);
                }
            })
        };
        let listeners = [
            on("open", |app, _| app.opened()),
            // An `error` event needs no listener: a `close` event follows.
            on("close", |app, _| app.closed()),
            on("message", |app, event| {
                let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                if let Some(buffer) = data.and_then(|data| data.dyn_into::<ArrayBuffer>().ok()) {
                    app.received(&Uint8Array::new(&buffer).to_vec());
                }
            }),
        ];
        Some(Self { socket, _listeners: listeners })
    }

    fn send(&self, frame: &[u8]) {
        // Fails only before the `open` event, and the app sends frames only after that event.
        let _ = self.socket.send_with_u8_array(frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
