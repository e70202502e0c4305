//! The contract of Rally: what a page is, what a call is, and how both look on the wire.
//!
//! This crate performs no I/O and cannot block. Client and server never import
//! each other; they meet here.

// Pages and what they are made of.
pub mod context;
pub mod dispatch;
pub mod effect;
mod file;
pub mod form;
pub mod head;
pub mod http;
pub mod layout;
pub mod page;
pub mod route;

// What crosses the wire.
pub mod call;
pub mod codec;
pub mod flags;
pub mod frame;
pub mod wire;

// How a page runs.
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
