//! Names of fields, as serde would write and read them. MessagePack has no use
//! for them; a format by name finds them in what the derive emits.

use ident_case::RenameRule;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Expr, Field, Fields, Lit, LitStr, Meta, MetaNameValue, Token};

use super::attributes::{Attributes, UNKNOWN_RULE, text_of};
use crate::common::Errors;

/// The names of one field. Without a name it has none.
#[derive(Default)]
pub(super) struct FieldNames {
    pub(super) written: String,
    pub(super) read: String,
    /// Others that are read.
    pub(super) aliases: Vec<String>,
}

/// One for each direction: what is written, and what is read.
type Sides<T> = [Option<T>; 2];

/// The table by which a reader finds fields or variants.
pub(super) fn table(
    names: &[String],
    aliases: &[(String, usize)],
    known_only: bool,
) -> TokenStream {
    let aliases = aliases.iter().map(|(alias, place)| quote!((#alias, #place)));
    quote! {
        &::rally::__private::Names {
            all: &[#(#names),*],
            aliases: &[#(#aliases),*],
            known_only: #known_only,
        }
    }
}

impl Attributes {
    /// The rules by which the fields of this type or variant are renamed. A
    /// variant may leave it to its enum.
    pub(super) fn field_rules(
        &self,
        of_type: &Attributes,
        fields: &Fields,
        errors: &mut Errors,
    ) -> Sides<LitStr> {
        let Fields::Named(_) = fields else { return [None, None] };
        let own = self.sides("rename_all", errors);
        let inherited = of_type.sides("rename_all_fields", errors);
        let rules = [0, 1].map(|side| own[side].clone().or_else(|| inherited[side].clone()));
        let unknown = |rule: &&LitStr| apply(&rule.value(), "a").is_none();
        if let Some(rule) = rules.iter().flatten().find(unknown) {
            errors.at(rule, UNKNOWN_RULE);
            return [None, None];
        }
        rules
    }

    /// The names of a field under these rules.
    pub(super) fn field_names(
        &self,
        field: &Field,
        rules: &Sides<LitStr>,
        errors: &mut Errors,
    ) -> FieldNames {
        let Some(ident) = &field.ident else { return FieldNames::default() };
        let name = ident.unraw().to_string();
        let renamed = self.sides("rename", errors);
        let [written, read] = [0, 1].map(|side| match (&renamed[side], &rules[side]) {
            (Some(renamed), _) => renamed.value(),
            (None, Some(rule)) => apply(&rule.value(), &name).unwrap_or_else(|| name.clone()),
            (None, None) => name.clone(),
        });
        FieldNames { written, read, aliases: self.aliases(errors) }
    }

    /// The other names that a field or variant is read by.
    pub(super) fn aliases(&self, errors: &mut Errors) -> Vec<String> {
        let aliases = self.all("alias").filter_map(|meta| errors.take(text_of(meta)));
        aliases.map(|alias| alias.value()).collect()
    }

    /// Whether a field that the type does not have is refused.
    pub(super) fn refuses_unknown_fields(&self) -> bool {
        self.all("deny_unknown_fields").next().is_some()
    }

    /// `name = ".."`, or `name(serialize = "..", deserialize = "..")`.
    fn sides(&self, name: &str, errors: &mut Errors) -> Sides<LitStr> {
        let Some(meta) = self.all(name).next() else { return [None, None] };
        let Meta::List(list) = meta else {
            let text = errors.take(text_of(meta));
            return [text.clone(), text];
        };
        let pairs = Punctuated::<MetaNameValue, Token![,]>::parse_terminated;
        let pairs = errors.take(list.parse_args_with(pairs)).unwrap_or_default();
        ["serialize", "deserialize"].map(|side| {
            let pair = pairs.iter().find(|pair| pair.path.is_ident(side))?;
            match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.clone()),
                    _ => None,
                },
                _ => None,
            }
        })
    }
}

/// A field's name under a rule of serde; `None` when there is no such rule.
fn apply(rule: &str, name: &str) -> Option<String> {
    Some(match rule {
        "UPPERCASE" => name.to_ascii_uppercase(),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        rule => {
            let rule = rule.parse::<RenameRule>().ok()?;
            // Of underscores alone nothing would be left.
            if name.bytes().all(|byte| byte == b'_') {
                return Some(name.to_owned());
            }
            rule.apply_to_field(name)
        }
    })
}
