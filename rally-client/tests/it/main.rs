//! The client runtime without a browser: the test moves the clock and acts as
//! the server, and Dioxus renders without a DOM.

mod calls;
mod clock;
mod connection;
mod effects;
mod events;
mod framed;
mod hydrate;
mod invariants;
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
