//! Origins: which pages may ask.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::BootError;

/// How a page's origin and the app's belong together, by the browser.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a page of another origin may send with a call.
const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type");
const METHODS: HeaderValue = HeaderValue::from_static("POST");
/// Two hours: no browser keeps it longer.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
const VARY: HeaderValue = HeaderValue::from_static("origin");

/// The origins other than its own that an app lets in.
pub(crate) struct Origins(Vec<HeaderValue>);

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A page of this app, or no browser.
    Here,
    /// A page of this origin, which the app lets in.
    Listed(HeaderValue),
    /// Another site's page.
    Elsewhere,
}

impl Origins {
    pub(crate) fn new(origins: &[String]) -> Result<Self, BootError> {
        let checked = origins.iter().map(|origin| check(origin));
        Ok(Self(checked.collect::<Result<_, _>>()?))
    }

    /// Browsers send `Origin` with a WebSocket and with every POST, and
    /// `Sec-Fetch-Site` with everything to https or their own machine; a page
    /// can forge neither. A client without both is not a browser, and carries
    /// nobody's cookies.
    pub(crate) fn source(&self, headers: &HeaderMap) -> Source {
        let mut site = headers.get_all(SEC_FETCH_SITE).iter();
        let (site, more) = (site.next().map(HeaderValue::as_bytes), site.next());
        // `none` is the visitor: a bookmark, or the address that was typed.
        let is_near = matches!(site, None | Some(b"same-origin" | b"none")) && more.is_none();
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) if is_near => Source::Here,
            (Some(origin), None) if is_near && is_host(origin, headers) => Source::Here,
            // Behind a proxy that writes another `Host`, the app lists its own
            // origin.
            (Some(origin), None) if self.0.contains(origin) => match site {
                Some(b"same-origin") => Source::Here,
                _ => Source::Listed(origin.clone()),
            },
            _ => Source::Elsewhere,
        }
    }

    /// Tells caches that the answer depends on who asks.
    pub(crate) fn vary(&self, headers: &mut HeaderMap) {
        if !self.0.is_empty() {
            headers.insert(header::VARY, VARY);
        }
    }
}

/// Lets a page of another origin read the answer. Nothing is said of
/// credentials, so a browser sends no cookies: such a page sends a token.
pub(crate) fn let_read(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
}

/// Answers the question that a browser asks before a call of another origin.
pub(crate) fn let_call(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
}

/// Whether an origin is the host that is asked. Its scheme is not compared:
/// behind a proxy the app does not know its own, and `Sec-Fetch-Site` tells.
fn is_host(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Ok(origin), Some(host)) = (origin.to_str(), headers.get(header::HOST)) else {
        return false;
    };
    let host = host.as_bytes();
    let origin = origin.split_once("://").map(|(_, host)| host.as_bytes());
    origin.is_some_and(|origin| !origin.is_empty() && origin.eq_ignore_ascii_case(host))
}

