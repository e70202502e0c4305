//! The binary: the server, or the client in the browser build.

rally::main!(site::pages, site::start);
