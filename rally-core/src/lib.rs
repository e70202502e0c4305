//! The contract between Rally's client and server.
//!
//! This crate has the traits of pages, layouts and calls, and the protocol
//! between browser and server. It performs no I/O. The crates rally-client and
//! rally-server do not import each other: both import this crate.

// Pages and their parts.
pub mod context;
pub mod dispatch;
pub mod effect;
pub mod error;
pub mod error_page;
mod file;
pub mod form;
pub mod head;
pub mod http;
pub mod layout;
#[cfg_attr(target_arch = "wasm32", path = "maybe_send/browser.rs")]
pub mod maybe_send;
pub mod page;
mod percent;
pub mod route;

// The protocol.
pub mod call;
pub mod carried;
pub mod codec;
pub mod flags;
pub mod frame;
pub mod wire;

// Running and rendering pages.
#[cfg(not(target_arch = "wasm32"))]
pub mod html;
pub mod registry;
pub mod running;
pub mod screen;
#[cfg(not(target_arch = "wasm32"))]
pub mod simulate;
#[cfg(not(target_arch = "wasm32"))]
pub mod submission;
pub mod view;
