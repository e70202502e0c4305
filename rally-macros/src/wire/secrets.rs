//! Secrets: fields whose values are replaced in messages that are kept for developers.

use ident_case::RenameRule;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Meta, Token};

/// A name with one of these letter sequences is secret. Word boundaries are ignored:
/// `pass_word` has `passw`.
const SECRET_WORDS: &[&str] =
    &["passw", "secret", "token", "apikey", "privatekey", "creditcard", "cvv"];

/// Returns `true` for a name that suggests a secret. A false positive is better
/// than a missed secret.
pub(super) fn is_secret_name(name: &Ident) -> bool {
    let name = name.unraw().to_string();
    let words = match name.contains(|letter: char| letter.is_lowercase()) {
        true => RenameRule::SnakeCase.apply_to_variant(&name),
        false => name.to_lowercase(),
    };
    let letters = words.replace('_', "");
    // `ssn` must be within one word: `business_name` has these letters across two words.
    words.contains("ssn") || SECRET_WORDS.iter().any(|secret| letters.contains(secret))
}

/// Returns `true` if the field is marked as secret, or if its name suggests a secret.
pub(crate) fn is_secret(field: &Field) -> bool {
    let is_marked = |attribute: &Attribute| {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        let is_secret = |meta: &Meta| meta.path().is_ident("secret");
        attribute.path().is_ident("wire") && metas.is_ok_and(|metas| metas.iter().any(is_secret))
    };
    field.attrs.iter().any(is_marked) || field.ident.as_ref().is_some_and(is_secret_name)
}

/// Returns the attribute without `secret`, for the fingerprint: `secret` does
/// not change the encoding.
pub(super) fn without_secret(attribute: &Attribute) -> Option<TokenStream> {
    let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let is_secret = |meta: &Meta| meta.path().is_ident("secret");
    match metas {
        Ok(metas) if attribute.path().is_ident("wire") && metas.iter().any(is_secret) => {
            let kept: Vec<_> = metas.iter().filter(|meta| !is_secret(meta)).collect();
            (!kept.is_empty()).then(|| quote!(wire(#(#kept),*)))
        }
        _ => Some(attribute.meta.to_token_stream()),
    }
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    #[track_caller]
    fn check(names: &str, expected: bool) {
        for name in names.split(' ') {
            assert_eq!(is_secret_name(&format_ident!("{name}")), expected, "{name}");
        }
    }

    #[test]
    fn names_of_secrets_are_recognized() {
        check(
            "password new_password pass_word PASSWORD passwd r#passwords Password ResetPassword",
            true,
        );
        check("secret client_secret Secret token csrf_token AccessToken", true);
        check("api_key ApiKey apikey private_key credit_card_number cvv ssn SSN", true);
    }

    #[test]
    fn other_names_are_not_secret() {
        check("name pass passage session business_name class_name ClassName key card id", false);
    }
}
