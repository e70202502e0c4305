//! The browser as the runtime's platform. In this crate, only this module calls the browser.
//!
//! It calls scripts beside it, with plain arguments. Each function of `web_sys` would add an import,
//! a conversion and a JavaScript function. `signals` receives all events of the browser.

mod connection;
mod document;
mod elements;
mod ended;
mod events;
mod executor;
mod fetch;
mod forms;
mod head;
mod history;
mod mount;
mod notices;
mod requests;
mod signals;
mod storage;
mod timer;
mod view;

pub use mount::mount;

struct Browser;
