//! Origin checks: the pages from which the app accepts requests.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::BootError;

/// The header in which browsers say if the requesting page has the app's origin or site.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Headers that an allowed page of another origin may send with a call.
const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type");
const METHODS: HeaderValue = HeaderValue::from_static("POST");
/// Two hours, in seconds: the longest time that Chromium caches a preflight response.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
const VARY: HeaderValue = HeaderValue::from_static("origin");

pub(crate) struct Origins(Vec<HeaderValue>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A page of this app, or a client that is not a browser.
    Own,
    Allowed(HeaderValue),
    Foreign,
}

impl Origins {
    pub(crate) fn new(origins: &[String]) -> Result<Self, BootError> {
        let checked = origins.iter().map(|origin| check(origin));
        Ok(Self(checked.collect::<Result<_, _>>()?))
    }

    /// Returns the source of a POST request, a preflight or a WebSocket handshake.
    ///
    /// With such a request browsers send `Origin`. If the app's URL is https or localhost,
    /// current browsers also send `Sec-Fetch-Site`. A page can forge neither header. A client
    /// that sends neither header is not a browser, so it does not send a visitor's cookies.
    pub(crate) fn source(&self, headers: &HeaderMap) -> Source {
        let mut site = headers.get_all(SEC_FETCH_SITE).iter();
        let (site, more) = (site.next().map(HeaderValue::as_bytes), site.next());
        // `none` means that no page made the request: the visitor typed an address, for example.
        let is_near = matches!(site, None | Some(b"same-origin" | b"none")) && more.is_none();
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) if is_near => Source::Own,
            (Some(origin), None) if is_near && is_host(origin, headers) => Source::Own,
            // If a proxy changes `Host`, the app must list its own origin with `allow_origin`.
            // `Sec-Fetch-Site` then distinguishes the app's own pages from other origins.
            (Some(origin), None) if self.0.contains(origin) => match site {
                Some(b"same-origin") => Source::Own,
                _ => Source::Allowed(origin.clone()),
            },
            _ => Source::Foreign,
        }
    }

    pub(crate) fn vary(&self, headers: &mut HeaderMap) {
        if !self.0.is_empty() {
            headers.insert(header::VARY, VARY);
        }
    }
}

/// Lets a page of another origin read the response. `Access-Control-Allow-Credentials` is
/// absent, because such a page authenticates with a token and not with cookies.
pub(crate) fn allow_read(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
}

/// Adds the headers of a preflight response, which allow a call of another origin.
pub(crate) fn allow_call(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
}

/// Returns `true` if the origin has the same host and port as `Host`. The schemes are not
/// compared: behind a proxy the app does not know whether its own scheme is http or https.
/// `Sec-Fetch-Site` reveals a page with another scheme.
fn is_host(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Ok(origin), Some(host)) = (origin.to_str(), headers.get(header::HOST)) else {
        return false;
    };
    let host = host.as_bytes();
    let origin = origin.split_once("://").map(|(_, host)| host.as_bytes());
    origin.is_some_and(|origin| !origin.is_empty() && origin.eq_ignore_ascii_case(host))
}

fn check(text: &str) -> Result<HeaderValue, BootError> {
    let invalid = |reason: &str| {
        Err(BootError::new(format_args!(
            "`allow_origin({text:?})`: {reason}; write the origin as browsers send it, as in \
             `https://shop.example`, `http://localhost:3000` or `tauri://localhost`"
        )))
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return invalid("the scheme is missing");
    };
    let is_of_scheme = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    if !scheme.starts_with(|c: char| c.is_ascii_lowercase()) || !scheme.bytes().all(is_of_scheme) {
        return invalid("the scheme is invalid or not in lower case");
    }
    // Skips the colons of an IPv6 address, which is in brackets.
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
        return invalid("the scheme must be followed by a host in lower case, without path or `*`");
    }
    match port.map(str::parse::<u16>) {
        None => {}
        Some(Err(_)) => return invalid("the port is not a valid number"),
        Some(Ok(port)) => {
            let is_default = matches!((scheme, port), ("http", 80) | ("https", 443));
            if is_default || port.to_string().len() + 1 != rest.len() - host.len() {
                return invalid(
                    "browsers omit the default port of a scheme and the leading zeros of a port",
                );
            }
        }
    }
    match HeaderValue::from_str(text) {
        Ok(origin) => Ok(origin),
        Err(_) => invalid("the origin is not ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        let allowed = ["tauri://localhost", "https://app.example:8443"].map(str::to_owned);
        Origins::new(&allowed).unwrap_or_else(|error| panic!("{error}"))
    }

    /// An empty `origin` or `site` omits the header. `|` separates the values of a repeated header.
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

    fn allowed(origin: &'static str) -> Source {
        Source::Allowed(HeaderValue::from_static(origin))
    }

    #[test]
    fn a_page_of_the_own_origin_is_accepted() {
        for site in ["", "same-origin", "none"] {
            check("https://app.example", site, Source::Own);
            check("http://APP.example", site, Source::Own);
            check("", site, Source::Own);
        }
    }

    #[test]
    fn another_origin_is_refused_for_every_fetch_site() {
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
                check(origin, site, Source::Foreign);
            }
        }
    }

    #[test]
    fn another_fetch_site_is_refused_for_the_own_origin() {
        for site in ["cross-site", "same-site", "Same-Origin", "x", "same-origin|cross-site"] {
            check("https://app.example", site, Source::Foreign);
            check("", site, Source::Foreign);
        }
    }

    #[test]
    fn an_allowed_origin_must_match_exactly() {
        for site in ["", "cross-site", "same-site"] {
            check("tauri://localhost", site, allowed("tauri://localhost"));
            check("https://app.example:8443", site, allowed("https://app.example:8443"));
            for other in ["tauri://localhost.evil.example", "TAURI://localhost", "http://localhost"]
            {
                check(other, site, Source::Foreign);
            }
        }
    }

    #[test]
    fn behind_a_proxy_an_app_allows_its_own_origin() {
        check("https://app.example:8443", "same-origin", Source::Own);
    }

    #[test]
    fn without_a_host_every_origin_is_foreign() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://"));
        assert_eq!(origins().source(&headers), Source::Foreign);
        headers.insert(header::HOST, HeaderValue::from_static(""));
        assert_eq!(origins().source(&headers), Source::Foreign);
    }

    #[test]
    fn origins_of_browsers_can_be_allowed() {
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
    fn an_origin_that_no_browser_sends_fails_at_boot() {
        for (origin, reason) in [
            ("", "scheme is missing"),
            ("*", "scheme is missing"),
            ("null", "scheme is missing"),
            ("shop.example", "scheme is missing"),
            ("://shop.example", "the scheme is invalid"),
            ("HTTPS://shop.example", "lower case"),
            ("https://", "a host"),
            ("https://Shop.example", "lower case"),
            ("https://shop.example/", "without path"),
            ("https://*.example", "`*`"),
            ("https://user@shop.example", "a host"),
            ("https://sh\u{f6}p.example", "a host"),
            ("https://shop.example:", "not a valid number"),
            ("https://shop.example:x", "not a valid number"),
            ("https://shop.example:99999", "not a valid number"),
            ("https://shop.example:443", "default port"),
            ("http://shop.example:80", "default port"),
            ("http://shop.example:0081", "zeros"),
            ("http://[::1", "a host"),
            ("http://[x]", "a host"),
            ("https://a\r\nb", "a host"),
        ] {
            let error = super::check(origin).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("tauri://localhost"), "{error}");
        }
    }
}
