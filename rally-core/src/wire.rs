//! What may travel, and the fingerprint of its shape.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that travels between browser and server.
///
/// `#[derive(Wire)]` implements it together with serde's two traits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel between browser and server",
    label = "does not implement `Wire`",
    note = "write `#[derive(Wire)]` above the type, or use types that travel: \
            numbers, `bool`, `char`, `String`, `Option`, `Result`, `Vec`, maps, sets, tuples"
)]
pub trait Wire: Serialize + DeserializeOwned + 'static {
    /// Whether a value can be written as nil, as `None` is. An `Option` of such
    /// a type would be read back as `None`, and does not compile.
    const CAN_BE_NIL: bool = false;

    /// Mixes what decides this type's bytes into a fingerprint.
    fn shape(shape: &mut Shape);
}

/// The fingerprint of a type: equal on both sides as long as both were built
/// from the same definition.
///
/// MessagePack structs are positional, so bytes of an old definition could
/// decode to wrong values. The fingerprint travels beside the name, and a
/// difference is answered as *stale* before anything is decoded.
pub fn fingerprint<T: Wire>() -> u64 {
    fingerprint_of(&[T::shape])
}

/// The fingerprint of several types together, in this order.
pub fn fingerprint_of(types: &[fn(&mut Shape)]) -> u64 {
    let mut shape = Shape { hash: OFFSET, seen: Vec::new() };
    types.iter().for_each(|part| part(&mut shape));
    shape.hash
}

/// A fingerprint in the making.
#[derive(Debug)]
pub struct Shape {
    hash: u64,
    seen: Vec<TypeId>,
}

impl Shape {
    /// A type without parts, by the hash of its name.
    pub fn leaf(&mut self, name: u64) {
        self.mix(name);
    }

    /// A defined type: the hash of its description, then its parts.
    ///
    /// The second time it mixes the place of the first, which ends recursion.
    pub fn defined<T: 'static>(&mut self, description: u64, parts: fn(&mut Self)) {
        let id = TypeId::of::<T>();
        if let Some(place) = self.seen.iter().position(|seen| *seen == id) {
            self.mix(const { hash("again") });
            return self.mix(place as u64);
        }
        self.seen.push(id);
        self.mix(description);
        parts(self);
    }

    fn mix(&mut self, value: u64) {
        self.hash = fnv(self.hash, &value.to_le_bytes());
    }
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// 64-bit FNV-1a. Evaluated in a `const`, so descriptions stay out of the
/// browser build. Not a defence: a fingerprint tells versions apart, it does
/// not keep anybody out.
pub const fn hash(text: &str) -> u64 {
    fnv(OFFSET, text.as_bytes())
}

const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

macro_rules! leaf {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn shape(shape: &mut Shape) {
                shape.leaf(const { hash(stringify!($type)) });
            }
        }
    )*};
}

leaf! { bool, char, String, f32, f64, Duration }
leaf! { i8, i16, i32, i64, isize, u8, u16, u32, u64, usize }

macro_rules! container {
    ($name:literal: $type:ty, $($part:ident: $($bound:path),+);+) => {
        impl<$($part: $($bound +)+),+> Wire for $type {
            fn shape(shape: &mut Shape) {
                shape.leaf(const { hash($name) });
                $($part::shape(shape);)+
            }
        }
    };
}

impl Wire for () {
    const CAN_BE_NIL: bool = true;

    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("()") });
    }
}

impl<T: Wire> Wire for Option<T> {
    const CAN_BE_NIL: bool = true;

    fn shape(shape: &mut Shape) {
        const {
            assert!(
                !T::CAN_BE_NIL,
                "`Option<Option<T>>` and `Option<()>` are read back as `None`: write an enum"
            );
        }
        shape.leaf(const { hash("Option") });
        T::shape(shape);
    }
}

container! { "Result": Result<T, E>, T: Wire; E: Wire }
container! { "list": Vec<T>, T: Wire }
container! { "set": HashSet<T>, T: Wire, Eq, Hash }
container! { "set": BTreeSet<T>, T: Wire, Ord }
container! { "map": HashMap<K, V>, K: Wire, Eq, Hash; V: Wire }
container! { "map": BTreeMap<K, V>, K: Wire, Ord; V: Wire }
container! { "2": (A, B), A: Wire; B: Wire }
container! { "3": (A, B, C), A: Wire; B: Wire; C: Wire }
container! { "4": (A, B, C, D), A: Wire; B: Wire; C: Wire; D: Wire }
container! { "5": (A, B, C, D, E), A: Wire; B: Wire; C: Wire; D: Wire; E: Wire }
container! { "6": (A, B, C, D, E, F), A: Wire; B: Wire; C: Wire; D: Wire; E: Wire; F: Wire }

/// A box is its content on the wire, and so in the fingerprint.
impl<T: Wire> Wire for Box<T> {
    const CAN_BE_NIL: bool = T::CAN_BE_NIL;

    fn shape(shape: &mut Shape) {
        T::shape(shape);
    }
}

impl<T: Wire, const N: usize> Wire for [T; N]
where
    [T; N]: Serialize + DeserializeOwned,
{
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("array") });
        shape.leaf(N as u64);
        T::shape(shape);
    }
}

/// An error that does not happen: a call that answers `Result<T, Never>` has
/// no error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Never {}

impl Wire for Never {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Never") });
    }
}

impl std::fmt::Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_and_nesting_of_types_count() {
        let prints = [
            fingerprint::<(i64, String)>(),
            fingerprint::<(String, i64)>(),
            fingerprint::<(i64, (String, ()))>(),
            fingerprint::<Vec<(i64, String)>>(),
            fingerprint::<Vec<Option<(i64, String)>>>(),
        ];
        let distinct: HashSet<_> = prints.iter().collect();
        assert_eq!(distinct.len(), prints.len());
    }

    #[test]
    fn fingerprints_do_not_drift() {
        // Old tabs compare with these: a change here makes every open tab stale.
        assert_eq!(fingerprint::<()>(), 6_199_004_494_804_209_437);
        assert_eq!(fingerprint::<BTreeMap<String, Vec<Option<u8>>>>(), 8_538_198_103_193_950_567);
    }

    #[test]
    fn a_type_that_holds_itself_has_a_fingerprint() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Comment {
            replies: Vec<Comment>,
        }
        impl Wire for Comment {
            fn shape(shape: &mut Shape) {
                shape.defined::<Self>(hash("Comment { replies }"), Vec::<Comment>::shape);
            }
        }
        assert_ne!(fingerprint::<Comment>(), fingerprint::<Vec<Comment>>());
    }
}
