//! The server of Rally: rendering, calls and sockets, on axum.

// What an app writes.
pub mod app;
pub mod auth;
pub mod cookie;
pub mod cx;
pub mod env;
pub mod handler;
pub mod headers;
pub mod limits;
pub mod problem;
pub mod session;
pub mod testing;
pub mod uploads;

// How a request is answered.
mod assets;
mod files;
mod http;
mod listen;
mod origin;
mod registry;
mod render;
mod rpc;
mod serve;
mod shutdown;
mod socket;
mod trace;
mod visitor;

pub use registry::BootError;
pub use serve::{StartError, serve};
