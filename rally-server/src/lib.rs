//! The server of Rally: rendering, calls and sockets, on axum.

// What an app writes.
pub mod app;
pub mod auth;
pub mod calls;
pub mod config;
#[cfg(feature = "sqlite")]
pub mod db;
#[cfg(feature = "jobs")]
pub mod jobs;
#[cfg(feature = "sqlite")]
pub mod journal;
pub mod limits;
pub mod render;
pub mod request;
pub mod security;
pub mod testing;

// How a request is answered.
mod background;
mod http;
mod lifecycle;
mod server;
mod socket;
mod telemetry;

pub use config::BootError;
pub use server::{StartError, serve};
