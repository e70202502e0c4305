//! Fingerprints: the changes of a type that change them, and those that do not.

use rally_core::wire::fingerprint;

/// The fingerprint of `Root` among these definitions.
macro_rules! fingerprint_of {
    ($($definition:tt)*) => {{
        #[allow(dead_code, unused_imports)]
        mod version {
            use rally::Wire;
            fn def<T: Default>() -> T {
                T::default()
            }
            $($definition)*
        }
        fingerprint::<version::Root>()
    }};
}

/// A type three levels down, through a list, an option and a generic type.
macro_rules! three_down {
    ($($leaf:tt)*) => {
        fingerprint_of! {
            #[derive(Wire)]
            pub struct Root { pub pages: Vec<Page<Leaf>> }
            #[derive(Wire)]
            pub enum Page<T> { Empty, Full { item: Option<T> } }
            #[derive(Wire)]
            $($leaf)*
        }
    };
}

#[track_caller]
fn all_differ(prints: &[u64]) {
    for (index, fingerprint_of) in prints.iter().enumerate() {
        assert!(
            !prints[..index].contains(fingerprint_of),
            "fingerprint {index} equals an earlier one"
        );
    }
}

#[test]
fn every_change_of_a_struct_three_levels_down_changes_the_fingerprint() {
    all_differ(&[
        three_down! { pub struct Leaf { pub a: u8, pub b: String } },
        three_down! { pub struct Leaf { pub renamed: u8, pub b: String } },
        three_down! { pub struct Leaf { pub a: u8, pub b: String, pub added: bool } },
        three_down! { pub struct Leaf { pub a: u8 } },
        three_down! { pub struct Leaf { pub b: String, pub a: u8 } },
        three_down! { pub struct Leaf { pub a: u16, pub b: String } },
        three_down! { pub struct Leaf { pub a: Option<u8>, pub b: String } },
        three_down! { pub struct Leaf(pub u8, pub String); },
        three_down! { pub struct Leaf(pub String, pub u8); },
        three_down! { pub struct Leaf; },
        three_down! { pub struct Leaf {} },
    ]);
}

#[test]
fn swapping_two_fields_of_one_type_changes_the_fingerprint() {
    all_differ(&[
        three_down! { pub struct Leaf { pub from: u8, pub to: u8 } },
        three_down! { pub struct Leaf { pub to: u8, pub from: u8 } },
    ]);
}

#[test]
fn every_change_of_an_enum_three_levels_down_changes_the_fingerprint() {
    all_differ(&[
        three_down! { pub enum Leaf { A, B(u8) } },
        three_down! { pub enum Leaf { A, Renamed(u8) } },
        three_down! { pub enum Leaf { B(u8), A } },
        three_down! { pub enum Leaf { A, B(u8), C } },
        three_down! { pub enum Leaf { A } },
        three_down! { pub enum Leaf { A, B { b: u8 } } },
        three_down! { pub enum Leaf { A, B(u8, u8) } },
        three_down! { pub enum Leaf { A(), B(u8) } },
    ]);
}

