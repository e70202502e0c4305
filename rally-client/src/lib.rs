//! The browser runtime of Rally.
//!
//! Everything but the module `web` compiles natively: what has states is tested without
//! a browser, behind the trait [`platform::Platform`].

pub mod app;
pub mod calls;
pub mod outdated;
pub mod over_http;
pub mod perform;
pub mod platform;
pub mod shown;
pub mod socket;
pub mod turned_away;

#[cfg(target_arch = "wasm32")]
mod web;
#[cfg(target_arch = "wasm32")]
pub use web::mount;
