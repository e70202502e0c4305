//! Values: any input that decodes must decode to the same value with serde, and
//! must be equal after encoding and decoding again.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rally::{DecodeLimits, Wire};
use rally_core::codec::{decode, decode_within, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Wire, Serialize, Deserialize)]
struct Rich {
    numbers: (u8, i16, u64, i64, f32, f64),
    text: Option<String>,
    letters: Vec<char>,
    time: Duration,
    map: BTreeMap<String, Result<bool, [u16; 2]>>,
    set: BTreeSet<i32>,
    kinds: Vec<Kind>,
    inner: Option<Box<Rich>>,
}

#[derive(Wire, Serialize, Deserialize)]
enum Kind {
    Plain,
    Holding(u32),
    Pair(i8, String),
    Named { first: (), second: Vec<Kind> },
}

fn check<T: Wire + DeserializeOwned>(bytes: &[u8]) {
    let _ = decode_within::<T>(bytes, &DecodeLimits { values: 1000, ..DecodeLimits::default() });
    if let Ok(value) = decode::<T>(bytes) {
        // Compare bytes, because NaN is not equal to itself.
        let encoded = encode(&value).unwrap_or_default();
        let by_serde: T = rmp_serde::from_slice(bytes).expect("serde decodes the same input");
        assert_eq!(encoded, encode(&by_serde).unwrap_or_default());
        let again = decode::<T>(&encoded).expect("an encoded value can be decoded");
        assert_eq!(encoded, encode(&again).unwrap_or_default());
    }
}

fuzz_target!(|bytes: &[u8]| {
    check::<Rich>(bytes);
    check::<Vec<Kind>>(bytes);
    check::<BTreeMap<(u8, Option<bool>), Vec<String>>>(bytes);
});
