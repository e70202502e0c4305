//! Secrets: fields that are left out where a message is kept for developers.

use ident_case::RenameRule;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// What makes a name tell of a secret, wherever in the name it stands, and
/// however its words are divided.
const TELLING: &[&str] = &["passw", "secret", "token", "apikey", "privatekey", "creditcard", "cvv"];

/// Whether a name tells of a secret: better one too many than one too few.
pub(super) fn tells(name: &Ident) -> bool {
    let name = name.unraw().to_string();
    let words = match name.contains(|letter: char| letter.is_lowercase()) {
        true => RenameRule::SnakeCase.apply_to_variant(&name),
        false => name.to_lowercase(),
    };
    let letters = words.replace('_', "");
    // Of letters that are in a row in `business_name`, too.
    words.contains("ssn") || TELLING.iter().any(|telling| letters.contains(telling))
}

/// An attribute without `secret`, which changes no bytes and so no fingerprint;
/// `None` when it says nothing else.
pub(super) fn without(attribute: &Attribute) -> Option<TokenStream> {
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
            assert_eq!(tells(&format_ident!("{name}")), expected, "{name}");
        }
    }

    #[test]
    fn telling_names() {
        check(
            "password new_password pass_word PASSWORD passwd r#passwords Password ResetPassword",
            true,
        );
        check("secret client_secret Secret token csrf_token AccessToken", true);
        check("api_key ApiKey apikey private_key credit_card_number cvv ssn SSN", true);
    }

    #[test]
    fn names_that_tell_nothing() {
        check("name pass passage session business_name class_name ClassName key card id", false);
    }
}