/// An origin as browsers write it, which is what it is compared with.
fn check(text: &str) -> Result<HeaderValue, BootError> {
    let wrong = |what: &str| {
        Err(BootError::new(format_args!(
            "`allow_origin({text:?})`: {what}: write an origin as browsers do, as in \
             `https://shop.example`, `http://localhost:3000` or `tauri://localhost`"
        )))
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return wrong("there is no scheme");
    };
    let is_of_scheme = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    if !scheme.starts_with(|c: char| c.is_ascii_lowercase()) || !scheme.bytes().all(is_of_scheme) {
        return wrong("the scheme is not one, or not in lower case");
    }
    // The brackets of an IPv6 address hold colons of their own.
    let end_of_host = rest.rfind(']').map_or(0, |end| end + 1);
    let colon = rest[end_of_host..].find(':').map(|at| at + end_of_host);
    let (host, port) = match colon {
        Some(colon) => (&rest[..colon], Some(&rest[colon + 1..])),
        None => (rest, None),
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_'))
        }
    };
    if host.is_empty() || !is_host {
        return wrong("behind the scheme is a host in lower case, without path or `*`");
    }
    match port.map(str::parse::<u16>) {
        None => {}
        Some(Err(_)) => return wrong("the port is no number"),
        Some(Ok(port)) => {
            let is_default = matches!((scheme, port), ("http", 80) | ("https", 443));
            if is_default || port.to_string().len() + 1 != rest.len() - host.len() {
                return wrong("browsers leave a scheme's own port out, and zeros before a number");
            }
        }
    }
    match HeaderValue::from_str(text) {
        Ok(origin) => Ok(origin),
        Err(_) => wrong("it is not ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        let listed = ["tauri://localhost", "https://app.example:8443"].map(str::to_owned);
        Origins::new(&listed).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Of a request to `app.example`; a header that is empty is not there.
    fn source(origin: &str, site: &str) -> Source {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("app.example"));
        for (name, value) in [(header::ORIGIN, origin), (SEC_FETCH_SITE, site)] {
            for value in value.split_terminator('|') {
                headers.append(&name, HeaderValue::from_str(value).unwrap());
            }
        }
        origins().source(&headers)
    }

    #[track_caller]
    fn check(origin: &str, site: &str, expected: Source) {
        assert_eq!(source(origin, site), expected, "{origin} {site}");
    }

    fn listed(origin: &'static str) -> Source {
        Source::Listed(HeaderValue::from_static(origin))
    }

    #[test]
    fn a_page_of_this_origin_is_let_in() {
        for site in ["", "same-origin", "none"] {
            check("https://app.example", site, Source::Here);
            check("http://APP.example", site, Source::Here);
            check("", site, Source::Here);
        }
    }

    #[test]
    fn another_origin_is_not_let_in_whatever_else_is_said() {
        for site in ["", "same-origin", "none", "same-site", "cross-site"] {
            for origin in [
                "https://evil.example",
                "https://app.example.evil.example",
                "https://evil.app.example",
                "https://app.example:8080",
                "https://app.example/",
                "https://user@app.example",
                "app.example",
                "null",
                "https://",
                "https://evil.example|https://app.example",
                "https://app.example|https://app.example",
            ] {
                check(origin, site, Source::Elsewhere);
            }
        }
    }

    #[test]
    fn another_site_is_not_let_in_whatever_origin_is_said() {
        for site in ["cross-site", "same-site", "Same-Origin", "x", "same-origin|cross-site"] {
            check("https://app.example", site, Source::Elsewhere);
            check("", site, Source::Elsewhere);
        }
    }

    #[test]
    fn a_listed_origin_is_let_in_as_it_is_written() {
        for site in ["", "cross-site", "same-site"] {
            check("tauri://localhost", site, listed("tauri://localhost"));
            check("https://app.example:8443", site, listed("https://app.example:8443"));
            for other in ["tauri://localhost.evil.example", "TAURI://localhost", "http://localhost"]
            {
                check(other, site, Source::Elsewhere);
            }
        }
    }

    #[test]
    fn behind_a_proxy_an_app_lists_its_own_origin() {
        check("https://app.example:8443", "same-origin", Source::Here);
    }

    #[test]
    fn without_a_host_no_origin_is_this_one() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://"));
        assert_eq!(origins().source(&headers), Source::Elsewhere);
        headers.insert(header::HOST, HeaderValue::from_static(""));
        assert_eq!(origins().source(&headers), Source::Elsewhere);
    }

    #[test]
    fn what_browsers_write_can_be_listed() {
        for origin in [
            "tauri://localhost",
            "http://tauri.localhost",
            "https://shop.example",
            "http://localhost:3000",
            "http://[::1]:3000",
            "http://[::1]",
            "capacitor://localhost",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert!(super::check(origin).is_ok(), "{origin}");
        }
    }

    #[test]
    fn what_no_browser_writes_is_told_at_boot() {
        for (origin, what) in [
            ("", "no scheme"),
            ("*", "no scheme"),
            ("null", "no scheme"),
            ("shop.example", "no scheme"),
            ("://shop.example", "the scheme is not one"),
            ("HTTPS://shop.example", "lower case"),
            ("https://", "a host"),
            ("https://Shop.example", "lower case"),
            ("https://shop.example/", "without path"),
            ("https://*.example", "`*`"),
            ("https://user@shop.example", "a host"),
            ("https://sh\u{f6}p.example", "a host"),
            ("https://shop.example:", "no number"),
            ("https://shop.example:x", "no number"),
            ("https://shop.example:99999", "no number"),
            ("https://shop.example:443", "leave a scheme's own port out"),
            ("http://shop.example:80", "leave a scheme's own port out"),
            ("http://shop.example:0081", "zeros"),
            ("http://[::1", "a host"),
            ("http://[x]", "a host"),
            ("https://a\r\nb", "a host"),
        ] {
            let error = super::check(origin).unwrap_err().to_string();
            assert!(error.contains(what) && error.contains("tauri://localhost"), "{error}");
        }
    }
}
