//! Security headers of all responses except those to calls and socket handshakes.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::csp::ContentSecurityPolicy;
use crate::config::BootError;
use crate::config::Environment;

pub(crate) const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    NOSNIFF,
    // Hides the path and query of a page from other origins.
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    // For browsers that do not support `frame-ancestors` in the content security policy.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    // If a page of another origin opens this app, that page gets no reference to the app's
    // window. A popup that the app opens keeps its reference to the app, because sign-in
    // with another service may need the reference.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    ),
];

/// One year, in seconds. `includeSubDomains` is absent: each subdomain decides for itself.
const HSTS: (HeaderName, HeaderValue) =
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));

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

    /// Adds the headers that are missing. A file of `App::files` keeps its own, stricter policy.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
