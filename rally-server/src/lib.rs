//! The server of Rally: rendering, calls and sockets, on axum.

// What an app writes.
pub mod app;
pub mod auth;
pub mod cookie;
pub mod cx;
#[cfg(feature = "sqlite")]
pub mod db;
pub mod env;
pub mod handler;
pub mod headers;
#[cfg(feature = "jobs")]
pub mod jobs;
#[cfg(feature = "sqlite")]
pub mod journal;
pub mod limits;
pub mod problem;
pub mod session;
pub mod testing;
pub mod uploads;

// How a request is answered.
mod assets;
mod background;
mod files;
mod http;
mod listen;
mod origin;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "nobody records"))]
mod recorder;
mod registry;
mod render;
mod rpc;
mod serve;
mod shutdown;
mod socket;
mod trace;
mod visitor;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "nobody makes queries"))]
mod work;

pub use registry::BootError;
pub use serve::{StartError, serve};
