//! Request info: the session, preferences, credentials and host in a request's headers.
//!
//! For an HTTP request, the headers are kept and parsed when they are needed. For a socket,
//! they are parsed when the socket opens, and then dropped.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use rally_core::carried::Carried;
use rally_core::context::ClientContext;
use rally_core::route::LocalPath;

use super::cookie::{self, Cookie};
use super::preferences::Preferences;
use super::session_id::SessionId;
use super::{document, flash};
use crate::config::Environment;

pub(crate) struct RequestInfo {
    headers: HeaderMap,
    /// Path and query of the requested page. Empty for a call or a socket.
    url: String,
    method: Method,
    sent: OnceLock<Option<SessionId>>,
    created: OnceLock<SessionId>,
    bearer: OnceLock<Option<String>>,
    hostname: OnceLock<String>,
    preferences: OnceLock<Preferences>,
}

impl RequestInfo {
    pub(crate) fn for_page(method: Method, headers: HeaderMap, url: String) -> Self {
        Self {
            headers,
            url,
            method,
            sent: OnceLock::new(),
            created: OnceLock::new(),
            bearer: OnceLock::new(),
            hostname: OnceLock::new(),
            preferences: OnceLock::new(),
        }
    }

    pub(crate) fn for_call(headers: HeaderMap) -> Self {
        Self::for_page(Method::POST, headers, String::new())
    }

    /// Returns the info of a request on this socket, with the preferences and the path that the
    /// browser has now.
    pub(crate) fn with_browser(&self, browser: &ClientContext) -> Self {
        let url: Option<LocalPath> = browser.current_path.parse().ok();
        // The session must stay, even one that the request has not sent.
        self.session();
        Self {
            headers: HeaderMap::new(),
            url: url.map(String::from).unwrap_or_default(),
            method: Method::GET,
            sent: self.sent.clone(),
            created: self.created.clone(),
            bearer: self.bearer.clone(),
            hostname: self.hostname.clone(),
            preferences: OnceLock::from(self.preferences().with_browser(browser)),
        }
    }

    /// Parses the headers now and drops them, because a socket may stay open for a long time.
    pub(crate) fn for_socket(headers: HeaderMap) -> Self {
        let mut info = Self::for_call(headers);
        info.preferences();
        info.sent_session();
        info.bearer();
        info.hostname();
        info.headers = HeaderMap::new();
        info
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the info of the same request, as if the browser had applied these
    /// `Set-Cookie` headers before.
    pub(crate) fn with_cookies(&self, cookies: &[HeaderValue]) -> Self {
        let mut headers = self.headers.clone();
        cookies.iter().for_each(|cookie| cookie::keep(&mut headers, cookie));
        let next = Self::for_page(self.method.clone(), headers, self.url.clone());
        // Keep the preferences: the language must not change while the page is rendered.
        let preferences = OnceLock::from(self.preferences().clone());
        Self { preferences, ..next }
    }

    pub(crate) fn preferences(&self) -> &Preferences {
        self.preferences.get_or_init(|| Preferences::of(&self.headers))
    }

    /// Returns the state that the previous document has passed on, if the visitor sees the document
    /// that answers this request.
    pub(crate) fn carried(&self, environment: Environment) -> Carried {
        match document::is_seen(&self.method, &self.headers) {
            true => flash::carried(&self.headers, environment),
            false => Carried::default(),
        }
    }

    /// Returns the removals of the cookies with this state, if the visitor sees the document.
    pub(crate) fn flash_removals(&self, environment: Environment) -> impl Iterator<Item = Cookie> {
        let is_seen = document::is_seen(&self.method, &self.headers);
        flash::removals(&self.headers, environment).filter(move |_| is_seen)
    }

    pub(crate) fn wants_document(&self) -> bool {
        document::wants_document(&self.headers)
    }

    pub(crate) fn client_context(&self) -> ClientContext {
        self.preferences().client_context(&self.url)
    }

    /// Returns the host of the request, in lower case and without its port.
    pub(crate) fn hostname(&self) -> &str {
        let host = || self.headers.get(header::HOST).map(hostname).unwrap_or_default();
        self.hostname.get_or_init(host)
    }

    pub(crate) fn sent_session(&self) -> Option<SessionId> {
        *self.sent.get_or_init(|| SessionId::of(&self.headers))
    }

    /// Returns the session of the request. Creates a session if the request has sent none.
    pub(crate) fn session(&self) -> SessionId {
        self.sent_session().unwrap_or_else(|| *self.created.get_or_init(SessionId::random))
    }

    pub(crate) fn known_session(&self) -> Option<SessionId> {
        self.sent_session().or_else(|| self.created.get().copied())
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.bearer.get_or_init(|| bearer(&self.headers)).as_deref()
    }

    /// Returns the path and query of the page that has made the call.
    ///
    /// Returns `None` if the header `Referer` is missing, is malformed or names another host.
    pub(crate) fn referer(&self) -> Option<LocalPath> {
        page_of(&self.headers)
    }
}

fn page_of(headers: &HeaderMap) -> Option<LocalPath> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (_, url) = text(header::REFERER)?.split_once("://")?;
    let (host, _) = url.split_once('/')?;
    let is_here = text(header::HOST)?.eq_ignore_ascii_case(host);
    url[host.len()..].parse().ok().filter(|_| is_here)
}

