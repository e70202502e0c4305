//! The binary: the server, or in the browser build the client.

rally::main!(counter::pages, counter::start);
