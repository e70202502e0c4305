//! The network: one connection, and HTTP requests.

use rally_core::http::{HttpRequest, HttpResult};

use super::Local;

/// A connection for frames, and a client for HTTP.
pub trait Network {
    /// Opens a connection, in place of one that may still be there.
    fn connect(&self);
    /// Sends a frame on the open connection.
    fn send(&self, frame: &[u8]);
    /// Drops the connection; nothing more is heard of it.
    fn disconnect(&self);
    /// Sends an HTTP request.
    fn fetch(&self, request: HttpRequest) -> Local<HttpResult>;
}
