//! Cookies, set by a response and read from a request.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::config::Environment;

pub(crate) const SESSION_COOKIE: &str = "rally_session";

/// ASCII characters that are percent-encoded in a value: `%`, and the characters that RFC
/// 6265 does not allow. So a value cannot add an attribute or a header.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// Maximum length of `name=value`, with the value encoded, in bytes.
///
/// Browsers have about the same limit, and silently drop longer cookies.
const MAX_LEN: usize = 4096;

/// A cookie that a response sets.
///
/// By default a cookie
///
/// - is sent to every URL of the app (`Path=/`),
/// - is sent with requests from pages of the same site, and when the visitor follows a
///   link from another site (`SameSite=Lax`),
/// - is hidden from scripts (`HttpOnly`),
/// - is removed when the browser's session ends, and
/// - in production is sent over https only (`Secure`).
///
/// The value may contain any characters. It is percent-encoded: Rally decodes it on the
/// server, and a script can decode it with `decodeURIComponent`.
///
/// ```
/// use std::time::Duration;
///
/// use rally_server::request::Cookie;
///
/// const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
///
/// let cookie = Cookie::new("theme", "dark").max_age(YEAR).script_readable();
/// # drop(cookie);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a cookie is set by `cx.set_cookie`"]
pub struct Cookie {
    name: Cow<'static, str>,
    value: String,
    path: Cow<'static, str>,
    max_age: Option<Duration>,
    same_site: SameSite,
    script_readable: bool,
    is_session: bool,
}

/// The requests with which a browser sends a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Requests from pages of the same site, and requests for links from other sites.
    Lax,
    /// Only requests from pages of the same site.
    Strict,
    /// All requests, also from pages of other sites. Such a cookie is always `Secure`,
    /// because browsers require it.
    None,
}

impl Cookie {
    /// Creates a cookie with the defaults described at [`Cookie`].
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            path: "/".into(),
            max_age: None,
            same_site: SameSite::Lax,
            script_readable: false,
            is_session: false,
        }
    }

    /// Creates a cookie that removes the cookie with this name.
    ///
    /// If that cookie was set with another path than `/`, set the same
    /// [`path`](Self::path) here.
    pub fn removal(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name, "").max_age(Duration::ZERO)
    }

    pub(crate) fn session(id: &str) -> Self {
        Self { is_session: true, ..Self::new(SESSION_COOKIE, id) }
    }

    /// Sets how long the browser keeps the cookie. Fractions of a second are ignored.
    ///
    /// Browsers may keep a cookie for 400 days at most. A time below one second removes
    /// the cookie.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Limits the cookie to URLs with this path, and to URLs below this path.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// Lets scripts read the cookie: it is set without `HttpOnly`.
    ///
    /// Do not store a secret in such a cookie.
    pub fn script_readable(mut self) -> Self {
        self.script_readable = true;
        self
    }

    /// Sets the requests with which a browser sends the cookie.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    pub(crate) fn to_header(&self, environment: Environment) -> Result<HeaderValue, CookieError> {
        let Self { name, path, .. } = self;
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Err(CookieError::Name(name.clone().into_owned()));
        }
        // Ignores case: a cookie `Rally_Session` could be mistaken for the session cookie.
        if name.eq_ignore_ascii_case(SESSION_COOKIE) && !self.is_session {
            return Err(CookieError::Session);
        }
        if !path.starts_with('/')
            || !path.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
        {
            return Err(CookieError::Path(path.clone().into_owned()));
        }
        let value = utf8_percent_encode(&self.value, ESCAPED);
        let mut text = format!("{name}={value}");
        if text.len() > MAX_LEN {
            return Err(CookieError::TooLarge(name.clone().into_owned()));
        }
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::Strict => "Strict",
            SameSite::None => "None",
        };
        let http_only = if self.script_readable { "" } else { "; HttpOnly" };
        let _ = write!(text, "; Path={path}{http_only}; SameSite={same_site}");
        if let Some(age) = self.max_age {
            let _ = write!(text, "; Max-Age={}", age.as_secs());
        }
        // Browsers require `Secure` for `SameSite=None` and for these prefixes of a name, in
        // development too.
        let lower = name.to_ascii_lowercase();
        let is_required = self.same_site == SameSite::None
            || lower.starts_with("__secure-")
            || lower.starts_with("__host-");
        if is_required || environment == Environment::Production {
            text.push_str("; Secure");
        }
        HeaderValue::from_str(&text).map_err(|_| CookieError::Path(path.clone().into_owned()))
    }
}

