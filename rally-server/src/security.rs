//! Security: which pages may ask, and what a browser may do with a document.

mod csp;
pub(crate) mod headers;
pub(crate) mod origin;

pub use csp::ContentSecurityPolicy;
