//! Fingerprints: what decides a type's bytes, in 64 bits.

use std::any::TypeId;

use super::Wire;

/// The fingerprint of a type: equal on both sides as long as both were built
/// from the same definition.
///
/// MessagePack structs are positional, so bytes of an old definition could
/// decode to wrong values. The fingerprint travels beside the name, and a
/// difference is answered as *stale* before anything is decoded.
///
/// It is made of the types' definitions: their names, their fields' and
/// variants' names, types and order, and their attributes. Where they stand,
/// comments, and everything else of the program do not count.
pub fn fingerprint<T: Wire>() -> u64 {
    fingerprint_of(&[T::shape])
}

/// The fingerprint of several types together, in this order.
pub fn fingerprint_of(types: &[fn(&mut Shape)]) -> u64 {
    Shape::of(types).hash
}

/// Whether a value that is read is the value that was written: no part of the
/// type is left out, or written by code of its own.
pub fn is_lossless<T: Wire>() -> bool {
    !Shape::of(&[T::shape]).lossy
}

/// A fingerprint in the making.
#[derive(Debug)]
pub struct Shape {
    hash: u64,
    seen: Vec<TypeId>,
    lossy: bool,
}

impl Shape {
    fn of(types: &[fn(&mut Self)]) -> Self {
        let mut shape = Self { hash: OFFSET, seen: Vec::new(), lossy: false };
        types.iter().for_each(|part| part(&mut shape));
        shape
    }

    /// A type without parts, by the hash of its name.
    pub fn leaf(&mut self, name: u64) {
        self.mix(name);
    }

    /// A defined type: the hash of its description, then its parts.
    ///
    /// The second time it mixes the place of the first, which ends recursion.
    pub fn defined<T: 'static>(&mut self, description: u64, parts: fn(&mut Self)) {
        let id = TypeId::of::<T>();
        if let Some(index) = self.seen.iter().position(|seen| *seen == id) {
            self.mix(const { hash("again") });
            return self.mix(index as u64);
        }
        self.seen.push(id);
        self.mix(description);
        parts(self);
    }

    /// A part that may be another one when it is read. It does not change the
    /// fingerprint; the server then renders what the browser will have read.
    pub fn lossy(&mut self) {
        self.lossy = true;
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    #[test]
    fn the_order_and_nesting_of_types_count() {
        let prints = [
            fingerprint::<(i64, String)>(),
            fingerprint::<(String, i64)>(),
            fingerprint::<(i64, (String, ()))>(),
            fingerprint::<Vec<(i64, String)>>(),
            fingerprint::<Vec<Option<(i64, String)>>>(),
            fingerprint::<[(i64, String); 2]>(),
            fingerprint::<[(i64, String); 3]>(),
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
}
