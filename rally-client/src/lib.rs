//! The browser runtime of Rally.
//!
//! All modules except `web` also compile natively. Their tests need no browser: they use a fake of
//! the trait [`platform::Platform`].

pub mod app;
pub mod navigation;
pub mod network;
pub mod platform;
pub mod runtime;
pub mod version;

#[cfg(target_arch = "wasm32")]
mod web;
#[cfg(target_arch = "wasm32")]
pub use web::mount;