/// Returns the token of the header `Authorization: Bearer`.
///
/// Returns `None` if the header is missing or has another scheme. Returns an empty string
/// if the token is missing or not UTF-8.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(6)?;
    let is_end = token.first().is_none_or(|byte| *byte == b' ');
    (scheme.eq_ignore_ascii_case(b"bearer") && is_end)
        .then(|| std::str::from_utf8(token).unwrap_or_default().trim().to_owned())
}

fn hostname(host: &HeaderValue) -> String {
    let host = host.to_str().unwrap_or_default();
    let name = match host.rsplit_once(':') {
        // If a `]` follows the colon, the colon is part of an IPv6 address in brackets.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &str)| {
            (header::HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.iter().map(header).collect()
    }

    #[track_caller]
    fn check_bearer(value: &str, expected: Option<&str>) {
        let headers = headers(&[("authorization", value)]);
        assert_eq!(bearer(&headers).as_deref(), expected, "{value}");
    }

    #[test]
    fn a_bearer_token_is_parsed() {
        check_bearer("Bearer abc.def", Some("abc.def"));
        check_bearer("bearer  a ", Some("a"));
        check_bearer("Basic Ym9iOjE=", None);
        check_bearer("Bearerabc", None);
        check_bearer("Bear", None);
        check_bearer("", None);
    }

    #[test]
    fn a_missing_or_unreadable_token_is_empty() {
        check_bearer("Bearer", Some(""));
        check_bearer("Bearer ", Some(""));
        let value = header::HeaderValue::from_bytes(b"Bearer \xff").unwrap();
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
        assert_eq!(bearer(&headers).as_deref(), Some(""));
    }

    #[test]
    fn a_hostname_has_no_port() {
        for (host, expected) in [
            ("Shop.example:8080", "shop.example"),
            ("shop.example", "shop.example"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(hostname(&host.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_referer_of_another_host_is_ignored() {
        for (referer, expected) in [
            ("https://a.example/orders/7?tab=b", Some("/orders/7?tab=b")),
            ("https://a.example/", Some("/")),
            ("https://a.example", None),
            ("https://b.example/orders", None),
            ("https://a.example@b.example/orders", None),
            ("https://a.example//b.example", None),
            ("/orders", None),
            ("about:blank", None),
        ] {
            let headers = headers(&[("host", "A.example"), ("referer", referer)]);
            let page = page_of(&headers);
            assert_eq!(page.as_ref().map(LocalPath::as_str), expected, "{referer}");
        }
    }
}
