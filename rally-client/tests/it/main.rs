//! The client runtime without a browser: a clock moved by hand, a server that
//! is the test, and Dioxus rendering to nowhere.

mod calls;
mod clock;
mod connection;
mod effects;
mod events;
mod floors;
mod framed;
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
mod session;
mod shown;
mod take_over;
mod turned_away;
mod world;
