//! Types with parts: lists, maps, options, tuples.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use super::{Shape, Wire, hash, refuse_lost_some};
use crate::codec::{DecodeErrorKind, DecodeResult, Names, Reader, Writer};

impl<T: Wire> Wire for Option<T> {
    const CAN_BE_NIL: bool = true;
    const LOSES_SOME: bool = T::CAN_BE_NIL || T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        // Checked here too, for an `Option` outside the fields of a `derive(Wire)`.
        const { refuse_lost_some::<Self>() }
        shape.leaf(const { hash("Option") });
        T::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        const { refuse_lost_some::<Self>() }
        match self {
            None => to.nil(),
            Some(value) => {
                let start = to.position();
                value.write(to);
                to.not_nil(start);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        const { refuse_lost_some::<Self>() }
        if from.is_nil() { Ok(None) } else { T::read(from).map(Some) }
    }
}

impl<T: Wire, E: Wire> Wire for Result<T, E> {
    const LOSES_SOME: bool = T::LOSES_SOME || E::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Result") });
        T::shape(shape);
        E::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Ok(value) => to.variant("Ok", |to| value.write(to)),
            Err(error) => to.variant("Err", |to| error.write(to)),
        }
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        const NAMES: &Names = &Names { all: &["Ok", "Err"], aliases: &[], known_only: true };
        from.variant(NAMES, |from, name, holds| match (name, holds) {
            ("Ok", true) => T::read(from).map(Ok),
            ("Err", true) => E::read(from).map(Err),
            _ => Err(from.error(DecodeErrorKind::UnknownVariant)),
        })
    }
}

/// A box is encoded as its content, and has the fingerprint of the content.
impl<T: Wire> Wire for Box<T> {
    const CAN_BE_NIL: bool = T::CAN_BE_NIL;
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        T::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        from.reserve::<T>()?;
        T::read(from).map(Self::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        T::list_shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        T::write_list(self, to);
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        T::read_list(from)
    }
}

/// A deque is encoded as a list of values. A deque of `u8` is not encoded as a
/// byte string, because its bytes may be in two slices.
impl<T: Wire> Wire for VecDeque<T> {
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("list") });
        T::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.list(self.len(), |to| self.iter().for_each(|item| item.write(to)));
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        from.list::<T, _>(|from, len| {
            let mut list = Self::with_capacity(len);
            for _ in 0..len {
                list.push_back(T::read(from)?);
            }
            Ok(list)
        })
    }
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("array") });
        shape.leaf(N as u64);
        T::list_shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        T::write_list(self, to);
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        T::read_list(from)?.try_into().map_err(|_| from.error(DecodeErrorKind::WrongType))
    }
}

impl<T: Wire + Ord> Wire for BTreeSet<T> {
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        set_shape::<T>(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.list(self.len(), |to| self.iter().for_each(|item| item.write(to)));
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        read_set(from, |_| Self::new(), Self::insert)
    }
}

/// The members are sorted by their encoded bytes, so that equal sets have equal bytes.
impl<T: Wire + Eq + Hash, S: BuildHasher + Default + 'static> Wire for HashSet<T, S> {
    const LOSES_SOME: bool = T::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        set_shape::<T>(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.list(self.len(), |to| sorted(to, self.iter(), |item, to| item.write(to)));
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        let empty = |len| Self::with_capacity_and_hasher(len, S::default());
        read_set(from, empty, Self::insert)
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    const LOSES_SOME: bool = K::LOSES_SOME || V::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        map_shape::<K, V>(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.map(self.len(), |to| self.iter().for_each(|pair| write_pair(pair, to)));
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        read_map(from, |_| Self::new(), |map, key, value| map.insert(key, value).is_none())
    }
}

/// The pairs are sorted by their encoded bytes, so that equal maps have equal bytes.
impl<K: Wire + Eq + Hash, V: Wire, S: BuildHasher + Default + 'static> Wire for HashMap<K, V, S> {
    const LOSES_SOME: bool = K::LOSES_SOME || V::LOSES_SOME;

    fn shape(shape: &mut Shape) {
        map_shape::<K, V>(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.map(self.len(), |to| sorted(to, self.iter(), write_pair));
    }

    fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
        let empty = |len| Self::with_capacity_and_hasher(len, S::default());
        read_map(from, empty, |map, key, value| map.insert(key, value).is_none())
    }
}

fn set_shape<T: Wire>(shape: &mut Shape) {
    shape.leaf(const { hash("set") });
    T::shape(shape);
}

fn map_shape<K: Wire, V: Wire>(shape: &mut Shape) {
    shape.leaf(const { hash("map") });
    K::shape(shape);
    V::shape(shape);
}

fn write_pair<K: Wire, V: Wire>((key, value): (&K, &V), to: &mut Writer) {
    key.write(to);
    value.write(to);
}

fn sorted<T>(to: &mut Writer, items: impl Iterator<Item = T>, write: fn(T, &mut Writer)) {
    let start = to.position();
    let ends = items.map(|item| {
        write(item, to);
        to.position() - start
    });
    let ends: Vec<usize> = ends.collect();
    let written = to.take(start);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let mut parts: Vec<&[u8]> =
        starts.zip(&ends).map(|(start, end)| &written[start..*end]).collect();
    parts.sort_unstable();
    parts.into_iter().for_each(|part| to.raw(part));
}

fn read_set<T: Wire, Set>(
    from: &mut Reader<'_>,
    empty: fn(usize) -> Set,
    insert: fn(&mut Set, T) -> bool,
) -> DecodeResult<Set> {
    from.set::<T, _>(|from, len| {
        let mut set = empty(len);
        for _ in 0..len {
            if !insert(&mut set, T::read(from)?) {
                return Err(from.error(DecodeErrorKind::DuplicateKey));
            }
        }
        Ok(set)
    })
}

fn read_map<K: Wire, V: Wire, Map>(
    from: &mut Reader<'_>,
    empty: fn(usize) -> Map,
    insert: fn(&mut Map, K, V) -> bool,
) -> DecodeResult<Map> {
    from.map::<(K, V), _>(|from, len| {
        let mut map = empty(len);
        for _ in 0..len {
            let (key, value) = (K::read(from)?, V::read(from)?);
            if !insert(&mut map, key, value) {
                return Err(from.error(DecodeErrorKind::DuplicateKey));
            }
        }
        Ok(map)
    })
}

macro_rules! tuple {
    ($name:literal, $len:literal: $($part:ident $index:tt),+) => {
        impl<$($part: Wire),+> Wire for ($($part,)+) {
            const LOSES_SOME: bool = $($part::LOSES_SOME)||+;

            fn shape(shape: &mut Shape) {
                shape.leaf(const { hash($name) });
                $($part::shape(shape);)+
            }

            fn write(&self, to: &mut Writer) {
                to.tuple($len, |to| {
                    $(
                        to.field($index);
                        self.$index.write(to);
                    )+
                });
            }

            fn read(from: &mut Reader<'_>) -> DecodeResult<Self> {
                from.tuple($len, |from| Ok(($(from.field($index, $part::read)?,)+)))
            }
        }
    };
}

tuple! { "1", 1: A 0 }
tuple! { "2", 2: A 0, B 1 }
tuple! { "3", 3: A 0, B 1, C 2 }
tuple! { "4", 4: A 0, B 1, C 2, D 3 }
tuple! { "5", 5: A 0, B 1, C 2, D 3, E 4 }
tuple! { "6", 6: A 0, B 1, C 2, D 3, E 4, F 5 }
