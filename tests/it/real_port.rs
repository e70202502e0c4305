//! Tests that need a real port: the kernel buffers bytes that the client does not read.

mod hostile;
mod rude;
