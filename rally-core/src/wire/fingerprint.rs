//! Fingerprints: 64-bit hashes of everything that determines the encoding of a type.

use std::any::TypeId;

use super::Wire;

/// Returns the fingerprint of a type.
///
/// Client and server have equal fingerprints if both were built from the same
/// definition of the type. The server refuses a request with a different
/// fingerprint as *stale*, before it decodes the body: structs are encoded by
/// position, so bytes of an old definition could be decoded to wrong values.
///
/// The fingerprint depends on the definitions of the type and its parts: names,
/// attributes, and the names, types and order of fields and variants. It does
/// not depend on modules, on comments, or on the rest of the program.
pub fn fingerprint<T: Wire>() -> u64 {
    fingerprint_of(&[T::shape])
}

/// Returns the fingerprint of several types together, in this order.
pub fn fingerprint_of(types: &[fn(&mut Shape)]) -> u64 {
    Shape::of(types).hash
}

/// Returns `true` if no part of the type is [lossy](Shape::lossy).
///
/// A part is lossy if it is not encoded, or if code of the app or of another
/// crate encodes it.
pub fn is_lossless<T: Wire>() -> bool {
    !Shape::of(&[T::shape]).lossy
}

/// The state of a fingerprint's computation.
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

    /// Adds a type without parts to the fingerprint. `name` is the hash of its name.
    pub fn leaf(&mut self, name: u64) {
        self.mix(name);
    }

    /// Adds a struct or enum to the fingerprint: a hash of its definition, then its parts.
    ///
    /// If the type was added before, only its index is added, so that the
    /// computation ends for a recursive type.
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

    /// Records that a part of the type may have another value after decoding.
    ///
    /// The fingerprint stays the same. But the server then encodes and decodes
    /// the models and the client context before it renders a page, so that it
    /// renders the same values as the browser.
    pub fn lossy(&mut self) {
        self.lossy = true;
    }

    fn mix(&mut self, value: u64) {
        self.hash = fnv(self.hash, &value.to_le_bytes());
    }
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// Returns the 64-bit FNV-1a hash of a text.
///
/// Call it in a `const`, so that the text is not in the browser build. The hash
/// need not resist attacks: fingerprints only distinguish versions.
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
    fn fingerprints_are_stable() {
        // If these values change, open tabs are stale after an app has updated Rally.
        assert_eq!(fingerprint::<()>(), 6_199_004_494_804_209_437);
        assert_eq!(fingerprint::<BTreeMap<String, Vec<Option<u8>>>>(), 8_538_198_103_193_950_567);
    }
}
