//! The binary: the server, or the client in the browser build.

rally::main!(rows::pages, rows::start);
