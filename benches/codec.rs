//! Encoding and decoding, compared with `rmp_serde` and `serde_json`.
//!
//! `cargo bench --bench codec`

use std::fmt;

use rally::prelude::*;
use rally_core::codec::{self, DecodeLimits};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::paired::Comparison;

mod paired;

/// A typical call.
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
struct Rename {
    id: u64,
    name: String,
}

/// A row of a list.
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
struct Product {
    id: u64,
    name: String,
    note: Option<String>,
    price: f64,
    rating: Option<f32>,
    stock: i32,
    state: State,
    tags: Vec<String>,
}

#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
enum State {
    Draft,
    Listed { since: u32 },
    Gone(String),
}

/// A file with its name. serde writes bytes as a list of numbers unless
/// `serde_bytes` is used.
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
struct Upload {
    name: String,
    bytes: Vec<u8>,
}

fn main() {
    compare("A small call", &Rename { id: 70_000, name: "Cinnamon".to_owned() });
    compare("A list of 200 rows", &(0..200).map(product).collect::<Vec<_>>());
    let bytes = (0..64 << 10).map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8);
    compare("A file of 64 KiB", &Upload { name: "photo.jpg".to_owned(), bytes: bytes.collect() });
}

fn product(id: u32) -> Product {
    Product {
        id: u64::from(id) * 997,
        name: format!("No. {id}: Salt & Pepper"),
        note: id.is_multiple_of(3).then(|| "Ground when you ask for it – never before.".to_owned()),
        price: 3.99 + f64::from(id) * 0.35,
        rating: (!id.is_multiple_of(4)).then_some(4.5),
        stock: id as i32 * 7 - 300,
        state: match id % 3 {
            0 => State::Draft,
            1 => State::Listed { since: 1_700_000_000 + id },
            _ => State::Gone("sold out".to_owned()),
        },
        tags: vec!["spice".to_owned(), "ground".to_owned(), format!("lot {id}")],
    }
}

fn compare<T>(what: &str, value: &T)
where
    T: Wire + Serialize + DeserializeOwned + PartialEq + fmt::Debug,
{
    let rmp = rmp_serde::to_vec(value).unwrap();
    let json = serde_json::to_vec(value).unwrap();
    let rally = codec::encode(value).unwrap();
    // With the limits of a server.
    let limits = DecodeLimits::default();
    let read = || codec::decode_within::<T>(&rally, &limits).unwrap();
    assert_eq!([&read(), &rmp_serde::from_slice(&rmp).unwrap()], [value; 2]);
    println!(
        "{what}: {} bytes by Rally, {} by rmp_serde, {} by serde_json.\n",
        rally.len(),
        rmp.len(),
        json.len()
    );
    Comparison::new(format!("{what}, written"))
        .subject("rmp_serde", || rmp_serde::to_vec(value).unwrap())
        .subject("serde_json", || serde_json::to_vec(value).unwrap())
        .subject("Rally", || codec::encode(value).unwrap())
        .run();
    Comparison::new(format!("{what}, read"))
        .subject("rmp_serde", || rmp_serde::from_slice::<T>(&rmp).unwrap())
        .subject("serde_json", || serde_json::from_slice::<T>(&json).unwrap())
        .subject("Rally, within limits", read)
        .run();
}
