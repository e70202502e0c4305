//! Tests of a whole app, without a port and without a browser.
//!
//! [`TestApp`] runs the server's HTTP and sockets over connections in memory.
//! To test a single page, [`Simulation`](crate::Simulation) is faster.
//!
//! ```
//! use rally::prelude::*;
//! use rally::testing::TestApp;
//!
//! #[derive(Wire)]
//! struct Add(i32, i32);
//!
//! #[server(public)]
//! async fn add(msg: Add, _: &Cx) -> Result<i32> {
//!     Ok(msg.0 + msg.1)
//! }
//!
//! // In a test, write `#[tokio::test(start_paused = true)]`: timers then take no real time.
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // An app passes `pages::ALL`.
//! let app = TestApp::new(App::new(()), &[]);
//!
//! // A call over HTTP, and a call on a socket.
//! assert_eq!(app.call(Add(1, 2)).await, Ok(3));
//! let mut socket = app.socket().await;
//! assert_eq!(socket.call(Add(3, 4)).await, Ok(7));
//!
//! // `TestApp` keeps cookies, like a browser. A clone is another tab.
//! app.set_cookie("theme", "dark");
//! let response = app.clone().get("/nowhere").await;
//! assert_eq!(response.status(), 404);
//! # }
//! ```

pub use rally_server::testing::*;
