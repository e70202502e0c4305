//! The visitor: who asks, as the headers of a request tell it. One for each
//! HTTP request or socket.

use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, HeaderValue, header};
use rally_core::context::ClientContext;
use rally_core::route::LocalPath;

use crate::auth::Credentials;
use crate::auth::session_generations::Sessions;
use crate::request::SessionId;

pub(crate) struct Visitor {
    /// Made up when it is asked for and the request brings none.
    session: OnceLock<SessionId>,
    /// Whether the request brings one.
    pub(crate) has_session: bool,
    bearer: Option<String>,
    host: Option<HeaderValue>,
    /// Made of the host when it is asked for: most calls do not.
    hostname: OnceLock<String>,
    pub(crate) client: ClientContext,
    /// Those whose sockets are to hear of a change.
    pub(crate) sessions: Arc<Sessions>,
}

impl Visitor {
    pub(crate) fn of(headers: &HeaderMap, client: ClientContext, sessions: &Arc<Sessions>) -> Self {
        let session = SessionId::of(headers);
        Self {
            session: session.map(OnceLock::from).unwrap_or_default(),
            has_session: session.is_some(),
            bearer: bearer(headers),
            host: headers.get(header::HOST).cloned(),
            hostname: OnceLock::new(),
            client,
            sessions: sessions.clone(),
        }
    }

    /// The host that was asked, in lowercase and without a port.
    pub(crate) fn hostname(&self) -> &str {
        self.hostname.get_or_init(|| self.host.as_ref().map(hostname).unwrap_or_default())
    }

    pub(crate) fn session(&self) -> SessionId {
        *self.session.get_or_init(SessionId::random)
    }

    /// The session, if there is one already.
    pub(crate) fn known_session(&self) -> Option<SessionId> {
        self.session.get().copied()
    }

    /// What says who it is. Whoever sends a token means that one, whatever
    /// cookies go with it.
    pub(crate) fn credentials(&self) -> Credentials {
        match &self.bearer {
            Some(token) => Credentials::Bearer(token.clone()),
            None => Credentials::Session(self.session()),
        }
    }
}

/// The path and query of the page that a call comes from, if it is one of this
/// host.
pub(crate) fn page_of(headers: &HeaderMap) -> Option<LocalPath> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (_, url) = text(header::REFERER)?.split_once("://")?;
    let (host, _) = url.split_once('/')?;
    let is_here = text(header::HOST)?.eq_ignore_ascii_case(host);
    url[host.len()..].parse().ok().filter(|_| is_here)
}

/// The token of `Authorization: Bearer token`. One that cannot be read is
/// nobody's, and not the same as none: `None` is another scheme.
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
        // Not within the brackets of an IPv6 address.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(written: &[(&'static str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &str)| {
            (header::HeaderName::from_static(name), value.parse().unwrap())
        };
        written.iter().map(header).collect()
    }

    #[track_caller]
    fn check_bearer(value: &str, expected: Option<&str>) {
        let headers = headers(&[("authorization", value)]);
        assert_eq!(bearer(&headers).as_deref(), expected, "{value}");
    }

    #[test]
    fn a_bearer_has_a_token() {
        check_bearer("Bearer abc.def", Some("abc.def"));
        check_bearer("bearer  a ", Some("a"));
        check_bearer("Basic Ym9iOjE=", None);
        check_bearer("Bearerabc", None);
        check_bearer("Bear", None);
        check_bearer("", None);
    }

    #[test]
    fn a_token_that_is_none_is_nobodys() {
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
    fn the_page_of_a_call_is_one_of_this_host() {
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
