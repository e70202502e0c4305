//! Expansion for an enum: its variants are the choices of a field.

use std::collections::BTreeSet;

use ident_case::RenameRule;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Fields, Variant};

use super::attributes::{is_text, of_variant};
use crate::common::Errors;

pub(super) fn expand(
    item: &DeriveInput,
    data: &DataEnum,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let count = errors.len();
    let is_text = is_text(&item.attrs, errors);
    if data.variants.is_empty() {
        errors.at(&item.ident, "a choice needs variants: write at least one");
    }
    let mut values = BTreeSet::new();
    let mut choices = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(
                variant,
                "a choice cannot have fields: write the name of the variant only, and its values \
                 in other fields of the form",
            );
        }
        let (value, label) = value_and_label(variant, errors);
        if !values.insert(value.clone()) {
            errors.at(variant, format!("another variant has the value \"{value}\" too"));
        }
        choices.push((&variant.ident, value, label));
    }
    if errors.len() > count {
        // Without choices, the impl is valid: no errors about a missing impl follow.
        choices.clear();
    }
    let choice = emit(&item.ident, &choices);
    let text = is_text.then(|| emit_text(&item.ident));
    Some(quote!(#choice #text))
}

/// Emits `Display` and `FromStr`, whose text is the value of the choice.
fn emit_text(name: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(::rally::__private::form::Choice::choice(self).value)
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #name {
            type Err = ::rally::__private::form::UnknownChoice;

            fn from_str(
                text: &str,
            ) -> ::core::result::Result<Self, ::rally::__private::form::UnknownChoice> {
                ::rally::__private::form::FormItem::from_text(text)
                    .ok_or(::rally::__private::form::UnknownChoice)
            }
        }
    }
}

fn emit(name: &Ident, choices: &[(&Ident, String, String)]) -> TokenStream {
    let variants: Vec<_> = choices.iter().map(|(variant, ..)| variant).collect();
    let values: Vec<_> = choices.iter().map(|(_, value, _)| value).collect();
    let labels = choices.iter().map(|(.., label)| label);
    let spec = quote!(::rally::__private::form::ChoiceSpec);
    let specs: Vec<_> = values
        .iter()
        .zip(labels)
        .map(|(value, label)| quote!(#spec { value: #value, label: #label }))
        .collect();
    let choice = match choices.is_empty() {
        true => quote!(#spec { value: "", label: "" }),
        false => quote!(match self { #(Self::#variants => #specs,)* }),
    };
    quote! {
        #[automatically_derived]
        impl ::rally::__private::form::FormItem for #name {
            const KIND: ::rally::__private::form::Kind =
                ::rally::__private::form::Kind::Choice(&[#(#specs),*]);

            fn from_text(text: &str) -> ::core::option::Option<Self> {
                match text {
                    #(#values => ::core::option::Option::Some(Self::#variants),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn to_text(&self) -> ::std::string::String {
                ::rally::__private::form::Choice::choice(self).value.to_owned()
            }
        }

        #[automatically_derived]
        impl ::rally::__private::form::Choice for #name {
            const ALL: &'static [Self] = &[#(Self::#variants),*];

            fn choice(&self) -> #spec {
                #choice
            }
        }
    }
}

/// Returns the value in the form and the label for visitors.
fn value_and_label(variant: &Variant, errors: &mut Errors) -> (String, String) {
    let name = variant.ident.unraw().to_string();
    let [value, label] = of_variant(&variant.attrs, errors).map(|text| text.map(|it| it.value()));
    let value = value.unwrap_or_else(|| RenameRule::KebabCase.apply_to_variant(&name));
    let label = label.unwrap_or_else(|| {
        let words = RenameRule::SnakeCase.apply_to_variant(&name).replace('_', " ");
        let mut letters = words.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    });
    (value, label)
}
