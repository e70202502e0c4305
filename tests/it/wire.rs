//! `derive(Wire)`: bytes, with rmp-serde as the reference; fingerprints;
//! secrets.

mod doc;
mod fingerprints;
mod foreign;
mod memory;
mod oracle;
mod secrets;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::num::NonZero;
use std::time::Duration;

use rally::Wire;
use rally_core::codec::{DecodeErrorKind, decode, encode};
use rally_core::wire::is_lossless;

#[derive(Debug, PartialEq, Wire)]
struct Unit;

#[derive(Debug, PartialEq, Wire)]
struct Wrapped(i64);

#[derive(Debug, PartialEq, Wire)]
struct Pair(u8, bool);

#[derive(Debug, PartialEq, Wire)]
#[serde(transparent)]
struct Transparent {
    only: Option<i64>,
    #[serde(skip)]
    count: u32,
}

#[derive(Debug, PartialEq, Wire)]
struct Comment {
    text: String,
    replies: Vec<Comment>,
}

#[derive(Debug, PartialEq, Wire)]
enum Change<T> {
    Added(T),
    Moved { from: u32, to: u32 },
    Swapped(T, Box<Change<T>>),
    Emptied(),
    r#Cleared,
}

#[derive(Debug, PartialEq, Wire)]
#[serde(rename_all = "snake_case")]
enum Named {
    TwoWords,
    #[serde(rename = "3")]
    Three(u8),
}

#[derive(Debug, PartialEq, Wire)]
struct Skipped {
    first: u8,
    #[serde(skip)]
    cached: Option<String>,
    #[serde(skip, default = "seven")]
    lucky: u8,
    last: u8,
}

fn seven() -> u8 {
    7
}

#[derive(Debug, PartialEq, Wire)]
#[serde(default = "Defaulted::usual")]
struct Defaulted {
    first: u8,
    #[serde(skip)]
    second: u8,
}

impl Defaulted {
    fn usual() -> Self {
        Self { first: 1, second: 2 }
    }
}

/// An address, which contains an `@`.
#[derive(Debug, Clone, PartialEq, Wire)]
#[serde(try_from = "String", into = "String")]
struct Email(String);

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl TryFrom<String> for Email {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('@') { Ok(Self(text)) } else { Err(format!("{text} is no address")) }
    }
}

#[track_caller]
fn check<T: Wire + PartialEq + Debug>(value: &T, bytes: &[u8]) {
    assert_eq!(encode(value).unwrap(), bytes);
    assert_eq!(&decode::<T>(bytes).unwrap(), value);
}

#[track_caller]
fn refused<T: Wire + Debug>(bytes: &[u8], kind: DecodeErrorKind) {
    assert_eq!(decode::<T>(bytes).unwrap_err().kind(), kind);
}

#[test]
fn every_kind_of_type_has_its_documented_bytes() {
    check(&Unit, b"\x90");
    check(&Wrapped(-1), b"\xff");
    check(&Pair(1, true), b"\x92\x01\xc3");
    check(&Transparent { only: None, count: 0 }, b"\xc0");
    check(&Comment { text: "a".to_owned(), replies: vec![] }, b"\x92\xa1a\x90");
    check(&Change::<u8>::Cleared, b"\xa7Cleared");
    check(&Change::<u8>::Emptied(), b"\x81\xa7Emptied\x90");
    check(&Change::Added(7_u8), b"\x81\xa5Added\x07");
    check(&Change::<u8>::Moved { from: 1, to: 2 }, b"\x81\xa5Moved\x92\x01\x02");
    check(&Named::TwoWords, b"\xa9two_words");
    check(&Named::Three(3), b"\x81\xa13\x03");
    check(&Skipped { first: 1, cached: None, lucky: 7, last: 2 }, b"\x92\x01\x02");
    check(&Defaulted { first: 9, second: 2 }, b"\x91\x09");
    check(&Email("a@b".to_owned()), b"\xa3a@b");
    check(&(), b"\xc0");
    check(&'é', b"\xa2\xc3\xa9");
    check(&vec![1_u8, 2], b"\xc4\x02\x01\x02");
    check(&[1_u8, 2], b"\xc4\x02\x01\x02");
    check(&[1_u16, 2], b"\x92\x01\x02");
    check(&Duration::from_millis(1500), b"\x92\x01\xce\x1d\xcd\x65\x00");
    check(&NonZero::new(5_u32).unwrap(), b"\x05");
    check(&BTreeMap::from([(2, "b".to_owned()), (1, "a".to_owned())]), b"\x82\x01\xa1a\x02\xa1b");
}

#[test]
fn unordered_collections_are_written_in_order() {
    let map: HashMap<u32, bool> = (0..300).map(|key| (key, key % 2 == 0)).collect();
    let again: HashMap<u32, bool> = map.clone().into_iter().collect();
    assert_eq!(encode(&map), encode(&again));
    assert_eq!(decode::<HashMap<u32, bool>>(&encode(&map).unwrap()).unwrap(), map);
    check(&HashSet::from([300_u32]), b"\x91\xcd\x01\x2c");
}

