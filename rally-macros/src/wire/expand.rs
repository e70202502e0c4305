//! What `derive(Wire)` emits: one impl, which writes, reads and describes the
//! type field by field.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Field, Fields, Generics, Type, Variant, parse_quote};

use super::attributes::{Attributes, Form, On, Travels, is_opaque, member, only, plain, text};
use super::names::{self, FieldNames};
use super::secrets;
use crate::common::Errors;

pub(super) fn wire(item: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if is_opaque(&item.attrs, errors) {
        return emit(item, &opaque());
    }
    let on = if let Data::Enum(_) = item.data { On::Enum } else { On::Struct };
    let attributes = Attributes::of(&only("serde", &item.attrs), on, errors);
    let body = match (attributes.form(errors), &item.data) {
        (_, Data::Union(_)) => {
            errors.at(&item.ident, "a union cannot travel: write an enum");
            return TokenStream::new();
        }
        (Form::Converted { other, can_fail }, _) => converted(&other, can_fail),
        (Form::Transparent, Data::Struct(data)) => {
            structure(&data.fields, true, &attributes, item, errors)
        }
        (_, Data::Struct(data)) => structure(&data.fields, false, &attributes, item, errors),
        (_, Data::Enum(data)) => enumeration(data, &attributes, errors),
    };
    emit(item, &body)
}

/// The three bodies of the impl, and what is written as nil.
struct Body {
    shape: TokenStream,
    write: TokenStream,
    read: TokenStream,
    /// Of an enum: what its value is called.
    variant_name: Option<TokenStream>,
    /// What generated code does with each field.
    fields: Vec<TokenStream>,
    /// The type whose value stands for this one's, if there is one.
    same_as: Option<Type>,
    /// Whether a part is left out, or read by code of its own.
    is_lossy: bool,
}

fn emit(item: &DeriveInput, body: &Body) -> TokenStream {
    let DeriveInput { ident, generics, .. } = item;
    let (_, type_generics, _) = generics.split_for_impl();
    let bounded = bounded(generics);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    let Body { shape, write, read, variant_name, fields, same_as, is_lossy } = body;
    let description = description(item);
    // Of a part that serde writes only the text is known, in which a parameter
    // is a mere name.
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
    // Which of its type parameters' types there will be is not known yet.
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

/// What stands for the type's parameters in its fingerprint.
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

/// Every type parameter must travel too.
fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::rally::__private::Wire));
    }
    generics
}

