//! Security headers of every document and file.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::csp::ContentSecurityPolicy;
use crate::config::BootError;
use crate::config::Environment;

pub(crate) const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    NOSNIFF,
    // Other origins do not learn the path and query of a page.
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    // For browsers without `frame-ancestors`; other browsers use that directive.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    // A page of another origin that opens this app gets no reference to its window.
    // Popups of the app keep their opener, as sign-in with another service needs it.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    ),
];

/// One year. Without `includeSubDomains`, as other hosts of the domain decide themselves.
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

    /// Adds only missing headers: files of `App::files` already have a stricter policy.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
