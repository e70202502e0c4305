//! Headers that every document and file carries: what a browser may do with it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::csp::ContentSecurityPolicy;
use crate::config::BootError;
use crate::config::Environment;

/// A browser takes a file for what it is said to be.
pub(crate) const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    NOSNIFF,
    // What stands in a path or query is not told to others.
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    // For browsers that do not know `frame-ancestors`; the others heed that.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    // Who opens this app in a window has no hold of it. Windows that the app
    // opens can answer it: signing in with others is done so.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    ),
];

/// A year. Other hosts of the domain decide for themselves.
const HSTS: (HeaderName, HeaderValue) =
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));

/// Made at boot, and copied to each answer.
pub(crate) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    pub(crate) fn new(
        policy: Option<&ContentSecurityPolicy>,
        environment: Environment,
        dev: Option<&str>,
    ) -> Result<Self, BootError> {
        let mut headers = ALWAYS.to_vec();
        if environment.is_production() {
            headers.push(HSTS);
        }
        if let Some(policy) = policy {
            headers.push((header::CONTENT_SECURITY_POLICY, policy.to_header(dev)?));
        }
        Ok(Self(headers))
    }

    /// A file that visitors have uploaded has a stricter policy of its own.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
