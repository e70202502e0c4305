//! The network: the WebSocket, and HTTP by `fetch`.

use rally_core::http::{HttpRequest, HttpResult};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, fetch};
use crate::platform::{LocalFuture, Network};

#[wasm_bindgen(module = "/src/web/socket.js")]
extern "C" {
    fn connect();
    #[wasm_bindgen(js_name = sendFrame)]
    fn send_frame(frame: &[u8]);
    fn disconnect();
}

impl Network for Browser {
    fn connect(&self) {
        connect();
    }

    fn send(&self, frame: &[u8]) {
        send_frame(frame);
    }

    fn disconnect(&self) {
        disconnect();
    }

    fn fetch(&self, request: HttpRequest) -> LocalFuture<HttpResult> {
        fetch::send(&request)
    }
}
