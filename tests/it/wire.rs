//! `derive(Wire)`: bytes and fingerprints.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use rally::Wire;
use rally_core::codec::{decode, encode};
use rally_core::wire::fingerprint;

#[derive(Debug, Clone, PartialEq, Wire)]
struct Comment {
    text: String,
    replies: Vec<Comment>,
}

#[derive(Debug, Clone, PartialEq, Wire)]
enum Change<T> {
    Added(T),
    Moved { from: u32, to: u32 },
    Pair(T, Box<Change<T>>),
    Cleared,
}

#[derive(Debug, Clone, Default, PartialEq, Wire)]
struct Attributes {
    #[serde(rename = "kind")]
    r#type: u8,
    #[serde(skip)]
    cached: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, i64>,
    #[serde(with = "as_text")]
    number: u64,
}

/// A field whose bytes are written by the app.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, PartialEq, Wire)]
struct Unit;

#[derive(Debug, PartialEq, Wire)]
struct Wrapped(i64);

#[track_caller]
fn check<T: Wire + PartialEq + Debug>(value: &T, bytes: &[u8]) {
    assert_eq!(encode(value).unwrap(), bytes);
    assert_eq!(&decode::<T>(bytes).unwrap(), value);
}

#[test]
fn the_bytes_of_every_kind_of_type() {
    check(&Unit, b"\x90");
    check(&Wrapped(-1), b"\xff");
    check(&Comment { text: "a".to_owned(), replies: vec![] }, b"\x92\xa1a\x90");
    check(&Change::<u8>::Cleared, b"\xa7Cleared");
    check(&Change::Added(7_u8), b"\x81\xa5Added\x07");
    check(&Change::<u8>::Moved { from: 1, to: 2 }, b"\x81\xa5Moved\x92\x01\x02");
    let value = Attributes { r#type: 1, number: 12, ..Attributes::default() };
    check(&value, b"\x93\x01\x80\xa212");
}

#[test]
fn what_can_be_nil_is_known() {
    let nil = [<()>::CAN_BE_NIL, Option::<u8>::CAN_BE_NIL, Box::<Option<u8>>::CAN_BE_NIL];
    assert_eq!(nil, [true; 3]);
    let not = [Wrapped::CAN_BE_NIL, Unit::CAN_BE_NIL, Vec::<()>::CAN_BE_NIL];
    assert_eq!(not, [false; 3]);
}

#[test]
fn a_fingerprint_tells_definitions_apart() {
    mod renamed {
        #[derive(rally::Wire)]
        pub(super) struct Comment {
            pub(super) body: String,
            pub(super) replies: Vec<Comment>,
        }
    }
    mod reordered {
        #[derive(rally::Wire)]
        pub(super) struct Comment {
            pub(super) replies: Vec<Comment>,
            pub(super) text: String,
        }
    }
    mod attributed {
        #[derive(rally::Wire)]
        pub(super) struct Comment {
            #[serde(rename = "t")]
            pub(super) text: String,
            pub(super) replies: Vec<Comment>,
        }
    }
    mod same {
        /// A comment does not count.
        #[derive(rally::Wire)]
        pub(super) struct Comment {
            pub(super) text: String,
            pub(super) replies: Vec<Comment>,
        }
    }
    let print = fingerprint::<Comment>();
    assert_eq!(print, fingerprint::<same::Comment>());
    assert_ne!(print, fingerprint::<renamed::Comment>());
    assert_ne!(print, fingerprint::<reordered::Comment>());
    assert_ne!(print, fingerprint::<attributed::Comment>());
    assert_ne!(fingerprint::<Change<u8>>(), fingerprint::<Change<u16>>());
    assert_ne!(fingerprint::<Vec<Comment>>(), fingerprint::<Vec<renamed::Comment>>());
    // Read, so that no field is dead.
    let _ = |renamed: renamed::Comment, reordered: reordered::Comment| {
        (renamed.body, renamed.replies.len(), reordered.text, reordered.replies.len())
    };
    let _ = |one: attributed::Comment, two: same::Comment| {
        (one.text, one.replies.len(), two.text, two.replies.len())
    };
}

fn comments() -> impl Strategy<Value = Comment> {
    let leaf = any::<String>().prop_map(|text| Comment { text, replies: vec![] });
    leaf.prop_recursive(4, 24, 4, |inner| {
        (any::<String>(), prop::collection::vec(inner, 0..4))
            .prop_map(|(text, replies)| Comment { text, replies })
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(comment in comments(), from: u32, to: u32, text: String) {
        let read: Comment = decode(&encode(&comment).unwrap()).unwrap();
        prop_assert_eq!(&read, &comment);
        let change = Change::Pair(text, Box::new(Change::Moved { from, to }));
        let read: Change<String> = decode(&encode(&change).unwrap()).unwrap();
        prop_assert_eq!(read, change);
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
        let _ = decode::<Comment>(&bytes);
        let _ = decode::<Change<Comment>>(&bytes);
        let _ = decode::<Attributes>(&bytes);
    }
}
