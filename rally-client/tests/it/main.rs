//! The client runtime without a browser: a clock moved by hand, a server that
//! is the test, and Dioxus rendering to nowhere.

mod calls;
mod clock;
mod connection;
mod effects;
mod events;
mod framed;
mod invariants;
mod layouts;
mod leaving;
mod navigation;
mod outcomes;
mod outdated;
mod pages;
mod platform;
mod preferences;
mod take_over;
mod world;
