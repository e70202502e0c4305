//! Types of other crates.

use std::fmt::Debug;

use rally::Wire;
use rally_core::codec::{
    DecodeErrorKind, DecodeLimits, EncodeError, decode, decode_within, encode,
};
use rally_core::wire::fingerprint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Checks that a value is written as serde writes it, and that malformed bytes
/// are refused.
#[track_caller]
fn check<T: Wire + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = encode(value).unwrap();
    assert_eq!(bytes, rmp_serde::to_vec(value).unwrap());
    assert_eq!(&decode::<T>(&bytes).unwrap(), value);
    assert_eq!(decode::<T>(b"\x81\xa1a\xc2").unwrap_err().kind(), DecodeErrorKind::Invalid);
    assert_eq!(
        decode::<T>(&bytes[..bytes.len() - 1]).unwrap_err().kind(),
        DecodeErrorKind::Truncated
    );
    assert_ne!(fingerprint::<T>(), fingerprint::<String>());
}

#[test]
fn types_of_chrono_can_be_sent() {
    let time: chrono::DateTime<chrono::Utc> = "2026-11-21T12:34:56.789Z".parse().unwrap();
    check(&time);
    check(&time.fixed_offset());
    check(&time.naive_utc());
    check(&time.date_naive());
    check(&time.time());
    check(&chrono::TimeDelta::milliseconds(-1500));
    check(&chrono::Weekday::Sat);
    check(&chrono::Month::November);
}

#[test]
fn types_of_time_can_be_sent() {
    let time = time::OffsetDateTime::UNIX_EPOCH;
    check(&time);
    check(&time::PrimitiveDateTime::new(time.date(), time.time()));
    check(&time.offset());
    check(&time.date());
    check(&time.time());
    check(&time::Duration::milliseconds(-1500));
    check(&time.weekday());
    check(&time.month());
}

#[test]
fn types_of_uuid_url_and_decimal_can_be_sent() {
    check(&uuid::Uuid::from_u128(7));
    check(&url::Url::parse("https://example.com/a?b#c").unwrap());
    check(&rust_decimal::Decimal::new(-1999, 2));
}

/// A type of another crate, unknown to Rally.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    label: Option<String>,
}

#[derive(Debug, PartialEq, Wire)]
struct Shape {
    name: String,
    #[wire(opaque = "point@1")]
    points: Vec<Point>,
    closed: bool,
}

#[test]
fn an_opaque_field_is_sent_as_serde_writes_it() {
    let points = vec![Point { x: 1, label: None }, Point { x: -2, label: Some("b".to_owned()) }];
    let shape = Shape { name: "a".to_owned(), points, closed: true };
    let bytes = encode(&shape).unwrap();
    assert_eq!(bytes, b"\x93\xa1a\x92\x91\x01\x92\xfe\xa1b\xc3");
    assert_eq!(decode::<Shape>(&bytes).unwrap(), shape);
}

/// A type that serde writes without a variant name.
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
#[wire(opaque = "any@1")]
#[serde(untagged)]
enum Any {
    Number(i64),
    Text(String),
    List(Vec<Any>),
}

#[test]
fn an_opaque_type_may_have_any_attribute_of_serde() {
    let any = Any::List(vec![Any::Number(1), Any::Text("a".to_owned())]);
    let bytes = encode(&any).unwrap();
    assert_eq!(bytes, b"\x92\x01\xa1a");
    assert_eq!(decode::<Any>(&bytes).unwrap(), any);
}

/// A type that Rally knows only by name.
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
#[wire(opaque = "nothing@1")]
struct Nothing(());

#[test]
fn a_some_that_would_be_read_as_none_is_an_error() {
    assert_eq!(encode(&None::<Nothing>).unwrap(), b"\xc0");
    let error = encode(&Some(Nothing(()))).unwrap_err().to_string();
    let expected = "cannot encode a value with serde: `Some` of this value would be decoded as \
                    `None`: use an enum instead of `Option`";
    assert_eq!(error, expected);
}

#[test]
fn the_limits_apply_to_foreign_values() {
    let nested =
        |levels: usize| (0..levels).fold(Any::Number(1), |inner, _| Any::List(vec![inner]));
    assert!(encode(&nested(64)).is_ok());
    assert_eq!(encode(&nested(65)).unwrap_err(), EncodeError::Depth);
    let bytes = [&[0x91; 65][..], &[1]].concat();
    assert_eq!(decode::<Any>(&bytes).unwrap_err().kind(), DecodeErrorKind::Depth);
    let limits = DecodeLimits { values: 4, ..DecodeLimits::default() };
    let read = |bytes| decode_within::<Any>(bytes, &limits).map_err(|error| error.kind());
    assert!(read(b"\x93\x01\x01\x01").is_ok());
    assert_eq!(read(b"\x94\x01\x01\x01\x01"), Err(DecodeErrorKind::Values));
    assert_eq!(read(b"\xdd\xff\xff\xff\xff"), Err(DecodeErrorKind::Truncated));
}

#[derive(Debug, Deserialize)]
struct Broken;

impl Serialize for Broken {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is broken"))
    }
}

#[derive(Debug, Wire)]
struct Holder {
    #[wire(opaque = "broken@1")]
    _broken: Broken,
}

#[test]
fn a_value_that_serde_fails_to_write_is_an_error() {
    let error = encode(&Holder { _broken: Broken }).unwrap_err().to_string();
    assert_eq!(error, "cannot encode a value with serde: it is broken");
}
