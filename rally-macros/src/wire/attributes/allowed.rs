//! Which attributes may stand where.
//!
//! MessagePack structs are written by position: an attribute that makes a field
//! come and go, or needs field names on the wire, would be read back as
//! something else. It is refused, with what to write instead.

use quote::ToTokens;
use syn::Meta;

use super::text_of;
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
    ("other", "a variant that stands for others is a guess: remove it"),
    ("remote", "`Wire` needs a type of this crate: wrap the foreign type in a struct"),
    ("getter", "`Wire` needs a type of this crate: wrap the foreign type in a struct"),
];

/// Where an attribute stands. serde itself refuses those that stand elsewhere,
/// but a type that travels need not derive serde's traits.
#[derive(Clone, Copy)]
pub(crate) enum On {
    Struct,
    Enum,
    Variant,
    Field,
}

impl On {
    /// What counts there, or is about the names of fields, which only a format by
    /// name has a use for, or about serde's traits alone.
    fn fine(self) -> &'static str {
        match self {
            Self::Struct => {
                "bound crate default deny_unknown_fields expecting from into rename rename_all \
                 transparent try_from"
            }
            Self::Enum => {
                "bound crate deny_unknown_fields expecting from into rename rename_all \
                 rename_all_fields try_from"
            }
            Self::Variant => "alias bound rename rename_all",
            Self::Field => {
                "alias borrow bound default deserialize_with rename serialize_with skip with"
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }
}

/// Refuses what serde would refuse there, and what does not work on the wire.
pub(super) fn check_serde(meta: &Meta, on: On, errors: &mut Errors) {
    let name = meta.path().to_token_stream().to_string();
    if let (On::Variant, Some(instead)) = (on, on_variant(&name)) {
        errors.at(meta, instead);
    } else if let Some((name, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        errors.at(meta, format!("`{name}` does not work with `Wire`: {instead}"));
    } else if !on.fine().split(' ').any(|fine| fine == name) {
        let on = on.name();
        errors.at(meta, format!("serde has no attribute `{name}` for {on}: remove it"));
    }
}

/// What to write instead of an attribute of a variant.
fn on_variant(name: &str) -> Option<&'static str> {
    match name {
        "skip" => {
            Some("a variant that is never sent has no place in a type that travels: remove it")
        }
        "with" | "serialize_with" | "deserialize_with" => {
            Some("a variant travels by its fields: put them into a type of their own")
        }
        _ => None,
    }
}

/// Refuses what Wire does not know.
pub(super) fn check_wire(meta: &Meta, on: On, errors: &mut Errors) {
    const WRITE: &str = "write `#[wire(opaque = \"name@1\")]`, \
                         and count the number up when its bytes change";
    if meta.path().is_ident("secret") {
        return match (on, meta) {
            (On::Field, Meta::Path(_)) => {}
            (On::Field, _) => {
                errors.at(meta, "a field is a secret or not: write `#[wire(secret)]`")
            }
            _ => errors.at(meta, "fields are secrets: write `#[wire(secret)]` above each that is"),
        };
    }
    if let On::Variant = on {
        return errors
            .at(meta, "a variant travels by its fields: put them into a type of their own");
    }
    if !meta.path().is_ident("opaque") {
        return errors.at(meta, format!("`Wire` has `secret`, for fields, and `opaque`: {WRITE}"));
    }
    let Some(name) = errors.take(text_of(meta)) else { return };
    let has_version = name
        .value()
        .rsplit_once('@')
        .is_some_and(|(name, version)| !name.is_empty() && version.parse::<u32>().is_ok());
    if !has_version {
        errors.at(name, format!("an opaque type has a name and a version: {WRITE}"));
    }
}
