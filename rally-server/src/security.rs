//! Browser security: accepted origins, the content security policy and other headers.

mod csp;
pub(crate) mod headers;
pub(crate) mod origin;

pub use csp::ContentSecurityPolicy;
