//! The attributes `#[serde(..)]` and `#[wire(..)]` of a type. `Wire` encodes a
//! type in the same way as serde would, and supports many of serde's
//! attributes.

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
pub(super) use allowed::Target;

pub(super) const UNKNOWN_RULE: &str =
    "unknown rename rule: write a rule of serde, such as \"camelCase\" or \"snake_case\"";

pub(super) enum TypeEncoding {
    Fields,
    /// The type is encoded as its only field that is sent.
    Transparent,
    /// The type is converted to and from another type, whose encoding is used.
    Converted {
        other: Box<Type>,
        can_fail: bool,
    },
}

pub(super) enum FieldEncoding {
    OfType,
    /// The field is not sent. The receiver sets the field to this value.
    Skipped(TokenStream),
    /// Two functions write and read the field, with serde's serializer and
    /// deserializer.
    Custom {
        write: TokenStream,
        read: TokenStream,
    },
}

pub(super) struct Attributes(Vec<Meta>);

impl Attributes {
    /// Parses the attributes. Each attribute that is not supported on this target is an
    /// error at its own token.
    pub(super) fn of(attributes: &[Attribute], target: Target, errors: &mut Errors) -> Self {
        let mut metas = Vec::new();
        for attribute in attributes.iter().filter(|attribute| is_relevant(attribute)) {
            let parsed = errors
                .take(attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated));
            for meta in parsed.into_iter().flatten() {
                if attribute.path().is_ident("wire") {
                    allowed::check_wire(&meta, target, errors);
                } else {
                    allowed::check_serde(&meta, target, errors);
                }
                metas.push(meta);
            }
        }
        Self(metas)
    }

    pub(super) fn type_encoding(&self, errors: &mut Errors) -> TypeEncoding {
        let (from, into) = (self.find("from").or(self.find("try_from")), self.find("into"));
        match (from, into) {
            (None, None) if self.find("transparent").is_some() => TypeEncoding::Transparent,
            (None, None) => TypeEncoding::Fields,
            (Some(from), Some(into)) => {
                let from_type = errors.take(parse::<Type>(from)).map(Box::new);
                let into_type = errors.take(parse::<Type>(into));
                match (from_type, into_type) {
                    (Some(from_type), Some(into_type)) => {
                        if plain(&from_type) != plain(&into_type) {
                            errors.at(
                                into,
                                "`into` must have the same type as `from` or `try_from`: write \
                                 the same type in both",
                            );
                        }
                        let can_fail = from.path().is_ident("try_from");
                        TypeEncoding::Converted { other: from_type, can_fail }
                    }
                    _ => TypeEncoding::Fields,
                }
            }
            (Some(only), None) => {
                let name = only.path().to_token_stream();
                errors.at(
                    only,
                    format!("`{name}` only decodes: add `into` with the same type, for encoding"),
                );
                TypeEncoding::Fields
            }
            (None, Some(only)) => {
                errors.at(
                    only,
                    "`into` only encodes: add `from` or `try_from` with the same type, for \
                     decoding",
                );
                TypeEncoding::Fields
            }
        }
    }

    /// Returns the encoding of a field. `parent` has the attributes of the struct or
    /// variant with this field.
    pub(super) fn field_encoding(
        &self,
        field: &Field,
        name: &TokenStream,
        parent: &Attributes,
        errors: &mut Errors,
    ) -> FieldEncoding {
        if self.find("skip").is_some() {
            let default = self.default_value(name, parent, errors);
            return FieldEncoding::Skipped(default.unwrap_or_else(default_of_type));
        }
        if let Some(opaque) = self.find("opaque") {
            let functions = ["with", "serialize_with", "deserialize_with"];
            if let Some(function) = functions.iter().find(|name| self.find(name).is_some()) {
                errors.at(
                    opaque,
                    format!("`opaque` and `{function}` cannot be combined: remove one of them"),
                );
            }
            // With this span, rustc reports a missing serde trait at the field's type.
            let at = field.ty.span();
            return FieldEncoding::Custom {
                write: quote_spanned!(at=> ::rally::__private::serde::Serialize::serialize),
                read: quote_spanned!(at=> ::rally::__private::serde::Deserialize::deserialize),
            };
        }
        if let Some(with) = self.find("with") {
            return match errors.take(parse::<syn::Path>(with)) {
                Some(path) => FieldEncoding::Custom {
                    write: quote!(#path::serialize),
                    read: quote!(#path::deserialize),
                },
                None => FieldEncoding::OfType,
            };
        }
        match (self.find("serialize_with"), self.find("deserialize_with")) {
            (None, None) => FieldEncoding::OfType,
            (Some(write), Some(read)) => {
                let write = errors.take(parse::<syn::Path>(write));
                let read = errors.take(parse::<syn::Path>(read));
                match (write, read) {
                    (Some(write), Some(read)) => FieldEncoding::Custom {
                        write: write.to_token_stream(),
                        read: read.to_token_stream(),
                    },
                    _ => FieldEncoding::OfType,
                }
            }
            (Some(only), None) | (None, Some(only)) => {
                errors.at(
                    only,
                    "the field needs one function for encoding and one for decoding: write both \
                     `serialize_with` and `deserialize_with`, or `with`",
                );
                FieldEncoding::OfType
            }
        }
    }

    /// Returns the value for an absent field, from the attributes of the field or else of `parent`.
    pub(super) fn default_value(
        &self,
        name: &TokenStream,
        parent: &Attributes,
        errors: &mut Errors,
    ) -> Option<TokenStream> {
        match self.find("default") {
            Some(meta @ Meta::NameValue(_)) => {
                errors.take(parse::<syn::Path>(meta)).map(|path| quote!(#path()))
            }
            Some(_) => Some(default_of_type()),
            None => parent.struct_default(errors).map(|default| quote!(#default.#name)),
        }
    }

    pub(super) fn variant_name(
        &self,
        variant: &Variant,
        parent: &Attributes,
        errors: &mut Errors,
    ) -> String {
        let name = variant.ident.unraw().to_string();
        if let Some(renamed) = self.find("rename").and_then(|meta| errors.take(text_of(meta))) {
            return renamed.value();
        }
        let rule = parent.find("rename_all").and_then(|meta| errors.take(text_of(meta)));
        let Some(rule) = rule else { return name };
        match rule.value().parse::<RenameRule>() {
            Ok(rule) => rule.apply_to_variant(name),
            Err(()) => {
                errors.at(rule, UNKNOWN_RULE);
                name
            }
        }
    }

    fn struct_default(&self, errors: &mut Errors) -> Option<TokenStream> {
        match self.find("default")? {
            meta @ Meta::NameValue(_) => errors
                .take(parse::<syn::Path>(meta))
                .map(|path| quote!({ let it: Self = #path(); it })),
            _ => Some(quote!(<Self as ::core::default::Default>::default())),
        }
    }

    pub(super) fn is_secret(&self, errors: &mut Errors) -> bool {
        let Some(secret) = self.find("secret") else { return false };
        if self.find("skip").is_some() {
            errors.at(
                secret,
                "a skipped field is never sent, so it cannot be secret: remove `secret` or `skip`",
            );
        }
        true
    }

    fn find(&self, name: &str) -> Option<&Meta> {
        self.all(name).next()
    }

    /// Returns all attributes of this name. Only `alias` may be repeated.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Meta> {
        self.0.iter().filter(move |meta| meta.path().is_ident(name))
    }
}

fn default_of_type() -> TokenStream {
    quote!(::core::default::Default::default())
}

/// Returns `true` if the type has `#[wire(opaque = ..)]`. It is then encoded by its own
/// `Serialize`, and serde's attributes are not checked.
pub(super) fn is_opaque(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let wire = named("wire", attributes);
    // After an error the type counts as opaque, so that no errors about its fields follow.
    Attributes::of(&wire, Target::Struct, errors).find("secret").is_none() && !wire.is_empty()
}

pub(super) fn named(name: &str, attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
}

pub(super) fn text(attributes: &[Attribute]) -> String {
    let relevant = attributes.iter().filter(|attribute| is_relevant(attribute));
    relevant.filter_map(secrets::without_secret).map(|attribute| plain(&attribute)).collect()
}

/// Returns the source text of `item`, with spaces only between words, so that the text
/// does not depend on formatting.
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

pub(super) fn member(index: usize, field: &Field) -> TokenStream {
    match &field.ident {
        Some(name) => name.to_token_stream(),
        None => syn::Index::from(index).to_token_stream(),
    }
}

fn is_relevant(attribute: &Attribute) -> bool {
    attribute.path().is_ident("serde") || attribute.path().is_ident("wire")
}

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
    Err(syn::Error::new_spanned(
        meta,
        format!("`{name}` must be one string for encoding and decoding: write `{name} = \"..\"`"),
    ))
}
