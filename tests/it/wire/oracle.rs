//! The bytes of rmp-serde as the reference for those of `derive(Wire)`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;
use std::time::Duration;

use proptest::prelude::*;
use rally::Wire;
use rally_core::codec::{decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Wire, Serialize, Deserialize)]
struct Order {
    id: u64,
    customer: Option<Customer>,
    lines: Vec<Line<f64>>,
    notes: BTreeMap<String, (i8, char)>,
    #[serde(skip)]
    total: u32,
    #[serde(with = "as_text")]
    number: u64,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Wire, Serialize, Deserialize)]
struct Customer {
    #[serde(rename = "name")]
    full_name: String,
    tags: BTreeSet<i32>,
}

#[derive(Debug, Clone, PartialEq, Wire, Serialize, Deserialize)]
struct Line<T>(String, T, Box<Option<bool>>);

#[derive(Debug, Clone, PartialEq, Wire, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum State {
    BeingMade,
    SentOff {
        with: Carrier,
        after: Duration,
    },
    GivenBack(Vec<State>),
    #[serde(rename = "both")]
    Pair(Box<State>, Result<u16, String>),
    Nothing(),
}

#[derive(Debug, Clone, PartialEq, Wire, Serialize, Deserialize)]
#[serde(transparent)]
struct Carrier {
    code: i16,
}

/// A field with bytes that the app writes.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn states() -> impl Strategy<Value = State> {
    let sent = (any::<i16>(), any::<Duration>())
        .prop_map(|(code, after)| State::SentOff { with: Carrier { code }, after });
    let leaf = prop_oneof![Just(State::BeingMade), Just(State::Nothing()), sent];
    leaf.prop_recursive(4, 20, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(State::GivenBack),
            (inner, any::<Result<u16, String>>())
                .prop_map(|(state, result)| State::Pair(Box::new(state), result)),
        ]
    })
}

prop_compose! {
    fn orders()(
        id: u64,
        customer in prop::option::of((any::<String>(), prop::collection::btree_set(any::<i32>(), 0..4))),
        lines in prop::collection::vec(any::<(String, f64, Option<bool>)>(), 0..4),
        notes in prop::collection::btree_map(any::<String>(), any::<(i8, char)>(), 0..4),
        number: u64,
        state in states(),
    ) -> Order {
        Order {
            id,
            customer: customer.map(|(full_name, tags)| Customer { full_name, tags }),
            lines: lines.into_iter().map(|(a, b, c)| Line(a, b, Box::new(c))).collect(),
            notes,
            total: 0,
            number,
            state,
        }
    }
}

/// Both write the same bytes, and each reads the bytes of the other.
fn check_same<T: Wire + Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let bytes = encode(value).unwrap();
    prop_assert_eq!(&bytes, &rmp_serde::to_vec(value).unwrap());
    prop_assert_eq!(&decode::<T>(&bytes).unwrap(), value);
    prop_assert_eq!(&rmp_serde::from_slice::<T>(&bytes).unwrap(), value);
    Ok(())
}

/// Every value that Rally decodes, serde decodes to the same value. Rally
/// accepts less: no missing, unknown or duplicate fields.
fn check_subset<T: Wire + DeserializeOwned + PartialEq + Debug>(
    bytes: &[u8],
) -> Result<(), TestCaseError> {
    if let Ok(value) = decode::<T>(bytes) {
        let again = encode(&value).unwrap();
        let reference: T = rmp_serde::from_slice(bytes).unwrap();
        // Bytes are compared, because NaN is not equal to itself.
        prop_assert_eq!(again, encode(&reference).unwrap());
    }
    Ok(())
}

fn interesting_bytes() -> impl Strategy<Value = Vec<u8>> {
    let interesting = prop::sample::select(vec![
        0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x97, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3,
        0xc4, 0xca, 0xcb, 0xcc, 0xcf, 0xd0, 0xd3, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff,
    ]);
    prop::collection::vec(prop_oneof![interesting, any::<u8>()], 0..60)
}

/// MessagePack has a header for each range of lengths. These are the ends of
/// the ranges.
#[test]
fn texts_lists_and_maps_of_every_length_equal_serdes() {
    for len in [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536] {
        check_same(&"x".repeat(len)).unwrap();
        check_same(&vec![true; len]).unwrap();
        check_same(&(0..len as u32).map(|key| (key, ())).collect::<BTreeMap<_, _>>()).unwrap();
    }
}

type Small = [Option<(i64, Result<[u16; 3], String>)>; 4];
type Deep = Vec<Option<(i64, BTreeMap<String, Result<Vec<char>, [u16; 3]>>)>>;

proptest! {
    #[test]
    fn structs_and_enums_equal_serdes(order in orders()) {
        check_same(&order)?;
    }

    #[test]
    fn integers_equal_serdes(value: (u8, i8, u16, i16, (u32, i32, u64, i64, usize, isize))) {
        check_same(&value)?;
    }

    #[test]
    fn std_types_equal_serdes(value: (Small, (f32, f64), Duration, Result<char, Option<bool>>)) {
        check_same(&value)?;
    }

    #[test]
    fn mutated_bytes_are_refused_or_decoded_as_by_serde(order in orders(), at: prop::sample::Index, byte: u8, cut: bool) {
        let mut bytes = encode(&order).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(if cut { at + 1 } else { usize::MAX });
        check_subset::<Order>(&bytes)?;
    }

    #[test]
    fn any_bytes_are_refused_or_decoded_as_by_serde(bytes in interesting_bytes()) {
        check_subset::<Order>(&bytes)?;
        check_subset::<State>(&bytes)?;
        check_subset::<Deep>(&bytes)?;
        check_subset::<BTreeMap<u8, Line<i32>>>(&bytes)?;
    }
}

proptest! {
    // Each value contains hundreds of others.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn large_values_equal_serdes(value: (Deep, VecDeque<String>)) {
        check_same(&value)?;
    }
}
