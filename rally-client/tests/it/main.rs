//! The client runtime without a browser: the test moves the clock and acts as
//! the server, and the screen is shown in a document in memory.

mod call_pages;
mod calls;
mod carried;
mod clock;
mod connection;
#[expect(dead_code, reason = "the tests of rally-core use all of it")]
#[path = "../../../rally-core/tests/view/document.rs"]
mod document;
mod effects;
mod events;
mod forms;
mod framed;
mod handlers;
mod hydrate;
mod in_place;
mod invariants;
mod keyed;
mod layouts;
mod leaving;
mod navigation;
mod outcomes;
mod outdated;
mod over_http;
mod pages;
mod platform;
mod preferences;
mod refusals;
mod session;
mod shown;
mod world;
