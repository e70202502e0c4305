//! The attributes `#[form(..)]` of fields and variants.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprUnary, Lit, LitInt, LitStr, Meta, Token, UnOp};

use crate::common::Errors;
use crate::wire::is_secret;

/// The rules of a field.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) name: Option<LitStr>,
    pub(super) is_skipped: bool,
    is_secret: bool,
    /// Fields of `Rules` with their values.
    rules: Vec<TokenStream>,
}

/// The kinds of arguments, with the names that have one of the kind.
const LIMITS: &[&str] = &["min", "max", "step"];
const COUNTS: &[&str] = &["min_items", "max_items"];
const TEXTS: &[&str] = &["pattern", "autocomplete", "accept", "message"];
const FLAGS: &[&str] = &["required", "optional", "trim", "multiline"];
const INPUTS: &[&str] = &["email", "password", "url", "tel", "search"];

impl FieldAttributes {
    pub(super) fn of(field: &syn::Field, errors: &mut Errors) -> Self {
        let mut all = Self::default();
        for meta in metas(&field.attrs, errors) {
            all.add(&meta, errors);
        }
        if all.is_secret || is_secret(field) {
            all.rules.push(quote!(secret: true));
        }
        all
    }

    fn add(&mut self, meta: &Meta, errors: &mut Errors) {
        let path = meta.path();
        let name = path.to_token_stream().to_string();
        let is_one_of = |names: &[&str]| names.contains(&&*name);
        let is_word = |name: &str| ["skip", "secret"].contains(&name);
        self.is_secret |= name == "secret" || name == "password";
        if is_word(&name) || is_one_of(FLAGS) || is_one_of(INPUTS) {
            if let Meta::List(_) | Meta::NameValue(_) = meta {
                errors.at(meta, format!("`{name}` takes no value: write `{name}`"));
            } else if is_word(&name) {
                self.is_skipped |= name == "skip";
            } else if is_one_of(FLAGS) {
                self.rules.push(quote!(#path: true));
            } else {
                self.rules.push(quote!(input: ::core::option::Option::Some(#name)));
            }
        } else if is_one_of(LIMITS) {
            if let Some(limit) = errors.take(limit(meta)) {
                self.rules.push(quote!(#path: ::core::option::Option::Some(#limit)));
            }
        } else if is_one_of(COUNTS) {
            if let Some(count) = errors.take(count(meta)) {
                self.rules.push(quote!(#path: ::core::option::Option::Some(#count)));
            }
        } else if is_one_of(TEXTS) {
            if let Some(text) = errors.take(text(meta)) {
                self.rules.push(quote!(#path: ::core::option::Option::Some(#text)));
            }
        } else if name == "name" {
            self.name = errors.take(text(meta));
            if let Some(name) = self.name.as_ref().filter(|name| name.value().is_empty()) {
                errors.at(name, "a field needs a name: write the name of the field in the form");
            }
        } else {
            let known = [&["name", "skip", "secret"], LIMITS, COUNTS, TEXTS, FLAGS, INPUTS]
                .concat()
                .join("`, `");
            errors.at(path, format!("unknown attribute of `form`: write one of `{known}`"));
        }
    }

    pub(super) fn rules(&self) -> TokenStream {
        let rules = &self.rules;
        match rules.is_empty() {
            true => quote!(::rally::__private::form::Rules::NONE),
            false => quote! {
                ::rally::__private::form::Rules {
                    #(#rules,)*
                    ..::rally::__private::form::Rules::NONE
                }
            },
        }
    }
}

/// Returns the value and the label of a variant, if its attributes have them.
pub(super) fn of_variant(attributes: &[Attribute], errors: &mut Errors) -> [Option<LitStr>; 2] {
    let mut all = [None, None];
    for meta in metas(attributes, errors) {
        match meta.path().to_token_stream().to_string().as_str() {
            "value" => all[0] = errors.take(text(&meta)),
            "label" => all[1] = errors.take(text(&meta)),
            _ => errors.at(
                &meta,
                "unknown attribute of `form` on a variant: write `label = \"..\"` or `value = \"..\"`",
            ),
        }
    }
    all
}

/// Returns `true` if an enum has `#[form(text)]`.
pub(super) fn is_text(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let metas = metas(attributes, errors);
    for meta in &metas {
        if !matches!(meta, Meta::Path(path) if path.is_ident("text")) {
            errors.at(meta, "unknown attribute of `form` on an enum: write `text`");
        }
    }
    !metas.is_empty()
}

/// Reports attributes of a struct itself: all attributes are those of fields.
pub(super) fn refuse_of_struct(attributes: &[Attribute], errors: &mut Errors) {
    for meta in metas(attributes, errors) {
        errors.at(&meta, "a struct has no attributes of `form`: write them above a field");
    }
}

fn metas(attributes: &[Attribute], errors: &mut Errors) -> Vec<Meta> {
    let of_form = attributes.iter().filter(|attribute| attribute.path().is_ident("form"));
    let parsed = of_form.filter_map(|attribute| {
        errors.take(attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated))
    });
    parsed.flatten().collect()
}

fn text(meta: &Meta) -> syn::Result<LitStr> {
    if let Meta::NameValue(pair) = meta
        && let Expr::Lit(literal) = &pair.value
        && let Lit::Str(text) = &literal.lit
    {
        return Ok(text.clone());
    }
    let name = meta.path().to_token_stream();
    let message = format!("`{name}` must be a text: write `{name} = \"..\"`");
    Err(syn::Error::new_spanned(meta, message))
}

/// Returns a number of items.
fn count(meta: &Meta) -> syn::Result<LitInt> {
    if let Meta::NameValue(pair) = meta
        && let Expr::Lit(literal) = &pair.value
        && let Lit::Int(count) = &literal.lit
        && count.base10_parse::<u32>().is_ok()
    {
        return Ok(LitInt::new(count.base10_digits(), count.span()));
    }
    let name = meta.path().to_token_stream();
    let message = format!("`{name}` must be a number of items: write `{name} = 3`");
    Err(syn::Error::new_spanned(meta, message))
}

/// Returns a limit as text: a number, or a text such as a date.
fn limit(meta: &Meta) -> syn::Result<String> {
    if let Meta::NameValue(pair) = meta {
        let (sign, value) = match &pair.value {
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => ("-", &**expr),
            value => ("", value),
        };
        if let Expr::Lit(literal) = value {
            match &literal.lit {
                Lit::Int(number) => return Ok(format!("{sign}{}", number.base10_digits())),
                Lit::Float(number) => return Ok(format!("{sign}{}", number.base10_digits())),
                Lit::Str(text) if sign.is_empty() => return Ok(text.value()),
                _ => {}
            }
        }
    }
    let name = meta.path().to_token_stream();
    let message =
        format!("`{name}` must be a number, or a text such as a date: write `{name} = 8`");
    Err(syn::Error::new_spanned(meta, message))
}