#[test]
fn attributes_that_change_the_bytes_change_the_fingerprint() {
    all_differ(&[
        three_down! { pub enum Leaf { OneWord } },
        three_down! { pub enum Leaf { #[serde(rename = "x")] OneWord } },
        three_down! { pub enum Leaf { #[serde(rename = "y")] OneWord } },
        three_down! { #[serde(rename_all = "snake_case")] pub enum Leaf { OneWord } },
        three_down! { #[serde(rename_all = "camelCase")] pub enum Leaf { OneWord } },
    ]);
    all_differ(&[
        three_down! { pub struct Leaf { pub a: u8, pub b: u8 } },
        three_down! { pub struct Leaf { pub a: u8, #[serde(skip)] pub b: u8 } },
        three_down! { pub struct Leaf { #[serde(skip)] pub a: u8, pub b: u8 } },
        three_down! { pub struct Leaf { pub a: u8, #[wire(opaque = "number@1")] pub b: u8 } },
        three_down! { pub struct Leaf { pub a: u8, #[wire(opaque = "number@2")] pub b: u8 } },
    ]);
    all_differ(&[
        three_down! { pub struct Leaf { pub only: u8 } },
        three_down! { #[serde(transparent)] pub struct Leaf { pub only: u8 } },
    ]);
}

#[test]
fn a_change_of_a_recursive_type_changes_the_fingerprint() {
    all_differ(&[
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub text: String, pub all: Vec<Root> } },
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub body: String, pub all: Vec<Root> } },
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub text: String, pub all: Option<Box<Root>> } },
    ]);
    all_differ(&[
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Other>, pub b: Vec<Root> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Root>> }
        },
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Other>, pub b: Vec<Root> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Other>> }
        },
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Root>, pub b: Vec<Other> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Root>> }
        },
    ]);
}

#[test]
fn a_change_of_a_type_argument_changes_the_fingerprint() {
    all_differ(&[
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub of: Both<u8, u16> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub of: Both<u16, u8> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
        fingerprint_of! {
            #[derive(Wire)] pub struct Root { pub of: Both<u8, Vec<u16>> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
    ]);
}

#[test]
fn type_arguments_of_opaque_and_skipped_fields_change_the_fingerprint() {
    mod of {
        #[derive(rally::Wire)]
        pub struct Opaque<T: serde::Serialize + serde::de::DeserializeOwned> {
            #[wire(opaque = "value@1")]
            pub value: T,
        }
        #[derive(rally::Wire)]
        pub struct Skipping<const N: usize> {
            #[serde(skip)]
            pub cache: std::marker::PhantomData<[u8; N]>,
        }
    }
    all_differ(&[
        fingerprint::<of::Opaque<u8>>(),
        fingerprint::<of::Opaque<i64>>(),
        fingerprint::<of::Skipping<2>>(),
        fingerprint::<of::Skipping<3>>(),
    ]);
}

#[test]
fn changes_that_keep_the_bytes_keep_the_fingerprint() {
    let fingerprint_of = three_down! { pub struct Leaf { pub a: u8, pub b: String } };
    let commented = three_down! {
        /// A comment.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::all)]
        pub struct Leaf {
            /// Another one.
            pub(super) a: u8,

            // And one more.
            pub b: std::string::String,
        }
    };
    assert_eq!(fingerprint_of, commented);
    // Elsewhere in the file, in another module, with functions around it.
    let moved = fingerprint_of! {
        pub fn before() {}
        pub use inner::Root;
        mod inner {
            use rally::Wire;
            #[derive(Wire)]
            pub struct Leaf { pub a: u8, pub b: String }
            pub fn between() {}
            #[derive(Wire)]
            pub enum Page<T> { Empty, Full { item: Option<T> } }
            #[derive(Wire)]
            pub struct Root { pub pages: Vec<Page<Leaf>> }
        }
    };
    assert_eq!(fingerprint_of, moved);
}

#[test]
fn adjacent_names_cannot_be_confused() {
    all_differ(&[
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub enum A { BC } },
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub of: AB } #[derive(Wire)] pub enum AB { C } },
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub struct A; },
        fingerprint_of! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub enum A {} },
    ]);
}

#[test]
fn the_spelling_of_an_attribute_does_not_change_the_fingerprint() {
    assert_eq!(
        three_down! { pub struct Leaf { #[serde(skip,default="def")] pub a: Vec<u8>, pub b: u8 } },
        three_down! {
            pub struct Leaf {
                #[serde( skip , default = "def" )]
                pub a: Vec < u8 >,
                pub b: u8,
            }
        }
    );
}

/// Every compiler, machine and directory has the same fingerprints. A change
/// here makes every open tab stale.
#[test]
fn fingerprints_are_stable() {
    let fingerprint_of = three_down! { pub struct Leaf { pub a: u8, pub b: String } };
    assert_eq!(fingerprint_of, 10_361_545_453_698_205_068);
}