fn opaque() -> Body {
    let serde = quote!(::rally::__private::serde);
    Body {
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

fn converted(other: &Type, can_fail: bool) -> Body {
    let field = field(other);
    let made = match can_fail {
        false => quote!(::core::result::Result::Ok(::core::convert::From::from(other))),
        true => quote! {
            ::core::convert::TryFrom::try_from(other).map_err(|error| from.invalid(&error))
        },
    };
    Body {
        shape: quote!((#field.shape)(shape);),
        write: quote! {
            let other: #other = ::core::convert::Into::into(::core::clone::Clone::clone(self));
            (#field.write)(&other, to);
        },
        read: quote! {
            let other = (#field.read)(from)?;
            #made
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
) -> Body {
    let mut parts = Parts::of(&item.ident, fields, [attributes, attributes], errors);
    if is_transparent {
        if parts.sent().count() == 1 {
            parts.style = Style::Newtype;
        } else {
            errors.at(&item.ident, "`transparent` needs exactly one field that is sent");
        }
    }
    let (pattern, written) = (parts.pattern(), parts.write());
    let read = parts.read(&quote!(Self));
    Body {
        shape: parts.shape(),
        write: quote! {
            let Self #pattern = self;
            #written
        },
        read,
        variant_name: None,
        fields: parts.fields().collect(),
        same_as: parts.newtype(),
        is_lossy: parts.are_lossy(),
    }
}

fn enumeration(data: &DataEnum, attributes: &Attributes, errors: &mut Errors) -> Body {
    let mut is_lossy = false;
    let mut names = Vec::new();
    let mut aliases = Vec::new();
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    let mut shape = TokenStream::new();
    let mut writes = TokenStream::new();
    let mut reads = TokenStream::new();
    let mut called = TokenStream::new();
    for variant in &data.variants {
        let own = Attributes::of(&variant.attrs, On::Variant, errors);
        let name = own.variant_name(variant, attributes, errors);
        aliases.extend(own.aliases(errors).into_iter().map(|alias| (alias, names.len())));
        names.push(name.clone());
        if !seen.insert(name.clone()) {
            let message = format!("another variant is called `{name}` on the wire: rename one");
            errors.at(&variant.ident, message);
        }
        let ident = &variant.ident;
        let parts = Parts::of(ident, &variant.fields, [&own, attributes], errors);
        called.extend(quote!(Self::#ident { .. } => #name,));
        is_lossy |= parts.are_lossy();
        shape.extend(parts.shape());
        fields.extend(parts.fields());
        if let Fields::Unit = variant.fields {
            writes.extend(quote!(Self::#ident => to.unit_variant(#name),));
            reads.extend(quote!((#name, false) => ::core::result::Result::Ok(Self::#ident),));
            continue;
        }
        let (pattern, write) = (parts.pattern(), parts.write());
        writes.extend(quote!(Self::#ident #pattern => to.variant(#name, |to| { #write }),));
        let read = parts.read(&quote!(Self::#ident));
        reads.extend(quote!((#name, true) => { #read }));
    }
    let names = names::table(&names, &aliases, true);
    let (write, variant_name) = match data.variants.is_empty() {
        true => (quote!(match *self {}), None),
        false => {
            let called = quote!(::core::option::Option::Some(match self { #called }));
            (quote!(match self { #writes }), Some(called))
        }
    };
    Body {
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

/// The fields of a struct or variant.
struct Parts<'a> {
    parts: Vec<Part<'a>>,
    style: Style,
    /// Whether a name that no field has is refused.
    known_only: bool,
}

/// How the fields of a struct or variant are written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// By their names.
    Named,
    /// By their places.
    Tuple,
    /// There are none.
    Unit,
    /// As the only field, with nothing around it.
    Newtype,
}

struct Part<'a> {
    field: &'a Field,
    member: TokenStream,
    /// What it is bound to where it is written.
    binding: Ident,
    names: FieldNames,
    travels: Travels,
    /// What it is when a format by name does not find it.
    default: Option<TokenStream>,
    is_secret: bool,
}

impl<'a> Parts<'a> {
    /// The fields of a type or variant of this name. Its own attributes say how
    /// they are written, and so do those of the type that it belongs to.
    fn of(
        of: &Ident,
        fields: &'a Fields,
        [attributes, of_type]: [&Attributes; 2],
        errors: &mut Errors,
    ) -> Self {
        let rules = attributes.field_rules(of_type, fields, errors);
        let parts = fields.iter().enumerate().map(|(index, field)| {
            let member = member(index, field);
            let own = Attributes::of(&field.attrs, On::Field, errors);
            let travels = own.travels(field, &member, attributes, errors);
            let default = match travels {
                Travels::Not(_) => None,
                _ => own.default_value(&member, attributes, errors),
            };
            // Fields without a name are called by what they are in.
            let is_told = secrets::tells(field.ident.as_ref().unwrap_or(of));
            let is_secret = own.are_secret(errors) || is_told;
            let names = own.field_names(field, &rules, errors);
            let binding = format_ident!("field_{index}");
            Part { field, member, binding, names, travels, default, is_secret }
        });
        let parts: Vec<_> = parts.collect();
        let is_sent = |part: &Part<'_>| !matches!(part.travels, Travels::Not(_));
        let style = match fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) if parts.len() == 1 && is_sent(&parts[0]) => Style::Newtype,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Unit => Style::Unit,
        };
        Self { parts, style, known_only: of_type.refuses_unknown_fields() }
    }

    fn sent(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| !matches!(part.travels, Travels::Not(_)))
    }

    /// The type that stands for this one, if it is written as that.
    fn newtype(&self) -> Option<Type> {
        let only = self.sent().next().filter(|_| self.style == Style::Newtype)?;
        matches!(only.travels, Travels::Itself).then(|| only.field.ty.clone())
    }

    fn pattern(&self) -> TokenStream {
        let bound = self.sent().map(|Part { member, binding, .. }| quote!(#member: #binding,));
        let rest = self.parts.iter().any(|part| matches!(part.travels, Travels::Not(_)));
        let rest = rest.then(|| quote!(..));
        quote!({ #(#bound)* #rest })
    }

    /// Those that travel as their type does.
    fn fields(&self) -> impl Iterator<Item = TokenStream> {
        let fields = self.parts.iter().filter(|part| matches!(part.travels, Travels::Itself));
        fields.map(|part| field(&part.field.ty))
    }

    fn are_lossy(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part.travels, Travels::Itself))
    }

    fn shape(&self) -> TokenStream {
        let fields = self.fields();
        quote!(#((#fields.shape)(shape);)*)
    }

    fn write(&self) -> TokenStream {
        let written = self.sent().enumerate().map(|(place, part)| {
            let (binding, field) = (&part.binding, field(&part.field.ty));
            let begins = (self.style != Style::Newtype).then(|| quote!(to.field(#place);));
            let value = match &part.travels {
                // What is in it is serde's business: nobody knows whether it is a secret.
                Travels::By { write, .. } => quote! {
                    to.secret(|to| to.foreign(|serializer| #write(#binding, serializer)));
                },
                _ if part.is_secret => quote!(to.secret(|to| (#field.write)(#binding, to));),
                _ => quote!((#field.write)(#binding, to);),
            };
            quote!(#begins #value)
        });
        let written: TokenStream = written.collect();
        let len = self.sent().count();
        let to = if len == 0 { quote!(_) } else { quote!(to) };
        match self.style {
            Style::Newtype => written,
            Style::Unit => quote!(to.unit();),
            Style::Tuple => quote!(to.tuple(#len, |#to| { #written });),
            Style::Named => {
                let names = self.sent().map(|part| &part.names.written);
                quote!(to.fields(&[#(#names),*], |#to| { #written });)
            }
        }
    }

    fn read(&self, constructor: &TokenStream) -> TokenStream {
        let mut places = 0..;
        let read = self.parts.iter().map(|part| {
            let Part { field: of, member, travels, default, .. } = part;
            let (read, value) = match travels {
                Travels::Not(default) => return quote!(#member: #default,),
                Travels::By { read, .. } => {
                    let value = quote!(from.foreign(|deserializer| #read(deserializer)));
                    (quote!(|from| #value), value)
                }
                Travels::Itself => {
                    let field = field(&of.ty);
                    (quote!(#field.read), quote!((#field.read)(from)))
                }
            };
            let place: usize = places.next().unwrap_or_default();
            match (self.style, default) {
                (Style::Newtype, _) => quote!(#member: #value?,),
                (_, None) => quote!(#member: from.field(#place, #read)?,),
                (_, Some(default)) => {
                    quote!(#member: from.field_or(#place, || #default, #read)?,)
                }
            }
        });
        let made = quote!(::core::result::Result::Ok(#constructor { #(#read)* }));
        let len = self.sent().count();
        let from = if len == 0 { quote!(_) } else { quote!(from) };
        match self.style {
            Style::Newtype => made,
            Style::Unit => quote!(from.unit().map(|()| #constructor {})),
            Style::Tuple => quote!(from.tuple(#len, |#from| #made)),
            Style::Named => {
                let names = self.names();
                quote!(from.fields(#names, |#from| #made))
            }
        }
    }

    /// What a reader finds the fields by.
    fn names(&self) -> TokenStream {
        let names: Vec<_> = self.sent().map(|part| part.names.read.clone()).collect();
        let aliases = self.sent().enumerate().flat_map(|(place, part)| {
            part.names.aliases.iter().map(move |alias| (alias.clone(), place))
        });
        names::table(&names, &aliases.collect::<Vec<_>>(), self.known_only)
    }
}

/// The three functions of a field's type, named the same way each time: what
/// rustc says about a type that cannot travel, it then says once.
fn field(of: &Type) -> TokenStream {
    quote_spanned!(of.span()=> ::rally::__private::field::<#of>())
}

/// Everything of the definition that decides its bytes, and is not a type.
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
    // A field with code of its own is not asked for its shape: its type's text
    // has to do.
    let written = if attributes.is_empty() { String::new() } else { plain(&field.ty) };
    format!("{attributes}{name}:{written},")
}
