//! The browser runtime of Rally.
//!
//! Everything but the module `web` compiles natively and is tested without a browser, on a fake
//! of the trait [`platform::Platform`].

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
