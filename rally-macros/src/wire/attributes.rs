//! Which serde attributes a type that travels may have.
//!
//! MessagePack structs are written by position. An attribute that makes a
//! field come and go, or needs field names on the wire, would be read back as
//! something else: it is refused, with what to write instead.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Field, Meta, Token};

use crate::common::Errors;

/// What cannot be, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    (
        "skip_serializing_if",
        "the field would move the ones after it: write `Option` and always send it",
    ),
    ("skip_serializing", "both sides must agree: write `#[serde(skip)]`, or send the field"),
    ("skip_deserializing", "both sides must agree: write `#[serde(skip)]`, or send the field"),
    ("untagged", "without a tag the variant is a guess: remove it, variants travel by name"),
    ("tag", "an inner tag needs field names on the wire: remove it, variants travel by name"),
    ("content", "an outer tag needs field names on the wire: remove it, variants travel by name"),
    ("flatten", "it needs field names on the wire: make the inner type a field of its own"),
    ("remote", "`Wire` needs a type of this crate: wrap the foreign type in a struct"),
    ("bound", "`Wire` asks every type parameter to travel: remove it"),
    ("crate", "`Wire` finds serde by itself: remove it"),
];

/// Refuses what breaks the wire, at its own token.
pub(super) fn check(item: &DeriveInput, errors: &mut Errors) {
    check_all(&item.attrs, errors);
    match &item.data {
        Data::Struct(data) => data.fields.iter().for_each(|field| check_all(&field.attrs, errors)),
        Data::Enum(data) => {
            for variant in &data.variants {
                check_all(&variant.attrs, errors);
                variant.fields.iter().for_each(|field| check_all(&field.attrs, errors));
            }
        }
        Data::Union(_) => {}
    }
}

fn check_all(attributes: &[Attribute], errors: &mut Errors) {
    for meta in metas(attributes) {
        for (name, instead) in REFUSED {
            if meta.path().is_ident(name) {
                errors.at(&meta, format!("`{name}` does not work with `Wire`: {instead}"));
            }
        }
    }
}

/// Whether the field is not sent at all.
pub(super) fn is_skipped(field: &Field) -> bool {
    metas(&field.attrs).iter().any(|meta| meta.path().is_ident("skip"))
}

/// Whether code of the app writes the field, so that its type says nothing
/// about its bytes.
pub(super) fn is_custom(field: &Field) -> bool {
    let names = ["with", "serialize_with", "deserialize_with"];
    metas(&field.attrs).iter().any(|meta| names.iter().any(|name| meta.path().is_ident(name)))
}

/// The serde attributes, as they stand.
pub(super) fn serde(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("serde"))
}

/// The serde attributes as text, for the fingerprint.
pub(super) fn text(attributes: &[Attribute]) -> String {
    serde(attributes)
        .map(|attribute| attribute.meta.to_token_stream())
        .collect::<TokenStream>()
        .to_string()
}

fn metas(attributes: &[Attribute]) -> Vec<Meta> {
    let lists = serde(attributes).filter_map(|attribute| {
        attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()
    });
    lists.flatten().collect()
}