/// Hides the value from logs, since the value may be a secret.
impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The reason why a cookie was not set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieError {
    /// The name is empty, or is not a token as defined by RFC 9110.
    Name(String),
    /// The path does not begin with `/`, or has a `;` or a character that is not printable ASCII.
    Path(String),
    /// `name=value`, with the value encoded, is longer than 4096 bytes. Contains the name.
    TooLarge(String),
    /// The name is `rally_session`, in upper or lower case. It is reserved for Rally.
    Session,
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => {
                write!(f, "invalid name {name:?} of a cookie: use letters, digits, `-` and `_`")
            }
            Self::Path(path) => write!(
                f,
                "invalid path {path:?} of a cookie: begin the path with `/`, and use printable \
                 ASCII characters without `;`"
            ),
            Self::TooLarge(name) => write!(
                f,
                "the cookie `{name}` is longer than {MAX_LEN} bytes, so browsers would drop it: \
                 store the data on the server, and only a key of the data in the cookie"
            ),
            Self::Session => write!(
                f,
                "the cookie name `{}` is reserved for Rally: use another name, or call \
                 `cx.sign_in()` or `cx.sign_out()` to change the session",
                SESSION_COOKIE
            ),
        }
    }
}

impl std::error::Error for CookieError {}

/// Returns the decoded value of a cookie. If several cookies have this name, the first
/// one is used: browsers send the cookie with the longest path first.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = values(headers, name).next()?;
    // If the value does not decode to UTF-8, Rally has not set it: return it undecoded.
    let decoded = percent_decode_str(value).decode_utf8();
    Some(decoded.map_or_else(|_| value.to_owned(), Cow::into_owned))
}

