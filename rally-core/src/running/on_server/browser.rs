//! The replacement for `on_server.rs` in the browser build, which has none of it.

/// A running program on the server. In the browser, it has no methods.
pub trait ServerProgram {}

impl<T: ?Sized> ServerProgram for T {}

/// A running client context on the server. In the browser, it has no methods.
pub trait ServerContext {}

impl<T: ?Sized> ServerContext for T {}
