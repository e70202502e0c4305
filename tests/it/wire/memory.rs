//! Allocations of the decoder.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use allocation_counter::measure;
use proptest::prelude::*;
use rally::prelude::Form;
use rally::{DecodeLimits, Wire};
use rally_core::codec::decode_within;

#[derive(Wire)]
struct Wide {
    _numbers: [u64; 16],
}

#[derive(Wire)]
enum Tree {
    Leaf,
    Wide(Wide),
    Boxed(Box<Tree>),
    List(Vec<Tree>),
    Map(BTreeMap<u8, Tree>),
}

/// A low floor, so that the factor decides.
const LIMITS: DecodeLimits = DecodeLimits { values: 1 << 18, memory_factor: 32, memory_floor: 64 };

/// Checks that decoding never holds more memory than the limits allow, on
/// success and on failure.
fn check<T: Wire>(bytes: &[u8]) {
    let max = LIMITS.memory_floor + LIMITS.memory_factor * bytes.len();
    let held = measure(|| drop(decode_within::<T>(bytes, &LIMITS))).bytes_max;
    assert!(
        held <= max as u64,
        "{held} bytes held for {} bytes of {}",
        bytes.len(),
        std::any::type_name::<T>()
    );
}

fn check_all(bytes: &[u8]) {
    check::<Vec<Option<Wide>>>(bytes);
    check::<VecDeque<Option<Wide>>>(bytes);
    check::<Vec<Option<Box<Wide>>>>(bytes);
    check::<Vec<BTreeMap<u8, [u16; 8]>>>(bytes);
    check::<Vec<HashMap<u16, Option<Wide>>>>(bytes);
    check::<BTreeMap<u32, String>>(bytes);
    check::<HashMap<u32, Vec<u8>>>(bytes);
    check::<HashSet<u32>>(bytes);
    check::<BTreeSet<(u32, Option<u64>)>>(bytes);
    check::<HashSet<String>>(bytes);
    check::<Vec<[Option<u64>; 3]>>(bytes);
    check::<Tree>(bytes);
}

fn list(tag: u8, len: u32, item: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend(len.to_be_bytes());
    bytes.extend((0..len).flat_map(item));
    bytes
}

#[test]
fn values_that_are_small_on_the_wire_and_large_in_memory_stay_within_the_limits() {
    for len in [0, 1, 2, 5, 100, 1000] {
        check_all(&list(0xdd, len, |_| vec![0xc0]));
        check_all(&list(0xdd, len, |_| vec![0x80]));
        check_all(&list(0xdd, len, |_| vec![0x81, 1, 0xc0]));
        check_all(&list(0xdd, len, |_| vec![0xa4, b'L', b'e', b'a', b'f']));
        let number = |number: u32| [&[0xce][..], &number.to_be_bytes()].concat();
        check_all(&list(0xdd, len, number));
        check_all(&list(0xdf, len, |key| [number(key), vec![0xc0]].concat()));
        check_all(&list(0xdf, len, |key| [number(key), vec![0xa0]].concat()));
        check_all(&list(0xdf, len, |key| [number(key), vec![0xc4, 0]].concat()));
    }
}

#[derive(Wire, Form)]
struct Lists {
    #[form(max_items = 3)]
    few: Vec<String>,
    all: Vec<String>,
}

/// A written item is about a hundred times larger than an empty text in a message.
#[test]
fn a_check_of_a_form_holds_little_memory() {
    let texts = |len| vec![String::new(); len];
    for [few, all] in [[200_000, 0], [0, 200_000], [200_000, 200_000]] {
        let form = Lists { few: texts(few), all: texts(all) };
        let held = measure(|| assert!(form.check().is_err())).bytes_max;
        assert!(held < 4 << 20, "{held} bytes held");
    }
    let text = |len| vec!["a".to_owned(); len];
    for (few, all, field) in [(4, 1, "few"), (1 << 17, 1, "few"), (1, 10_000, "all")] {
        let errors = Lists { few: text(few), all: text(all) }.check().unwrap_err();
        assert_eq!(errors.iter().map(|(name, _)| name).collect::<Vec<_>>(), [field]);
    }
    assert!(Lists { few: text(3), all: text(9997) }.check().is_ok());
}

proptest! {
    #[test]
    fn any_bytes_stay_within_the_limits(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_all(&bytes);
    }

    #[test]
    fn lists_and_maps_of_all_sizes_stay_within_the_limits(len in 0..300_u32, tag: bool, byte: u8) {
        check_all(&list(0xdd + u8::from(tag) * 2, len, |_| vec![byte]));
        let number = |number: u32| [&[0xce][..], &number.to_be_bytes()].concat();
        check_all(&list(0xdf, len, |key| [number(key), vec![byte]].concat()));
    }
}
