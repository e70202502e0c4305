//! Expansion of `derive(Wire)`: one impl, which writes, reads and describes the type.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Field, Fields, Generics, Type, Variant, parse_quote};

use super::attributes::{
    Attributes, FieldEncoding, Target, TypeEncoding, is_opaque, member, named, plain, text,
};
use super::names::{self, FieldNames};
use super::secrets;
use crate::common::Errors;

pub(super) fn wire(item: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if is_opaque(&item.attrs, errors) {
        return emit(item, &opaque());
    }
    let target = if let Data::Enum(_) = item.data { Target::Enum } else { Target::Struct };
    let attributes = Attributes::of(&named("serde", &item.attrs), target, errors);
    let body = match (attributes.type_encoding(errors), &item.data) {
        (_, Data::Union(_)) => {
            errors.at(&item.ident, "`Wire` does not support unions: write an enum");
            return TokenStream::new();
        }
        (TypeEncoding::Converted { other, can_fail }, _) => converted(&other, can_fail),
        (TypeEncoding::Transparent, Data::Struct(data)) => {
            structure(&data.fields, true, &attributes, item, errors)
        }
        (_, Data::Struct(data)) => structure(&data.fields, false, &attributes, item, errors),
        (_, Data::Enum(data)) => enumeration(data, &attributes, errors),
    };
    emit(item, &body)
}

struct ImplParts {
    shape: TokenStream,
    write: TokenStream,
    read: TokenStream,
    variant_name: Option<TokenStream>,
    fields: Vec<TokenStream>,
    /// Another type with the same encoding, if any. If its encoding can be nil, so can
    /// the encoding of this type.
    same_as: Option<Type>,
    /// `true` if a field is skipped, or a part has a custom encoding.
    is_lossy: bool,
}

