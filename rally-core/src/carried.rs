//! State that a document load would lose, in a cookie: the flash message, and messages to the
//! client context.

use std::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, DecodeLimits, Reader, Writer};

/// Name of the cookie over plain http. The response that shows the flash message removes it.
pub const FLASH_COOKIE: &str = "__rally_flash";

/// Name of the cookie over https. Because of the prefix, browsers accept it only from this host:
/// neither another host of the domain nor an attacker on an http connection can set it.
pub const SECURE_FLASH_COOKIE: &str = "__Host-__rally_flash";

/// Maximum size of the flash message and the messages to the client context together, encoded,
/// in bytes. Browsers drop a cookie of more than 4096 bytes, and Base64 adds a third.
pub const MAX_CARRIED: usize = 3000;

/// Time for which a browser keeps the cookie, in seconds. If the document does not load, a later
/// one must not show the message.
pub const CARRIED_SECONDS: u32 = 60;

/// The flash message and the messages that one document passes on to the next.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The flash message.
    pub flash: Option<String>,
    /// Messages to the client context, encoded.
    pub messages: Vec<Vec<u8>>,
}

/// The error of state that is larger than [`MAX_CARRIED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLargeToCarry;

impl fmt::Display for TooLargeToCarry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the flash message and the messages to the client context are lost with this document: \
             they have more than {MAX_CARRIED} bytes"
        )
    }
}

impl std::error::Error for TooLargeToCarry {}

/// Encodes the state as the value of a cookie, or returns the text of an error.
///
/// The effects that leave such state contain this function, so that an app without them does not
/// have its code.
pub type ToCookie = fn(&Carried) -> Result<String, String>;

pub(crate) const TO_COOKIE: ToCookie =
    |carried| carried.to_cookie().map_err(|error| error.to_string());

impl Carried {
    /// Returns `true` if there is nothing to pass on.
    pub fn is_empty(&self) -> bool {
        self.flash.is_none() && self.messages.is_empty()
    }

    /// Encodes the state as the value of a cookie.
    pub fn to_cookie(&self) -> Result<String, TooLargeToCarry> {
        let mut to = Writer::default();
        to.list_len(1 + self.messages.len());
        match &self.flash {
            Some(text) => to.text(text),
            None => to.nil(),
        }
        self.messages.iter().for_each(|message| to.raw(message));
        match to.finish() {
            Ok(bytes) if bytes.len() <= MAX_CARRIED => Ok(base64(&bytes)),
            _ => Err(TooLargeToCarry),
        }
    }

    /// Parses the value of a cookie. Returns `None` if it is malformed: a visitor can change it.
    pub fn from_cookie(value: &str) -> Option<Self> {
        // A third more than `MAX_CARRIED`, rounded up.
        let is_possible = value.len() <= MAX_CARRIED / 3 * 4 + 4;
        let bytes = bytes_of(value).filter(|_| is_possible)?;
        Self::read(&mut Reader::new(&bytes, &DecodeLimits::default())).ok()
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = from.list_len()?.checked_sub(1);
        let count = count.ok_or_else(|| from.error(DecodeErrorKind::WrongType))?;
        let flash = match from.is_nil() {
            true => None,
            false => Some(from.string()?),
        };
        let mut messages = Vec::new();
        for _ in 0..count {
            messages.push(from.any()?.to_vec());
        }
        from.end()?;
        Ok(Self { flash, messages })
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes bytes as Base64 with the characters for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..=chunk.len() {
            text.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize].into());
        }
    }
    text
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| DIGITS.iter().position(|digit| digit == byte);
    let mut bytes = Vec::with_capacity(text.len());
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for index in 0..4 {
            let value = match chunk.get(index) {
                Some(byte) => digit(byte)?,
                None => 0,
            };
            bits = bits << 6 | value as u32;
        }
        // A single digit is malformed: a byte needs two.
        let count = chunk.len().checked_sub(1).filter(|count| *count > 0)?;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=count]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn carried(flash: &str, messages: &[&[u8]]) -> Carried {
        let messages = messages.iter().map(|message| message.to_vec()).collect();
        Carried { flash: Some(flash.to_owned()).filter(|text| !text.is_empty()), messages }
    }

    #[test]
    fn the_cookie_has_only_characters_that_need_no_escape() {
        let value = carried("\"; Path=/, <b>\\é", &[b"\xa1x", b"\xc0"]).to_cookie().unwrap();
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(value.bytes().all(is_safe), "{value}");
    }

    #[test]
    fn what_is_too_large_is_an_error() {
        assert!(carried(&"x".repeat(MAX_CARRIED - 4), &[]).to_cookie().is_ok());
        let large = carried(&"x".repeat(MAX_CARRIED), &[]);
        assert_eq!(large.to_cookie(), Err(TooLargeToCarry));
        let value = carried(&"x".repeat(MAX_CARRIED - 4), &[]).to_cookie().unwrap();
        assert!(value.len() + SECURE_FLASH_COOKIE.len() < 4095);
        assert!(Carried::from_cookie(&value).is_some());
    }

    #[test]
    fn a_malformed_cookie_is_none() {
        for value in ["", "A", "kA", "!!!!", "wA", "gA", "3f____8", &"kMDA".repeat(2000)] {
            assert_eq!(Carried::from_cookie(value), None, "{value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn everything_survives_the_cookie(text in ".{0,40}", count in 0..5_usize) {
            let carried = carried(&text, &vec![&b"\x92\x01\xa1a"[..]; count]);
            prop_assert_eq!(Carried::from_cookie(&carried.to_cookie().unwrap()), Some(carried));
        }

        #[test]
        fn any_text_can_be_parsed(text in "[A-Za-z0-9_=%-]{0,80}") {
            let _ = Carried::from_cookie(&text);
        }
    }
}
