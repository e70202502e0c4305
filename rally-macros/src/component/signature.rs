//! The properties of a component: the parameters of its function.

use proc_macro2::{Span, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, Ident, ItemFn, Lifetime, Meta, Pat, PatType,
    PathArguments, ReturnType, Type,
};

use super::SHAPE;
use crate::common::Errors;

pub(super) struct Signature {
    pub(super) properties: Vec<Property>,
    /// Lifetimes of references that have none in the parameters.
    pub(super) lifetimes: Vec<Lifetime>,
    pub(super) output: Type,
}

pub(super) struct Property {
    pub(super) name: Ident,
    /// The type, with a lifetime at each reference.
    pub(super) ty: Type,
    pub(super) kind: Kind,
    /// The default, if the property is not required.
    pub(super) default: Option<Default>,
    pub(super) docs: Vec<Attribute>,
}

/// The values that a property accepts.
pub(super) enum Kind {
    /// `String`: everything that converts into one.
    Text,
    /// `Option<T>`: `T` or `Option<T>`.
    Optional(Box<Type>),
    Plain,
}

pub(super) enum Default {
    /// The default of the type.
    OfType,
    Value(Box<Expr>),
}

impl Property {
    pub(super) fn is_children(&self) -> bool {
        self.name == "children"
    }
}

impl Signature {
    /// Parses the function. Returns `None` if it cannot be a component.
    ///
    /// [`correct`] has been called for the function.
    pub(super) fn parse(function: &ItemFn, errors: &mut Errors) -> Option<Self> {
        let signature = &function.sig;
        let before = errors.len();
        let name = signature.ident.unraw().to_string();
        if name.starts_with(|letter: char| letter.is_lowercase() || letter == '_') {
            let message = format!(
                "the name of a component begins with a capital letter: write `fn {}`",
                camel_case(&name)
            );
            errors.at(&signature.ident, message);
        }
        if let Some(token) = &signature.asyncness {
            let message = "a component cannot be `async`: load data in the page, and pass it on";
            errors.at(token, message);
        }
        let ReturnType::Type(_, output) = &signature.output else { return None };
        let mut lifetimes = Lifetimes(Vec::new());
        let mut properties = Vec::new();
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    errors.at(receiver, format!("a component cannot take `self`: write `{SHAPE}`"));
                }
                FnArg::Typed(input) => {
                    properties.extend(Property::parse(input, &mut lifetimes, errors));
                }
            }
        }
        let output = (**output).clone();
        (errors.len() == before).then_some(Self { properties, lifetimes: lifetimes.0, output })
    }
}

impl Property {
    fn parse(input: &PatType, lifetimes: &mut Lifetimes, errors: &mut Errors) -> Option<Self> {
        let name = match &*input.pat {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
                pattern.ident.clone()
            }
            other => {
                let message = "a property has a name: write `name: Type`, and take it apart in the \
                               function";
                errors.at(other, message);
                return None;
            }
        };
        let mut ty = (*input.ty).clone();
        if contains_impl(&ty) {
            let message =
                "write a generic parameter instead: `fn Card<T: Display>(value: T) -> Element`";
            errors.at(&ty, message);
            return None;
        }
        lifetimes.visit_type_mut(&mut ty);
        if name == "children" && !is_path(&ty, "Element") {
            errors.at(&input.ty, "`children` are an element: write `children: Element`");
        }
        let kind = match argument_of(&ty, "Option") {
            Some(inner) => Kind::Optional(Box::new(inner.clone())),
            None if is_path(&ty, "String") => Kind::Text,
            None => Kind::Plain,
        };
        let mut default = None;
        for attribute in &input.attrs {
            if !attribute.path().is_ident("default") {
                continue;
            }
            default = match &attribute.meta {
                Meta::Path(_) => Some(Default::OfType),
                Meta::List(list) => {
                    errors.take(syn::parse2(list.tokens.clone())).map(Default::Value)
                }
                Meta::NameValue(value) => {
                    errors.at(value, "write `#[default]` or `#[default(value)]`");
                    None
                }
            };
        }
        let is_optional = matches!(kind, Kind::Optional(_)) || name == "children";
        let default = default.or(is_optional.then_some(Default::OfType));
        let docs = input.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
        Some(Self { name, ty, kind, default, docs: docs.cloned().collect() })
    }
}

/// Reports mistakes that the macro can correct, and corrects them, so that they
/// cause no second error.
pub(super) fn correct(signature: &mut syn::Signature, errors: &mut Errors) {
    if let Some(token) = signature.constness.take() {
        errors.at(token, "a component cannot be `const`: remove it");
    }
    if let Some(token) = signature.unsafety.take() {
        errors.at(token, "a component cannot be `unsafe`: remove it");
    }
    if let Some(token) = signature.abi.take() {
        errors.at(token, "a component cannot be `extern`: remove it");
    }
    if let ReturnType::Default = signature.output {
        let message = format!("a component returns an element: write `{SHAPE}`");
        errors.at(&signature.ident, message);
        signature.output = syn::parse_quote!(-> ::rally::__private::view::Element);
    }
}

/// Names the lifetimes that are elided in types of parameters.
struct Lifetimes(Vec<Lifetime>);

impl Lifetimes {
    fn next(&mut self, span: Span) -> Lifetime {
        let lifetime = Lifetime::new(&format!("'__{}", self.0.len()), span);
        self.0.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for Lifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.next(reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next(lifetime.apostrophe);
        }
    }

    // Elided lifetimes in these are parameters of the function.
    fn visit_type_bare_fn_mut(&mut self, _: &mut syn::TypeBareFn) {}
    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        _: &mut syn::ParenthesizedGenericArguments,
    ) {
    }
}

fn contains_impl(ty: &Type) -> bool {
    struct Found(bool);
    impl VisitMut for Found {
        fn visit_type_impl_trait_mut(&mut self, _: &mut syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut found = Found(false);
    found.visit_type_mut(&mut ty.clone());
    found.0
}

/// Returns `true` for a path that ends with `name`, without arguments.
fn is_path(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

/// Returns the type `T` of `name<T>`.
fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

fn camel_case(name: &str) -> Ident {
    let words = name.split('_').filter(|word| !word.is_empty());
    let name: String = words.map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    format_ident!("{}", if name.is_empty() { "Card".to_owned() } else { name })
}

impl Default {
    /// Returns an expression of the type of the property. `convert` accepts the
    /// same values as the property.
    pub(super) fn value(&self, convert: impl Fn(TokenStream) -> TokenStream) -> TokenStream {
        match self {
            Self::OfType => quote::quote!(::core::default::Default::default()),
            Self::Value(value) => convert(quote::quote!(#value)),
        }
    }
}