fn emit(item: &DeriveInput, parts: &ImplParts) -> TokenStream {
    let DeriveInput { ident, generics, .. } = item;
    let (_, type_generics, _) = generics.split_for_impl();
    let bounded = bounded(generics);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    let ImplParts { shape, write, read, variant_name, fields, same_as, is_lossy } = parts;
    let description = description(item);
    // Of parts that serde writes, the description has only the source text, in
    // which a type parameter is just a name. So the shapes of the generic arguments
    // are added to the fingerprint.
    let parameters = is_lossy.then(|| parameters(generics));
    let lossy = is_lossy.then(|| quote!(shape.lossy();));
    let can_be_nil = same_as.as_ref().map(
        |inner| quote!(const CAN_BE_NIL: bool = <#inner as ::rally::__private::Wire>::CAN_BE_NIL;),
    );
    let variant_name = variant_name.as_ref().map(|name| {
        quote! {
            fn variant_name(&self) -> ::core::option::Option<&'static str> {
                #name
            }
        }
    });
    // Checks that the field types have `Wire`. The field types of a generic type are not known
    // here.
    let checked =
        generics.params.is_empty().then(|| quote!(const _: () = { #(let _ = #fields;)* };));
    let parameter = if shape.is_empty() && !is_lossy { quote!(_) } else { quote!(shape) };
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics ::rally::__private::Wire for #ident #type_generics #where_clause {
            #can_be_nil

            fn shape(shape: &mut ::rally::__private::Shape) {
                shape.defined::<Self>(
                    const { ::rally::__private::hash(#description) },
                    |#parameter| { #shape #parameters #lossy },
                );
            }

            fn write(&self, to: &mut ::rally::__private::Writer) {
                #write
            }

            fn read(
                from: &mut ::rally::__private::Reader<'_>,
            ) -> ::core::result::Result<Self, ::rally::__private::DecodeError> {
                #read
            }

            #variant_name
        }

        #checked
    }
}

/// Emits the code that adds the generic arguments to the fingerprint.
fn parameters(generics: &Generics) -> TokenStream {
    let types = generics.type_params().map(|parameter| {
        let name = &parameter.ident;
        let field = field(&parse_quote!(#name));
        quote!((#field.shape)(shape);)
    });
    let constants = generics.const_params().map(|parameter| {
        let name = &parameter.ident;
        quote!(shape.leaf(#name as u64);)
    });
    types.chain(constants).collect()
}

fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::rally::__private::Wire));
    }
    generics
}

fn opaque() -> ImplParts {
    let serde = quote!(::rally::__private::serde);
    ImplParts {
        shape: TokenStream::new(),
        write: quote! {
            to.secret(|to| {
                to.foreign(|serializer| #serde::Serialize::serialize(self, serializer));
            });
        },
        variant_name: None,
        read: quote! {
            from.foreign(|deserializer| #serde::Deserialize::deserialize(deserializer))
        },
        fields: Vec::new(),
        same_as: None,
        is_lossy: true,
    }
}

fn converted(other: &Type, can_fail: bool) -> ImplParts {
    let field = field(other);
    let result = match can_fail {
        false => quote!(::core::result::Result::Ok(::core::convert::From::from(other))),
        true => quote! {
            ::core::convert::TryFrom::try_from(other).map_err(|error| from.invalid(&error))
        },
    };
    ImplParts {
        shape: quote!((#field.shape)(shape);),
        write: quote! {
            let other: #other = ::core::convert::Into::into(::core::clone::Clone::clone(self));
            (#field.write)(&other, to);
        },
        read: quote! {
            let other = (#field.read)(from)?;
            #result
        },
        variant_name: None,
        fields: vec![field],
        same_as: Some(other.clone()),
        is_lossy: true,
    }
}

fn structure(
    fields: &Fields,
    is_transparent: bool,
    attributes: &Attributes,
    item: &DeriveInput,
    errors: &mut Errors,
) -> ImplParts {
    let mut fields = WireFields::of(&item.ident, fields, [attributes, attributes], errors);
    if is_transparent {
        if fields.sent().count() == 1 {
            fields.style = Style::Newtype;
        } else {
            errors.at(
                &item.ident,
                "`transparent` needs exactly one field that is sent: write `#[serde(skip)]` above \
                 the other fields, or remove `transparent`",
            );
        }
    }
    let (pattern, write) = (fields.pattern(), fields.write());
    let read = fields.read(&quote!(Self));
    ImplParts {
        shape: fields.shape(),
        write: quote! {
            let Self #pattern = self;
            #write
        },
        read,
        variant_name: None,
        fields: fields.functions().collect(),
        same_as: fields.newtype(),
        is_lossy: fields.are_lossy(),
    }
}

fn enumeration(data: &DataEnum, attributes: &Attributes, errors: &mut Errors) -> ImplParts {
    let mut is_lossy = false;
    let mut names = Vec::new();
    let mut aliases = Vec::new();
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    let mut shape = TokenStream::new();
    let mut writes = TokenStream::new();
    let mut reads = TokenStream::new();
    let mut name_arms = TokenStream::new();
    for variant in &data.variants {
        let own = Attributes::of(&variant.attrs, Target::Variant, errors);
        let name = own.variant_name(variant, attributes, errors);
        aliases.extend(own.aliases(errors).into_iter().map(|alias| (alias, names.len())));
        names.push(name.clone());
        if !seen.insert(name.clone()) {
            let message =
                format!("another variant has the encoded name `{name}`: rename one of them");
            errors.at(&variant.ident, message);
        }
        let ident = &variant.ident;
        let own_fields = WireFields::of(ident, &variant.fields, [&own, attributes], errors);
        name_arms.extend(quote!(Self::#ident { .. } => #name,));
        is_lossy |= own_fields.are_lossy();
        shape.extend(own_fields.shape());
        fields.extend(own_fields.functions());
        if let Fields::Unit = variant.fields {
            writes.extend(quote!(Self::#ident => to.unit_variant(#name),));
            reads.extend(quote!((#name, false) => ::core::result::Result::Ok(Self::#ident),));
            continue;
        }
        let (pattern, write) = (own_fields.pattern(), own_fields.write());
        writes.extend(quote!(Self::#ident #pattern => to.variant(#name, |to| { #write }),));
        let read = own_fields.read(&quote!(Self::#ident));
        reads.extend(quote!((#name, true) => { #read }));
    }
    let names = names::table(&names, &aliases, true);
    let (write, variant_name) = match data.variants.is_empty() {
        true => (quote!(match *self {}), None),
        false => {
            let name = quote!(::core::option::Option::Some(match self { #name_arms }));
            (quote!(match self { #writes }), Some(name))
        }
    };
    ImplParts {
        shape,
        write,
        read: quote! {
            from.variant(#names, |from, name, holds| match (name, holds) {
                #reads
                _ => ::core::result::Result::Err(from.error(::rally::__private::DecodeErrorKind::UnknownVariant)),
            })
        },
        variant_name,
        fields,
        same_as: None,
        is_lossy,
    }
}

struct WireFields<'a> {
    all: Vec<WireField<'a>>,
    style: Style,
    /// `true` if an unknown field name is a decode error.
    known_only: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Named,
    Tuple,
    Unit,
    /// A single field, encoded without an array or map around it.
    Newtype,
}

struct WireField<'a> {
    field: &'a Field,
    member: TokenStream,
    binding: Ident,
    names: FieldNames,
    encoding: FieldEncoding,
    /// The value if the field is absent. That is possible only in a format with field
    /// names.
    default: Option<TokenStream>,
    is_secret: bool,
}

impl<'a> WireFields<'a> {
    /// Reads the attributes of the fields of a struct or variant. `attributes` are those
    /// of the struct or variant, `of_type` those of the struct or enum.
    fn of(
        owner: &Ident,
        fields: &'a Fields,
        [attributes, of_type]: [&Attributes; 2],
        errors: &mut Errors,
    ) -> Self {
        let rules = attributes.field_rules(of_type, fields, errors);
        let all = fields.iter().enumerate().map(|(index, field)| {
            let member = member(index, field);
            let own = Attributes::of(&field.attrs, Target::Field, errors);
            let encoding = own.field_encoding(field, &member, attributes, errors);
            let default = match encoding {
                FieldEncoding::Skipped(_) => None,
                _ => own.default_value(&member, attributes, errors),
            };
            // For a field without a name, the name of its struct or variant is checked.
            let has_secret_name = secrets::is_secret_name(field.ident.as_ref().unwrap_or(owner));
            let is_secret = own.is_secret(errors) || has_secret_name;
            let names = own.field_names(field, &rules, errors);
            let binding = format_ident!("field_{index}");
            WireField { field, member, binding, names, encoding, default, is_secret }
        });
        let all: Vec<_> = all.collect();
        let style = match fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) if all.len() == 1 && all[0].is_sent() => Style::Newtype,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Unit => Style::Unit,
        };
        Self { all, style, known_only: of_type.refuses_unknown_fields() }
    }

    fn sent(&self) -> impl Iterator<Item = &WireField<'a>> {
        self.all.iter().filter(|field| field.is_sent())
    }

    /// Returns the type of the only field, if this type has the same encoding as that field.
    fn newtype(&self) -> Option<Type> {
        let only = self.sent().next().filter(|_| self.style == Style::Newtype)?;
        matches!(only.encoding, FieldEncoding::OfType).then(|| only.field.ty.clone())
    }

    fn pattern(&self) -> TokenStream {
        let sent = self.sent().map(|WireField { member, binding, .. }| quote!(#member: #binding,));
        let rest = self.all.iter().any(|field| !field.is_sent());
        let rest = rest.then(|| quote!(..));
        quote!({ #(#sent)* #rest })
    }

    fn functions(&self) -> impl Iterator<Item = TokenStream> {
        let fields =
            self.all.iter().filter(|field| matches!(field.encoding, FieldEncoding::OfType));
        fields.map(|own| field(&own.field.ty))
    }

    fn are_lossy(&self) -> bool {
        self.all.iter().any(|field| !matches!(field.encoding, FieldEncoding::OfType))
    }

    fn shape(&self) -> TokenStream {
        let functions = self.functions();
        quote!(#((#functions.shape)(shape);)*)
    }

    fn write(&self) -> TokenStream {
        let writes = self.sent().enumerate().map(|(index, own)| {
            let (binding, field) = (&own.binding, field(&own.field.ty));
            let begin = (self.style != Style::Newtype).then(|| quote!(to.field(#index);));
            let value = match &own.encoding {
                // Only serde knows the content, so the whole value is treated as a secret.
                FieldEncoding::Custom { write, .. } => quote! {
                    to.secret(|to| to.foreign(|serializer| #write(#binding, serializer)));
                },
                _ if own.is_secret => quote!(to.secret(|to| (#field.write)(#binding, to));),
                _ => quote!((#field.write)(#binding, to);),
            };
            quote!(#begin #value)
        });
        let writes: TokenStream = writes.collect();
        let len = self.sent().count();
        let to = if len == 0 { quote!(_) } else { quote!(to) };
        match self.style {
            Style::Newtype => writes,
            Style::Unit => quote!(to.unit();),
            Style::Tuple => quote!(to.tuple(#len, |#to| { #writes });),
            Style::Named => {
                let names = self.sent().map(|field| &field.names.write);
                quote!(to.fields(&[#(#names),*], |#to| { #writes });)
            }
        }
    }

    fn read(&self, constructor: &TokenStream) -> TokenStream {
        let mut indexes = 0..;
        let reads = self.all.iter().map(|own| {
            let WireField { field: of, member, encoding, default, .. } = own;
            let (read, value) = match encoding {
                FieldEncoding::Skipped(default) => return quote!(#member: #default,),
                FieldEncoding::Custom { read, .. } => {
                    let value = quote!(from.foreign(|deserializer| #read(deserializer)));
                    (quote!(|from| #value), value)
                }
                FieldEncoding::OfType => {
                    let field = field(&of.ty);
                    (quote!(#field.read), quote!((#field.read)(from)))
                }
            };
            let index: usize = indexes.next().unwrap_or_default();
            match (self.style, default) {
                (Style::Newtype, _) => quote!(#member: #value?,),
                (_, None) => quote!(#member: from.field(#index, #read)?,),
                (_, Some(default)) => {
                    quote!(#member: from.field_or(#index, || #default, #read)?,)
                }
            }
        });
        let value = quote!(::core::result::Result::Ok(#constructor { #(#reads)* }));
        let len = self.sent().count();
        let from = if len == 0 { quote!(_) } else { quote!(from) };
        match self.style {
            Style::Newtype => value,
            Style::Unit => quote!(from.unit().map(|()| #constructor {})),
            Style::Tuple => quote!(from.tuple(#len, |#from| #value)),
            Style::Named => {
                let names = self.names();
                quote!(from.fields(#names, |#from| #value))
            }
        }
    }

    fn names(&self) -> TokenStream {
        let names: Vec<_> = self.sent().map(|field| field.names.read.clone()).collect();
        let aliases = self.sent().enumerate().flat_map(|(index, field)| {
            field.names.aliases.iter().map(move |alias| (alias.clone(), index))
        });
        names::table(&names, &aliases.collect::<Vec<_>>(), self.known_only)
    }
}

impl WireField<'_> {
    fn is_sent(&self) -> bool {
        !matches!(self.encoding, FieldEncoding::Skipped(_))
    }
}

/// Returns the expression for the functions of a field's type: shape, write and
/// read. All code uses this expression, so that rustc reports a type without
/// `Wire` only once.
fn field(of: &Type) -> TokenStream {
    quote_spanned!(of.span()=> ::rally::__private::field::<#of>())
}

/// Returns the definition as text for the fingerprint: names, attributes, and the types of
/// fields that have attributes.
fn description(item: &DeriveInput) -> String {
    let name = &item.ident;
    let body = match &item.data {
        Data::Struct(data) => format!("struct {name}{}", describe_fields(&data.fields)),
        Data::Enum(data) => {
            let variants: String = data.variants.iter().map(describe_variant).collect();
            format!("enum {name}{{{variants}}}")
        }
        Data::Union(_) => String::new(),
    };
    text(&item.attrs) + &body
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
    let attributes = text(&field.attrs);
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    // The attributes may set a custom encoding. Its shape is not known, so the source text of the
    // type is used.
    let type_text = if attributes.is_empty() { String::new() } else { plain(&field.ty) };
    format!("{attributes}{name}:{type_text},")
}
