//! The network: the connection, and the requests that travel on it or over HTTP.

pub mod backoff;
pub mod connection;
pub mod http_calls;
pub mod in_flight;
