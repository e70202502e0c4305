//! Session ids, which identify a browser from one request to the next.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue};

use crate::config::Environment;
use crate::request::cookie::{Cookie, SESSION_COOKIE, values};

/// The id of a browser's session: 128 random bits in the cookie `rally_session`.
///
/// The id is a secret: anyone who knows the id can take over the session. `Display`
/// writes 32 lowercase hexadecimal digits, and `FromStr` parses them. `Debug` hides the
/// digits.
///
/// ```
/// use rally_server::request::SessionId;
///
/// let id: SessionId = "00112233445566778899aabbccddeeff".parse()?;
/// assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
/// assert_eq!(format!("{id:?}"), "SessionId(..)");
/// # Ok::<_, rally_server::request::ParseSessionIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// Creates a new id with the system's random number generator.
    ///
    /// # Panics
    ///
    /// If the system's random number generator fails.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the system must have a random number generator");
        Self(bytes)
    }

    /// Returns the id of the session cookie.
    ///
    /// Returns `None` if there are two cookies with different ids: a site on another
    /// subdomain can set the second cookie, so an attacker may know one of the ids.
    /// Malformed ids and repetitions of the same id are ignored.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut ids = values(headers, SESSION_COOKIE).filter_map(|value| value.parse().ok());
        let id = ids.next()?;
        ids.all(|other| other == id).then_some(id)
    }

    pub(crate) fn to_header(self, environment: Environment) -> HeaderValue {
        Self::header(&Cookie::session(&self.to_string()), environment)
    }

    pub(crate) fn removal(environment: Environment) -> HeaderValue {
        Self::header(&Cookie::session("").max_age(std::time::Duration::ZERO), environment)
    }

    fn header(cookie: &Cookie, environment: Environment) -> HeaderValue {
        cookie.to_header(environment).expect("a session id should be a valid cookie value")
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// The error of parsing a text that is not a [`SessionId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseSessionIdError;

impl fmt::Display for ParseSessionIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a session id must have 32 lowercase hexadecimal digits")
    }
}

impl std::error::Error for ParseSessionIdError {}

impl FromStr for SessionId {
    type Err = ParseSessionIdError;

    /// Upper-case digits are an error, so that each id has only one spelling.
    fn from_str(text: &str) -> Result<Self, ParseSessionIdError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(ParseSessionIdError),
        };
        let mut id = [0; 16];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != id.len() || !rest.is_empty() {
            return Err(ParseSessionIdError);
        }
        for (byte, [high, low]) in id.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    const A: &str = "00112233445566778899aabbccddeeff";
    const B: &str = "ffeeddccbbaa99887766554433221100";

    fn of(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        SessionId::of(&headers).map(|id| id.to_string())
    }

    #[track_caller]
    fn check(cookie: &str, expected: Option<&str>) {
        assert_eq!(of(&[cookie]).as_deref(), expected, "{cookie}");
    }

    #[test]
    fn an_id_is_32_random_lowercase_digits() {
        let (one, two) = (SessionId::random().to_string(), SessionId::random().to_string());
        assert_ne!(one, two);
        assert!(one.len() == 32 && one.bytes().all(|b| b"0123456789abcdef".contains(&b)), "{one}");
        assert_eq!(one.parse::<SessionId>().unwrap().to_string(), one);
    }

    #[test]
    fn debug_hides_the_id() {
        assert!(!format!("{:?}", A.parse::<SessionId>()).contains("00"));
    }

    #[test]
    fn an_id_is_found_among_other_cookies() {
        check(&format!("rally_session={A}"), Some(A));
        check(&format!("a=1;rally_session={A};b"), Some(A));
        check(&format!("a=1;\t rally_session = {A} ; b=2"), Some(A));
        assert_eq!(of(&["a=1", &format!("rally_session={A}")]).as_deref(), Some(A));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_malformed_id_is_ignored() {
        for value in ["", " ", "\t", "=", "x", &A[1..], &format!("{A}0"), &A.to_uppercase()] {
            check(&format!("rally_session={value}"), None);
        }
        for cookie in ["rally_session", "", ";", "=", "rally_session=;"] {
            check(cookie, None);
        }
        check(&format!("rally_session=={A}"), None);
        check(&format!("rally_session=\"{A}\""), None);
        check(&format!("rally_session=%30{}", &A[1..]), None);
    }

    #[test]
    fn a_cookie_with_a_similar_name_is_ignored() {
        for name in ["rally_session2", "xrally_session", "Rally_Session", "rally_sessio", "rally"] {
            check(&format!("{name}={A}"), None);
        }
        check(&format!("x=rally_session={A}"), None);
        check(&format!("rally_session_old={B}; rally_session={A}"), Some(A));
    }

    #[test]
    fn two_different_ids_are_ignored() {
        check(&format!("rally_session={A}; rally_session={B}"), None);
        let two = [format!("rally_session={A}"), format!("rally_session={B}")];
        assert_eq!(of(&two.each_ref().map(|it| &**it)), None);
        check(&format!("rally_session={A}; rally_session={A}"), Some(A));
        check(&format!("rally_session=; rally_session=x; rally_session={A}"), Some(A));
    }

    #[test]
    fn a_header_that_is_not_ascii_does_not_hide_the_session() {
        let mut headers = HeaderMap::new();
        let text = format!("name=\u{e9}; rally_session={A}");
        headers.append(header::COOKIE, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert_eq!(SessionId::of(&headers).map(|id| id.to_string()).as_deref(), Some(A));
    }

    #[test]
    fn the_session_cookie_is_hidden_from_other_sites_and_scripts() {
        let id: SessionId = A.parse().unwrap();
        let expected = format!("rally_session={A}; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(id.to_header(Environment::Development), &*expected);
        let secure = format!("{expected}; Secure");
        assert_eq!(id.to_header(Environment::Production), &*secure);
        assert_eq!(
            SessionId::removal(Environment::Development),
            "rally_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }
}
