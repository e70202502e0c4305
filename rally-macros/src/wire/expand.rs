//! What `derive(Wire)` emits.
//!
//! A derive cannot add another derive to the type it stands on. So it emits a
//! copy of the definition for serde's own derives (`remote`), and passes on.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Field, Fields, Generics, Variant, parse_quote,
};

use super::attributes::{is_custom, is_skipped, serde, text};
use crate::common::Errors;

pub(super) fn wire(item: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if let Data::Union(_) = item.data {
        errors.at(&item.ident, "a union cannot travel: write an enum");
        return TokenStream::new();
    }
    let DeriveInput { ident, generics, .. } = item;
    let (_, type_generics, _) = generics.split_for_impl();
    let bounded = bounded(generics);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    let mut with_lifetime = bounded.clone();
    with_lifetime.params.insert(0, parse_quote!('de));
    let (de_generics, ..) = with_lifetime.split_for_impl();

    let copy_name = format_ident!("__{ident}");
    let copy = copy(item, &copy_name);
    let turbofish = type_generics.as_turbofish();
    let description = description(item);
    let parts = parts(item);
    let can_be_nil = newtype(item).map(
        |inner| quote!(const CAN_BE_NIL: bool = <#inner as ::rally::__private::Wire>::CAN_BE_NIL;),
    );
    let shape = if parts.is_empty() { quote!(_) } else { quote!(shape) };
    quote! {
        const _: () = {
            use ::rally::__private::serde;

            #copy

            impl #impl_generics serde::Serialize for #ident #type_generics #where_clause {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    #copy_name #turbofish ::serialize(self, serializer)
                }
            }

            impl #de_generics serde::Deserialize<'de> for #ident #type_generics #where_clause {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    #copy_name #turbofish ::deserialize(deserializer)
                }
            }

            impl #impl_generics ::rally::__private::Wire for #ident #type_generics #where_clause {
                #can_be_nil

                fn shape(shape: &mut ::rally::__private::Shape) {
                    shape.defined::<Self>(
                        const { ::rally::__private::hash(#description) },
                        |#shape| { #(#parts)* },
                    );
                }
            }
        };
    }
}

/// What a newtype holds: it is written as that.
fn newtype(item: &DeriveInput) -> Option<&syn::Type> {
    match &item.data {
        Data::Struct(DataStruct { fields: Fields::Unnamed(fields), .. }) => {
            let only = fields.unnamed.first().filter(|_| fields.unnamed.len() == 1)?;
            (!is_custom(only) && !is_skipped(only)).then_some(&only.ty)
        }
        _ => None,
    }
}

/// Every type parameter must travel too.
fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::rally::__private::Wire));
    }
    generics
}

/// The definition once more, with serde's attributes only.
fn copy(item: &DeriveInput, name: &syn::Ident) -> TokenStream {
    let mut copy = item.clone();
    // serde adds the type parameters itself.
    let remote = item.ident.to_string();
    // What serde would infer is too little for a type that holds itself.
    let bounds: Vec<_> = item
        .generics
        .type_params()
        .map(|parameter| format!("{}: ::rally::__private::Wire", parameter.ident))
        .collect();
    let bound = bounds.join(", ");
    copy.ident = name.clone();
    keep_serde(&mut copy.attrs);
    match &mut copy.data {
        Data::Struct(data) => data.fields.iter_mut().for_each(|field| keep_serde(&mut field.attrs)),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                keep_serde(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| keep_serde(&mut field.attrs));
            }
        }
        Data::Union(_) => {}
    }
    quote! {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(crate = "::rally::__private::serde", remote = #remote, bound = #bound)]
        #[allow(dead_code)]
        #copy
    }
}

fn keep_serde(attributes: &mut Vec<Attribute>) {
    *attributes = serde(attributes).cloned().collect();
}

/// Everything of the definition that decides its bytes, and is not a type.
fn description(item: &DeriveInput) -> String {
    let body = match &item.data {
        Data::Struct(data) => describe_fields(&data.fields),
        Data::Enum(data) => data.variants.iter().map(describe_variant).collect(),
        Data::Union(_) => String::new(),
    };
    format!("{}{}{body}", text(&item.attrs), item.ident)
}

fn describe_variant(variant: &Variant) -> String {
    let fields = describe_fields(&variant.fields);
    format!("{}{}{fields};", text(&variant.attrs), variant.ident)
}

fn describe_fields(fields: &Fields) -> String {
    let described: String = fields.iter().map(describe_field).collect();
    match fields {
        Fields::Unit => described,
        Fields::Named(_) => format!("{{{described}}}"),
        Fields::Unnamed(_) => format!("({described})"),
    }
}

fn describe_field(field: &Field) -> String {
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    let custom = is_custom(field).then(|| {
        let field_type = &field.ty;
        quote!(#field_type).to_string()
    });
    format!("{}{name}:{},", text(&field.attrs), custom.unwrap_or_default())
}

/// The types of all fields, each asked for its own shape.
fn parts(item: &DeriveInput) -> Vec<TokenStream> {
    let fields: Vec<&Field> = match &item.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    let sent = fields.into_iter().filter(|field| !is_skipped(field) && !is_custom(field));
    let part = |field: &Field| {
        let field_type = &field.ty;
        quote!(<#field_type as ::rally::__private::Wire>::shape(shape);)
    };
    sent.map(part).collect()
}