/// Returns the values of all cookies with this name, trimmed and not decoded.
///
/// Cookies that are not UTF-8 are skipped, so that the other cookies are still found.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let headers = headers.get_all(header::COOKIE).into_iter();
    let fields = headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    fields.filter_map(move |field| {
        let field = std::str::from_utf8(field).ok()?;
        let (found, value) = field.split_once('=')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// Applies a `Set-Cookie` header to the cookies of a request. Of the attributes, only
/// `Max-Age=0` has an effect.
pub(crate) fn keep(headers: &mut HeaderMap, set: &HeaderValue) {
    let set = set.to_str().unwrap_or_default();
    let pair = set.split(';').next().unwrap_or_default();
    let name = pair.split('=').next().unwrap_or_default();
    let is_removed = set.split(';').any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
    let mut cookies = Vec::new();
    for field in headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|it| it.as_bytes().split(|byte| *byte == b';'))
    {
        let field = field.trim_ascii();
        let known = field.split(|byte| *byte == b'=').next().unwrap_or_default();
        if known.trim_ascii() != name.as_bytes() {
            cookies.push(field);
        }
    }
    if !is_removed {
        cookies.push(pair.as_bytes());
    }
    if let Ok(cookies) = HeaderValue::from_bytes(&cookies.join(&b"; "[..])) {
        headers.insert(header::COOKIE, cookies);
    }
}

/// Returns `true` for the characters of a token, as defined by RFC 9110.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cookie: &Cookie) -> String {
        let header = cookie.to_header(Environment::Development).unwrap();
        header.to_str().unwrap().to_owned()
    }

    #[track_caller]
    fn refused(cookie: &Cookie) -> String {
        cookie.to_header(Environment::Development).unwrap_err().to_string()
    }

    #[test]
    fn a_cookie_that_is_set_is_part_of_the_next_request() {
        let mut headers = HeaderMap::new();
        let mut check = |set: &'static str, expected: &str| {
            keep(&mut headers, &HeaderValue::from_static(set));
            assert_eq!(headers.get(header::COOKIE).unwrap(), expected);
            assert_eq!(headers.get_all(header::COOKIE).iter().count(), 1);
        };
        check("a=1; Path=/; HttpOnly", "a=1");
        check("b=x=y", "a=1; b=x=y");
        check("a=2; Max-Age=60", "b=x=y; a=2");
        check("b=; Path=/; Max-Age=0", "a=2");
        headers.insert(header::COOKIE, HeaderValue::from_static("a =3; a2=4"));
        keep(&mut headers, &HeaderValue::from_static("a=5"));
        assert_eq!(headers.get(header::COOKIE).unwrap(), "a2=4; a=5");
    }

    #[test]
    fn a_cookie_is_restricted_by_default() {
        let cookie = Cookie::new("theme", "dark");
        assert_eq!(written(&cookie), "theme=dark; Path=/; HttpOnly; SameSite=Lax");
        let cookie = cookie.script_readable().same_site(SameSite::Strict).path("/shop");
        assert_eq!(written(&cookie), "theme=dark; Path=/shop; SameSite=Strict");
        let cookie = cookie.max_age(Duration::from_millis(61_900));
        assert_eq!(written(&cookie), "theme=dark; Path=/shop; SameSite=Strict; Max-Age=61");
        let removal = "theme=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
        assert_eq!(written(&Cookie::removal("theme")), removal);
    }

    #[test]
    fn in_production_a_cookie_is_secure() {
        let header = Cookie::new("a", "b").to_header(Environment::Production).unwrap();
        assert_eq!(header, "a=b; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_cookie_that_must_be_secure_always_is() {
        let foreign = Cookie::new("a", "b").same_site(SameSite::None);
        assert_eq!(written(&foreign), "a=b; Path=/; HttpOnly; SameSite=None; Secure");
        assert!(written(&Cookie::new("__Host-a", "b")).ends_with("; Secure"));
        assert!(written(&Cookie::new("__secure-a", "b")).ends_with("; Secure"));
    }

    #[test]
    fn a_value_cannot_add_a_header_or_an_attribute() {
        for value in
            ["a\r\nset-cookie: b=c", "a; Domain=evil", "\0\u{7f}", "a,b\"c\\d", "\u{e9} %41"]
        {
            let written = written(&Cookie::new("a", value));
            let (encoded, rest) = written.split_once(';').unwrap();
            assert_eq!(rest, " Path=/; HttpOnly; SameSite=Lax", "{written}");
            assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()), "{written}");
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(encoded).unwrap());
            assert_eq!(read(&headers, "a").as_deref(), Some(value));
        }
    }

    #[test]
    fn a_name_or_path_cannot_add_a_header_or_an_attribute() {
        for name in ["", "a b", "a=b", "a;b", "a\r\nb", "a\0", "\u{e9}", "a\t", "a,b", "\"a\""] {
            let error = refused(&Cookie::new(name, ""));
            assert!(error.contains("invalid name"), "{error}");
            assert!(!error.contains(['\r', '\n']), "{error}");
        }
        for path in ["", "a", "/a;Domain=b", "/\r\nb", "/\u{e9}", "/\0"] {
            assert!(refused(&Cookie::new("a", "").path(path)).contains("invalid path"));
        }
    }

    #[test]
    fn a_handler_cannot_set_the_session_cookie() {
        assert!(refused(&Cookie::new("rally_session", "x")).contains("cx.sign_in()"));
        assert!(refused(&Cookie::removal("Rally_Session")).contains("cx.sign_out()"));
    }

    #[test]
    fn a_cookie_that_a_browser_would_drop_is_refused() {
        assert!(Cookie::new("a", "x".repeat(4094)).to_header(Environment::Development).is_ok());
        assert!(refused(&Cookie::new("a", "x".repeat(4095))).contains("4096"));
        assert!(refused(&Cookie::new("a", ";".repeat(1400))).contains("4096"));
    }

    #[test]
    fn debug_hides_the_value() {
        assert!(!format!("{:?}", Cookie::new("a", "hidden")).contains("hidden"));
    }

    #[test]
    fn cookies_are_read_by_their_exact_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("ab=1; a=2%20x; a=3; c; =4"));
        headers.append(header::COOKIE, HeaderValue::from_static("d=5=6; e=%ff"));
        let read = |name| read(&headers, name);
        assert_eq!(read("a").as_deref(), Some("2 x"));
        assert_eq!(read("d").as_deref(), Some("5=6"));
        assert_eq!(read("e").as_deref(), Some("%ff"));
        assert_eq!(read("c"), None);
        assert_eq!(read("A"), None);
    }
}
