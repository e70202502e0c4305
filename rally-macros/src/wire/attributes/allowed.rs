//! Checks of the attributes that are allowed on each target.
//!
//! Structs are encoded by position in MessagePack. Some attributes omit a field
//! in some messages, or need the names of fields in the encoding. The bytes
//! could then be decoded as something else. Such an attribute is an error, and
//! the message says what to write instead.

use quote::ToTokens;
use syn::Meta;

use super::text_of;
use crate::common::Errors;

const BY_POSITION: &str = "fields are encoded by position";
const BY_NAME: &str = "variants are always encoded by name";
const ONE_WAY: &str = "a field must be skipped both for encoding and for decoding, or for neither";
const FOREIGN: &str = "`Wire` must be derived in the crate of the type";

/// Unsupported attributes, each with the reason and what to write instead.
const UNSUPPORTED: &[(&str, &str, &str)] = &[
    ("skip_serializing_if", BY_POSITION, "always send the field, as an `Option`"),
    ("skip_serializing", ONE_WAY, "write `#[serde(skip)]`, or remove the attribute"),
    ("skip_deserializing", ONE_WAY, "write `#[serde(skip)]`, or remove the attribute"),
    ("untagged", BY_NAME, "remove it"),
    ("tag", BY_NAME, "remove it"),
    ("content", BY_NAME, "remove it"),
    ("flatten", BY_POSITION, "make the inner type a normal field"),
    ("other", "an unknown variant is always an error", "remove it"),
    ("remote", FOREIGN, "wrap the foreign type in a struct of this crate"),
    ("getter", FOREIGN, "wrap the foreign type in a struct of this crate"),
];

/// The item that an attribute is on. serde also checks this, but only if the
/// type derives serde's traits, which `Wire` does not require.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Struct,
    Enum,
    Variant,
    Field,
}

impl Target {
    /// Returns the attributes of serde that are allowed. Some have no effect in
    /// MessagePack: they are about names, or only about serde's traits.
    fn allowed(self) -> &'static str {
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

pub(super) fn check_serde(meta: &Meta, target: Target, errors: &mut Errors) {
    let name = meta.path().to_token_stream().to_string();
    if let (Target::Variant, Some(message)) = (target, unsupported_on_variant(&name)) {
        errors.at(meta, message);
    } else if let Some((_, reason, fix)) = UNSUPPORTED.iter().find(|(other, ..)| *other == name) {
        errors.at(meta, format!("`Wire` does not support `{name}`, because {reason}: {fix}"));
    } else if !target.allowed().split(' ').any(|allowed| allowed == name) {
        let target = target.name();
        errors.at(meta, format!("serde has no attribute `{name}` for {target}: remove it"));
    }
}

const CUSTOM_VARIANT: &str = "`Wire` does not support this on a variant: move the variant's fields \
                              into a separate type, and write the attribute there";

fn unsupported_on_variant(name: &str) -> Option<&'static str> {
    match name {
        "skip" => Some("`Wire` does not support `skip` on a variant: remove `skip` or the variant"),
        "with" | "serialize_with" | "deserialize_with" => Some(CUSTOM_VARIANT),
        _ => None,
    }
}

pub(super) fn check_wire(meta: &Meta, target: Target, errors: &mut Errors) {
    const WRITE: &str = "`#[wire(opaque = \"name@1\")]`, \
                         with a higher number each time the encoding changes";
    if meta.path().is_ident("secret") {
        return match (target, meta) {
            (Target::Field, Meta::Path(_)) => {}
            (Target::Field, _) => {
                errors.at(meta, "`secret` takes no value: write `#[wire(secret)]`")
            }
            _ => errors.at(
                meta,
                "`secret` is only for fields: write `#[wire(secret)]` above each secret field",
            ),
        };
    }
    if let Target::Variant = target {
        return errors.at(meta, CUSTOM_VARIANT);
    }
    if !meta.path().is_ident("opaque") {
        return errors.at(
            meta,
            format!(
                "unknown attribute of `wire`: write `#[wire(secret)]` above a field, or {WRITE}"
            ),
        );
    }
    let Some(name) = errors.take(text_of(meta)) else { return };
    let has_version = name
        .value()
        .rsplit_once('@')
        .is_some_and(|(name, version)| !name.is_empty() && version.parse::<u32>().is_ok());
    if !has_version {
        errors.at(name, format!("`opaque` needs a name and a version: write {WRITE}"));
    }
}
