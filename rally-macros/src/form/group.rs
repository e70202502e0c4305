//! Expansion for a struct: its fields, how they are read and written, and their constants.

use std::collections::BTreeSet;

use ident_case::RenameRule;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Field, Fields};

use super::attributes::{FieldAttributes, refuse_of_struct};
use crate::common::Errors;

pub(super) fn expand(
    item: &DeriveInput,
    data: &DataStruct,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if let Fields::Unnamed(fields) = &data.fields {
        errors.at(fields, "the fields of a form need names: write `struct Name { field: Type }`");
        return None;
    }
    refuse_of_struct(&item.attrs, errors);
    let mut names = BTreeSet::new();
    let fields: Vec<_> =
        data.fields.iter().filter_map(|field| FormField::of(field, errors)).collect();
    for field in fields.iter().filter(|field| !field.attributes.is_skipped) {
        if !names.insert(field.name()) {
            let ident = field.ident;
            errors.at(ident, format!("another field has the name \"{}\" too", field.name()));
        }
    }
    Some(emit(item, &fields))
}

struct FormField<'a> {
    field: &'a Field,
    ident: &'a Ident,
    attributes: FieldAttributes,
}

impl<'a> FormField<'a> {
    fn of(field: &'a Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        Some(Self { field, ident, attributes: FieldAttributes::of(field, errors) })
    }

    fn name(&self) -> String {
        match &self.attributes.name {
            Some(name) => name.value(),
            None => self.ident.unraw().to_string(),
        }
    }

    /// Returns the functions of the field's type. All code uses this expression, so that rustc
    /// reports a type that is no `FormValue` only once.
    fn of_type(&self) -> TokenStream {
        let of = &self.field.ty;
        quote_spanned!(of.span()=> ::rally::__private::form::field_type::<#of>())
    }
}

fn emit(item: &DeriveInput, fields: &[FormField<'_>]) -> TokenStream {
    let form = &item.ident;
    let form_name = form.unraw().to_string();
    let read: Vec<_> = fields.iter().filter(|field| !field.attributes.is_skipped).collect();
    let specs = read.iter().map(|field| {
        let (name, of_type, rules) = (field.name(), field.of_type(), field.attributes.rules());
        quote! {
            ::rally::__private::form::FieldSpec {
                name: #name,
                kind: #of_type.kind,
                rules: #rules,
            }
        }
    });
    let checks = read.iter().map(|field| {
        let (of_type, rules) = (field.of_type(), field.attributes.rules());
        quote_spanned! {field.ident.span()=>
            const _: () = ::rally::__private::form::check_rules(#of_type.kind, &#rules);
        }
    });
    let bindings: Vec<_> = (0..read.len()).map(|index| format_ident!("field_{index}")).collect();
    let reads = read.iter().zip(&bindings).enumerate().map(|(index, (field, binding))| {
        let of_type = field.of_type();
        quote!(let #binding = from.field(&<Self as ::rally::__private::form::Form>::FIELDS[#index], #of_type.read);)
    });
    let members = read.iter().zip(&bindings).map(|(field, binding)| {
        let member = field.ident;
        quote!(#member: #binding?,)
    });
    let skipped = fields.iter().filter(|field| field.attributes.is_skipped).map(|field| {
        let member = field.ident;
        quote!(#member: ::core::default::Default::default(),)
    });
    let writes = read.iter().enumerate().map(|(index, field)| {
        let (member, of_type) = (field.ident, field.of_type());
        quote!(to.field(&<Self as ::rally::__private::form::Form>::FIELDS[#index], &self.#member, #of_type.write);)
    });
    let constants = read.iter().enumerate().map(|(index, field)| {
        let Field { vis, ty, .. } = field.field;
        let name = RenameRule::ScreamingSnakeCase.apply_to_field(field.ident.unraw().to_string());
        let name = Ident::new(&name, field.ident.span());
        let documentation = format!("The field `{}` of the form.", field.ident.unraw());
        // A view need not use all constants: those of a form without fields are not used at all.
        quote! {
            #[doc = #documentation]
            #[allow(dead_code)]
            #vis const #name: ::rally::__private::form::Field<Self, #ty> =
                ::rally::__private::form::Field::new(
                    &<Self as ::rally::__private::form::Form>::FIELDS[#index],
                );
        }
    });
    let [from, to] = ["from", "to"].map(|name| match read.is_empty() {
        true => quote!(_),
        false => Ident::new(name, proc_macro2::Span::call_site()).into_token_stream(),
    });
    quote! {
        #[automatically_derived]
        impl ::rally::__private::form::Form for #form {
            const FORM_NAME: &'static str = #form_name;
            const FIELDS: &'static [::rally::__private::form::FieldSpec] = &[#(#specs),*];
        }

        #[automatically_derived]
        impl ::rally::__private::form::FormValue for #form {
            type Item = Self;

            const KIND: ::rally::__private::form::Kind =
                ::rally::__private::form::group::<Self>();

            fn read_fields(
                #from: &mut ::rally::__private::form::FormReader<'_>,
                _: &::rally::__private::form::Rules,
            ) -> ::core::option::Option<Self> {
                #(#reads)*
                ::core::option::Option::Some(Self { #(#members)* #(#skipped)* })
            }

            fn write_fields(&self, #to: &mut ::rally::__private::form::FormWriter) {
                #(#writes)*
            }
        }

        impl #form {
            #(#constants)*
        }

        #(#checks)*
    }
}
