//! What serde's and Wire's attributes say about a type that travels.
//!
//! The bytes are those that serde would write, so its attributes count here
//! too.

mod allowed;

use ident_case::RenameRule;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Field, Lit, LitStr, Meta, Token, Type, Variant};

use super::secrets;
use crate::common::Errors;
pub(super) use allowed::On;

pub(super) const UNKNOWN_RULE: &str =
    "serde has no such rule: write \"camelCase\", \"snake_case\", ..";

/// How a type travels.
pub(super) enum Form {
    /// By its fields or variants.
    Fields,
    /// As its only field that is sent.
    Transparent,
    /// As another type, which it is made from and into.
    Converted { other: Box<Type>, can_fail: bool },
}

/// How a field travels.
pub(super) enum Travels {
    /// As its type does.
    Itself,
    /// Not at all: it is this value on the other side.
    Not(TokenStream),
    /// As these two functions write and read it.
    By { write: TokenStream, read: TokenStream },
}

/// The attributes of one item.
pub(super) struct Attributes(Vec<Meta>);

impl Attributes {
    /// Reads the attributes, and refuses what breaks the wire, each at its own
    /// token.
    pub(super) fn of(attributes: &[Attribute], on: On, errors: &mut Errors) -> Self {
        let mut metas = Vec::new();
        for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
            let parsed = errors
                .take(attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated));
            for meta in parsed.into_iter().flatten() {
                if attribute.path().is_ident("wire") {
                    allowed::check_wire(&meta, on, errors);
                } else {
                    allowed::check_serde(&meta, on, errors);
                }
                metas.push(meta);
            }
        }
        Self(metas)
    }

    pub(super) fn form(&self, errors: &mut Errors) -> Form {
        let (from, into) = (self.find("from").or(self.find("try_from")), self.find("into"));
        match (from, into) {
            (None, None) if self.find("transparent").is_some() => Form::Transparent,
            (None, None) => Form::Fields,
            (Some(from), Some(into)) => {
                let other = errors.take(parse::<Type>(from)).map(Box::new);
                let written = errors.take(parse::<Type>(into));
                match (other, written) {
                    (Some(other), Some(written)) => {
                        if plain(&other) != plain(&written) {
                            errors.at(
                                into,
                                "both sides must agree: write the same type as in `from`",
                            );
                        }
                        let can_fail = from.path().is_ident("try_from");
                        Form::Converted { other, can_fail }
                    }
                    _ => Form::Fields,
                }
            }
            (Some(only), None) => {
                errors.at(only, "both sides must agree: write `into` with the same type too");
                Form::Fields
            }
            (None, Some(only)) => {
                errors.at(only, "both sides must agree: write `from` with the same type too");
                Form::Fields
            }
        }
    }

    /// How a field with these attributes travels, in a type with those.
    pub(super) fn travels(
        &self,
        field: &Field,
        name: &TokenStream,
        of: &Attributes,
        errors: &mut Errors,
    ) -> Travels {
        if self.find("skip").is_some() {
            let default = self.default_value(name, of, errors);
            return Travels::Not(default.unwrap_or_else(by_type));
        }
        if let Some(opaque) = self.find("opaque") {
            let other = ["with", "serialize_with", "deserialize_with"];
            if other.iter().any(|name| self.find(name).is_some()) {
                errors.at(
                    opaque,
                    "the field has code of its own that writes it: remove one of the two",
                );
            }
            // What rustc says about a type that serde cannot write is about the field.
            let at = field.ty.span();
            return Travels::By {
                write: quote_spanned!(at=> ::rally::__private::serde::Serialize::serialize),
                read: quote_spanned!(at=> ::rally::__private::serde::Deserialize::deserialize),
            };
        }
        if let Some(with) = self.find("with") {
            return match errors.take(parse::<syn::Path>(with)) {
                Some(path) => Travels::By {
                    write: quote!(#path::serialize),
                    read: quote!(#path::deserialize),
                },
                None => Travels::Itself,
            };
        }
        match (self.find("serialize_with"), self.find("deserialize_with")) {
            (None, None) => Travels::Itself,
            (Some(write), Some(read)) => {
                let write = errors.take(parse::<syn::Path>(write));
                let read = errors.take(parse::<syn::Path>(read));
                match (write, read) {
                    (Some(write), Some(read)) => {
                        Travels::By { write: write.to_token_stream(), read: read.to_token_stream() }
                    }
                    _ => Travels::Itself,
                }
            }
            (Some(only), None) | (None, Some(only)) => {
                let message = "both sides must agree: write `serialize_with` and `deserialize_with`, or `with`";
                errors.at(only, message);
                Travels::Itself
            }
        }
    }

    /// What a field is that is not there, by its own attributes or those of its
    /// type.
    pub(super) fn default_value(
        &self,
        name: &TokenStream,
        of: &Attributes,
        errors: &mut Errors,
    ) -> Option<TokenStream> {
        match self.find("default") {
            Some(meta @ Meta::NameValue(_)) => {
                errors.take(parse::<syn::Path>(meta)).map(|path| quote!(#path()))
            }
            Some(_) => Some(by_type()),
            None => of.whole_default(errors).map(|default| quote!(#default.#name)),
        }
    }

    /// The name of a variant on the wire.
    pub(super) fn variant_name(
        &self,
        variant: &Variant,
        of: &Attributes,
        errors: &mut Errors,
    ) -> String {
        let name = variant.ident.unraw().to_string();
        if let Some(renamed) = self.find("rename").and_then(|meta| errors.take(text_of(meta))) {
            return renamed.value();
        }
        let Some(rule) = of.find("rename_all").and_then(|meta| errors.take(text_of(meta))) else {
            return name;
        };
        match rule.value().parse::<RenameRule>() {
            Ok(rule) => rule.apply_to_variant(name),
            Err(()) => {
                errors.at(rule, UNKNOWN_RULE);
                name
            }
        }
    }

    /// The value that a type takes what is skipped from.
    fn whole_default(&self, errors: &mut Errors) -> Option<TokenStream> {
        match self.find("default")? {
            meta @ Meta::NameValue(_) => errors
                .take(parse::<syn::Path>(meta))
                .map(|path| quote!({ let it: Self = #path(); it })),
            _ => Some(quote!(<Self as ::core::default::Default>::default())),
        }
    }

    /// Whether a field is marked as a secret.
    pub(super) fn are_secret(&self, errors: &mut Errors) -> bool {
        let Some(secret) = self.find("secret") else { return false };
        if self.find("skip").is_some() {
            errors.at(secret, "the field is not sent at all: remove one of the two");
        }
        true
    }

    fn find(&self, name: &str) -> Option<&Meta> {
        self.all(name).next()
    }

    /// Those of this name: an alias may stand there more than once.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Meta> {
        self.0.iter().filter(move |meta| meta.path().is_ident(name))
    }
}

fn by_type() -> TokenStream {
    quote!(::core::default::Default::default())
}

/// Whether the type's own `Serialize` writes it: then serde's attributes are
/// serde's business.
pub(super) fn is_opaque(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let wire = only("wire", attributes);
    // A mistake in it is told alone, and not with what follows from it.
    Attributes::of(&wire, On::Struct, errors).find("secret").is_none() && !wire.is_empty()
}

/// The attributes of this name.
pub(super) fn only(name: &str, attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
}

/// The attributes as text, for the fingerprint.
pub(super) fn text(attributes: &[Attribute]) -> String {
    let ours = attributes.iter().filter(|attribute| is_ours(attribute));
    ours.filter_map(secrets::without).map(|attribute| plain(&attribute)).collect()
}

/// Tokens as text, with a space between two words and nowhere else: neither the
/// compiler's way of printing them nor the author's of writing them counts.
pub(super) fn plain(item: &impl ToTokens) -> String {
    let mut text = String::new();
    let mut after_word = false;
    for token in item.to_token_stream() {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word {
            text.push(' ');
        }
        after_word = is_word;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.extend([open, &plain(&group.stream()), close]);
            }
            token => text.push_str(&token.to_string()),
        }
    }
    text
}

/// What a field is called in a pattern: its name, or its number.
pub(super) fn member(index: usize, field: &Field) -> TokenStream {
    match &field.ident {
        Some(name) => name.to_token_stream(),
        None => syn::Index::from(index).to_token_stream(),
    }
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("serde") || attribute.path().is_ident("wire")
}

/// What stands in the quotes of `name = ".."`.
fn parse<T: Parse>(meta: &Meta) -> syn::Result<T> {
    text_of(meta)?.parse()
}

pub(super) fn text_of(meta: &Meta) -> syn::Result<LitStr> {
    if let Meta::NameValue(pair) = meta
        && let Expr::Lit(literal) = &pair.value
        && let Lit::Str(text) = &literal.lit
    {
        return Ok(text.clone());
    }
    let name = meta.path().to_token_stream();
    Err(syn::Error::new_spanned(meta, format!("both sides must agree: write `{name} = \"..\"`")))
}
