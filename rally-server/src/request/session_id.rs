//! Sessions: which visits belong together.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue};

use crate::config::Environment;
use crate::request::cookie::{Cookie, SESSION_COOKIE, values};

/// Who a browser is, from one visit to the next: 128 random bits in the cookie
/// `rally_session`.
///
/// Whoever knows it is taken for that browser. So it is shown by `Display`, as
/// 32 lowercase hexadecimal digits to store it under, and not by `Debug`, which
/// goes into logs.
///
/// ```
/// use rally_server::request::SessionId;
///
/// let id: SessionId = "00112233445566778899aabbccddeeff".parse()?;
/// assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
/// assert_eq!(format!("{id:?}"), "SessionId(..)");
/// # Ok::<_, rally_server::request::NoSessionId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A new one, from the system's randomness.
    ///
    /// # Panics
    ///
    /// When the system has none, as std's hash maps do.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        Self(bytes)
    }

    /// The id that a request brings.
    ///
    /// Other sites of the same domain can plant a second cookie of the name,
    /// and nobody can tell which of two is the browser's own: then there is
    /// none, rather than one that an attacker knows. What is no id does not
    /// count, and neither does the same id again.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut ids = values(headers, SESSION_COOKIE).filter_map(|value| value.parse().ok());
        let id = ids.next()?;
        ids.all(|other| other == id).then_some(id)
    }

    /// The `Set-Cookie` that hands it out.
    pub(crate) fn to_header(self, environment: Environment) -> HeaderValue {
        Self::header(&Cookie::session(&self.to_string()), environment)
    }

    /// The `Set-Cookie` that takes back whichever it is.
    pub(crate) fn removal(environment: Environment) -> HeaderValue {
        Self::header(&Cookie::session("").max_age(std::time::Duration::ZERO), environment)
    }

    fn header(cookie: &Cookie, environment: Environment) -> HeaderValue {
        cookie.to_header(environment).expect("a name and hexadecimal digits are a cookie")
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

/// A text is no [`SessionId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSessionId;

impl fmt::Display for NoSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a session's id is 32 lowercase hexadecimal digits")
    }
}

impl std::error::Error for NoSessionId {}

impl FromStr for SessionId {
    type Err = NoSessionId;

    /// There is one spelling: else two texts would be one session.
    fn from_str(text: &str) -> Result<Self, NoSessionId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoSessionId),
        };
        let mut id = [0; 16];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != id.len() || !rest.is_empty() {
            return Err(NoSessionId);
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
    fn debug_does_not_show_it() {
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
    fn what_is_no_id_is_none() {
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
    fn similar_names_are_other_cookies() {
        for name in ["rally_session2", "xrally_session", "Rally_Session", "rally_sessio", "rally"] {
            check(&format!("{name}={A}"), None);
        }
        check(&format!("x=rally_session={A}"), None);
        check(&format!("rally_session_old={B}; rally_session={A}"), Some(A));
    }

    #[test]
    fn of_two_different_ids_neither_counts() {
        check(&format!("rally_session={A}; rally_session={B}"), None);
        let two = [format!("rally_session={A}"), format!("rally_session={B}")];
        assert_eq!(of(&two.each_ref().map(|it| &**it)), None);
        check(&format!("rally_session={A}; rally_session={A}"), Some(A));
        check(&format!("rally_session=; rally_session=x; rally_session={A}"), Some(A));
    }

    #[test]
    fn a_header_that_is_not_ascii_hides_no_session() {
        let mut headers = HeaderMap::new();
        let text = format!("name=\u{e9}; rally_session={A}");
        headers.append(header::COOKIE, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert_eq!(SessionId::of(&headers).map(|id| id.to_string()).as_deref(), Some(A));
    }

    #[test]
    fn it_is_handed_out_to_this_site_alone_and_not_to_scripts() {
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
