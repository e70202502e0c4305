//! The binary: the server, or the client in the browser build.

rally::main!(desk::pages, desk::start);
