//! The server side of Rally: rendering, calls and sockets, built on axum.

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

#[cfg_attr(not(feature = "jobs"), allow(dead_code, reason = "only jobs use it"))]
mod background;
mod http;
#[cfg_attr(not(feature = "jobs"), allow(dead_code, reason = "only jobs use it"))]
mod lifecycle;
mod server;
mod socket;
mod telemetry;

// The expansion of `rsx!` names the items of `__private` by the path in the facade crate.
extern crate self as rally;

mod __private {
    pub(crate) use rally_core::view::expansion as view;

    pub(crate) mod elements {
        rally_macros::__elements!();
    }
}

pub use config::BootError;
pub use server::serve;
