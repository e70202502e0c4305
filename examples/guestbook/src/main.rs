//! The binary: the server, or in the browser build the client.

rally::main!(guestbook::pages, guestbook::start);
