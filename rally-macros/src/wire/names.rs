//! Names of fields, as serde would write and read them. MessagePack does not
//! need the names. They are emitted for formats that write names, such as JSON.

use ident_case::RenameRule;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Expr, Field, Fields, Lit, LitStr, Meta, MetaNameValue, Token};

use super::attributes::{Attributes, UNKNOWN_RULE, text_of};
use crate::common::Errors;

/// The names of a field. All are empty for a field of a tuple.
#[derive(Default)]
pub(super) struct FieldNames {
    pub(super) write: String,
    pub(super) read: String,
    pub(super) aliases: Vec<String>,
}

/// Two values: the first for encoding, the second for decoding.
type PerDirection<T> = [Option<T>; 2];

/// Returns the table in which a decoder looks up the names of fields or
/// variants.
pub(super) fn table(
    names: &[String],
    aliases: &[(String, usize)],
    known_only: bool,
) -> TokenStream {
    let aliases = aliases.iter().map(|(alias, index)| quote!((#alias, #index)));
    quote! {
        &::rally::__private::Names {
            all: &[#(#names),*],
            aliases: &[#(#aliases),*],
            known_only: #known_only,
        }
    }
}

impl Attributes {
    /// Returns the rename rules of the fields. A variant without a rule has the
    /// rule of its enum.
    pub(super) fn field_rules(
        &self,
        of_type: &Attributes,
        fields: &Fields,
        errors: &mut Errors,
    ) -> PerDirection<LitStr> {
        let Fields::Named(_) = fields else { return [None, None] };
        let own = self.per_direction("rename_all", errors);
        let inherited = of_type.per_direction("rename_all_fields", errors);
        let rules = [0, 1].map(|index| own[index].clone().or_else(|| inherited[index].clone()));
        let unknown = |rule: &&LitStr| apply(&rule.value(), "a").is_none();
        if let Some(rule) = rules.iter().flatten().find(unknown) {
            errors.at(rule, UNKNOWN_RULE);
            return [None, None];
        }
        rules
    }

    pub(super) fn field_names(
        &self,
        field: &Field,
        rules: &PerDirection<LitStr>,
        errors: &mut Errors,
    ) -> FieldNames {
        let Some(ident) = &field.ident else { return FieldNames::default() };
        let name = ident.unraw().to_string();
        let renamed = self.per_direction("rename", errors);
        let [write, read] = [0, 1].map(|index| match (&renamed[index], &rules[index]) {
            (Some(renamed), _) => renamed.value(),
            (None, Some(rule)) => apply(&rule.value(), &name).unwrap_or_else(|| name.clone()),
            (None, None) => name.clone(),
        });
        FieldNames { write, read, aliases: self.aliases(errors) }
    }

    pub(super) fn aliases(&self, errors: &mut Errors) -> Vec<String> {
        let aliases = self.all("alias").filter_map(|meta| errors.take(text_of(meta)));
        aliases.map(|alias| alias.value()).collect()
    }

    pub(super) fn refuses_unknown_fields(&self) -> bool {
        self.all("deny_unknown_fields").next().is_some()
    }

    /// Parses `name = ".."`, or `name(serialize = "..", deserialize = "..")`.
    fn per_direction(&self, name: &str, errors: &mut Errors) -> PerDirection<LitStr> {
        let Some(meta) = self.all(name).next() else { return [None, None] };
        let Meta::List(list) = meta else {
            let text = errors.take(text_of(meta));
            return [text.clone(), text];
        };
        let pairs = Punctuated::<MetaNameValue, Token![,]>::parse_terminated;
        let pairs = errors.take(list.parse_args_with(pairs)).unwrap_or_default();
        ["serialize", "deserialize"].map(|direction| {
            let pair = pairs.iter().find(|pair| pair.path.is_ident(direction))?;
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

/// Applies a rename rule of serde to a field's name; `None` for an unknown rule.
fn apply(rule: &str, name: &str) -> Option<String> {
    Some(match rule {
        "UPPERCASE" => name.to_ascii_uppercase(),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        rule => {
            let rule = rule.parse::<RenameRule>().ok()?;
            // For a name of underscores only, the rule would return an empty
            // name.
            if name.bytes().all(|byte| byte == b'_') {
                return Some(name.to_owned());
            }
            rule.apply_to_field(name)
        }
    })
}
