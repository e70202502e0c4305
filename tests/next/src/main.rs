//! The binary: the server, or in the browser build the client.

rally::main!(fixture::pages, fixture::start);
