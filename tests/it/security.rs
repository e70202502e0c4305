//! Origins that may send requests, and security headers.

mod headers;
mod origin;
