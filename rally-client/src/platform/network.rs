//! The network: one connection, and HTTP requests.

use rally_core::http::{HttpRequest, HttpResult};

use super::LocalFuture;

/// A connection for frames, and an HTTP client.
pub trait Network {
    /// Opens a connection. If there is a connection already, it is closed first.
    fn connect(&self);
    /// Sends a frame on the open connection.
    fn send(&self, frame: &[u8]);
    /// Closes the connection. The app receives no more events of this connection.
    fn disconnect(&self);
    /// Sends an HTTP request.
    fn fetch(&self, request: HttpRequest) -> LocalFuture<HttpResult>;
}
