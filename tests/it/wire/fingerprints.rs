//! Fingerprints: what changes them, and what does not.

use rally_core::wire::fingerprint;

/// The fingerprint of `Root` among these definitions.
macro_rules! print {
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

/// A type three levels down, through a list, an option and a generic.
macro_rules! three_down {
    ($($leaf:tt)*) => {
        print! {
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
    for (index, print) in prints.iter().enumerate() {
        assert!(!prints[..index].contains(print), "number {index} is like one before it");
    }
}

#[test]
fn every_change_of_a_struct_three_levels_down_counts() {
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
fn two_fields_of_one_type_that_change_places_count() {
    all_differ(&[
        three_down! { pub struct Leaf { pub from: u8, pub to: u8 } },
        three_down! { pub struct Leaf { pub to: u8, pub from: u8 } },
    ]);
}

#[test]
fn every_change_of_an_enum_three_levels_down_counts() {
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
fn attributes_that_change_the_bytes_count() {
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
fn a_change_of_a_type_that_holds_itself_counts() {
    all_differ(&[
        print! { #[derive(Wire)] pub struct Root { pub text: String, pub all: Vec<Root> } },
        print! { #[derive(Wire)] pub struct Root { pub body: String, pub all: Vec<Root> } },
        print! { #[derive(Wire)] pub struct Root { pub text: String, pub all: Option<Box<Root>> } },
    ]);
    all_differ(&[
        print! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Other>, pub b: Vec<Root> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Root>> }
        },
        print! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Other>, pub b: Vec<Root> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Other>> }
        },
        print! {
            #[derive(Wire)] pub struct Root { pub a: Vec<Root>, pub b: Vec<Other> }
            #[derive(Wire)] pub struct Other { pub root: Option<Box<Root>> }
        },
    ]);
}

#[test]
fn a_change_of_a_type_parameter_counts() {
    all_differ(&[
        print! {
            #[derive(Wire)] pub struct Root { pub of: Both<u8, u16> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
        print! {
            #[derive(Wire)] pub struct Root { pub of: Both<u16, u8> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
        print! {
            #[derive(Wire)] pub struct Root { pub of: Both<u8, Vec<u16>> }
            #[derive(Wire)] pub struct Both<A, B> { pub a: A, pub b: B }
        },
    ]);
}

#[test]
fn a_parameter_counts_though_serde_writes_the_field() {
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
fn what_the_bytes_do_not_depend_on_does_not_count() {
    let print = three_down! { pub struct Leaf { pub a: u8, pub b: String } };
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
    assert_eq!(print, commented);
    // Elsewhere in the file, in another module, with functions around it.
    let moved = print! {
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
    assert_eq!(print, moved);
}

#[test]
fn names_cannot_run_into_each_other() {
    all_differ(&[
        print! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub enum A { BC } },
        print! { #[derive(Wire)] pub struct Root { pub of: AB } #[derive(Wire)] pub enum AB { C } },
        print! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub struct A; },
        print! { #[derive(Wire)] pub struct Root { pub of: A } #[derive(Wire)] pub enum A {} },
    ]);
}

#[test]
fn how_an_attribute_is_written_does_not_count() {
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

/// Two builds agree on it, whatever machine and directory they were made in:
/// a change here makes every open tab stale.
#[test]
fn fingerprints_do_not_drift() {
    let print = three_down! { pub struct Leaf { pub a: u8, pub b: String } };
    assert_eq!(print, 10_361_545_453_698_205_068);
}
