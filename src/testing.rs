//! Tests of a whole app, without a port and without a browser.
//!
//! [`TestApp`] runs the server's own HTTP and sockets over connections in
//! memory. What a page does by itself is tested faster by
//! [`Simulation`](crate::Simulation).
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
//! // In a test: `#[tokio::test(start_paused = true)]`, and time passes at once.
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // Of an app it is `pages::ALL`.
//! let app = TestApp::new(App::new(()), &[]);
//!
//! // Over HTTP, and on a socket with real frames.
//! assert_eq!(app.call(Add(1, 2)).await, Ok(3));
//! let mut socket = app.socket().await;
//! assert_eq!(socket.call(Add(3, 4)).await, Ok(7));
//!
//! // Cookies are kept as a browser does; a clone is another tab of it.
//! app.set_cookie("theme", "dark");
//! let answer = app.clone().get("/nowhere").await;
//! assert_eq!(answer.status(), 404);
//! # }
//! ```

pub use rally_server::testing::*;