#[test]
fn floats_keep_their_bits() {
    for value in [0.0, -0.0, 2.0, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE] {
        let read: f64 = decode(&encode(&value).unwrap()).unwrap();
        assert_eq!(read.to_bits(), value.to_bits());
    }
    refused::<f64>(b"\x02", DecodeErrorKind::WrongType);
    refused::<i64>(b"\xcb\x40\x00\x00\x00\x00\x00\x00\x00", DecodeErrorKind::WrongType);
}

#[test]
fn a_number_may_be_encoded_longer_than_necessary_and_must_fit() {
    for bytes in [&b"\x05"[..], b"\xcc\x05", b"\xd0\x05", b"\xcf\0\0\0\0\0\0\0\x05"] {
        assert_eq!(decode::<u8>(bytes), Ok(5));
        assert_eq!(decode::<i64>(bytes), Ok(5));
    }
    refused::<u8>(b"\xcd\x01\x00", DecodeErrorKind::OutOfRange);
    refused::<u64>(b"\xff", DecodeErrorKind::OutOfRange);
    refused::<i64>(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", DecodeErrorKind::OutOfRange);
    refused::<NonZero<u8>>(b"\x00", DecodeErrorKind::OutOfRange);
    refused::<Duration>(b"\x92\x01\xce\x3b\x9a\xca\x00", DecodeErrorKind::OutOfRange);
}

#[test]
fn a_value_of_another_type_is_refused() {
    refused::<Pair>(b"\x91\x01", DecodeErrorKind::WrongType);
    refused::<Pair>(b"\x93\x01\xc3\xc3", DecodeErrorKind::WrongType);
    refused::<Pair>(b"\x82\x00\x01\x01\xc3", DecodeErrorKind::WrongType);
    refused::<Change<u8>>(b"\xa4Gone", DecodeErrorKind::UnknownVariant);
    // A variant with content and one without are distinct.
    refused::<Change<u8>>(b"\xa5Added", DecodeErrorKind::UnknownVariant);
    refused::<Change<u8>>(b"\x81\xa7Cleared\xc0", DecodeErrorKind::UnknownVariant);
    refused::<Change<u8>>(b"\x82\xa5Added\x01\xa5Added\x01", DecodeErrorKind::WrongType);
    refused::<[u8; 2]>(b"\xc4\x01\x01", DecodeErrorKind::WrongType);
    refused::<char>(b"\xa2ab", DecodeErrorKind::WrongType);
    refused::<char>(b"\xa0", DecodeErrorKind::WrongType);
    refused::<String>(b"\xa1\xff", DecodeErrorKind::InvalidUtf8);
    refused::<String>(b"\xc4\x01a", DecodeErrorKind::WrongType);
    refused::<Vec<u8>>(b"\x91\x01", DecodeErrorKind::WrongType);
    refused::<Option<u8>>(b"\xc1", DecodeErrorKind::WrongType);
    refused::<BTreeMap<u8, u8>>(b"\x82\x01\x01\x01\x02", DecodeErrorKind::DuplicateKey);
    refused::<HashSet<u8>>(b"\x92\x01\x01", DecodeErrorKind::DuplicateKey);
    refused::<rally::Never>(b"\xa1a", DecodeErrorKind::UnknownVariant);
}

#[test]
fn a_value_that_try_from_refuses_is_refused() {
    let error = decode::<Email>(b"\xa3abc").unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Invalid);
    let expected =
        "cannot decode the value: the value is invalid for its type (abc is no address), at byte 4";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn can_be_nil_is_set_for_types_that_can_be_nil() {
    let boxed = Box::<Option<u8>>::CAN_BE_NIL;
    let nil = [<()>::CAN_BE_NIL, Option::<u8>::CAN_BE_NIL, boxed, Transparent::CAN_BE_NIL];
    assert_eq!(nil, [true; 4]);
    let not = [Wrapped::CAN_BE_NIL, Unit::CAN_BE_NIL, Vec::<()>::CAN_BE_NIL];
    assert_eq!(not, [false; 3]);
}

#[test]
fn is_lossless_is_false_for_types_that_do_not_round_trip() {
    assert!(is_lossless::<(Comment, Change<String>, Named, Wrapped, Vec<Option<f64>>)>());
    assert!(!is_lossless::<Transparent>());
    assert!(!is_lossless::<Vec<Option<Skipped>>>());
    assert!(!is_lossless::<Change<Email>>());
    assert!(!is_lossless::<(u8, chrono::NaiveDate)>());
}

#[test]
fn a_value_that_nests_too_deeply_is_neither_written_nor_read() {
    let nested = |levels: usize| {
        let leaf = Comment { text: String::new(), replies: vec![] };
        (1..levels).fold(leaf, |inner, _| Comment { text: String::new(), replies: vec![inner] })
    };
    // A comment is a list, and its replies are another one.
    let deepest = nested(32);
    assert_eq!(decode::<Comment>(&encode(&deepest).unwrap()).unwrap(), deepest);
    let error = encode(&nested(33)).unwrap_err().to_string();
    assert_eq!(error, "the value nests deeper than 64 levels");
    refused::<Comment>(&b"\x92\xa0\x91".repeat(10_000), DecodeErrorKind::Depth);
}
