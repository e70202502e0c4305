//! The WebSocket of a browser tab.

mod calls;
mod connection;
