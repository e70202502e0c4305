//! The binary: the server, or in the browser build the client.

rally::main!(site::pages, site::start);
