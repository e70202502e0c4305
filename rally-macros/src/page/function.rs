//! Parsing of a function that is a page, or the error page.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, ItemFn, ItemStruct, LitStr, ReturnType, Type, parse_quote};

use crate::common::Errors;

/// The parameter `client` in error messages.
pub(crate) const CLIENT: &str = "`client: &ClientContext`, or with the context of your app";

/// A page without state and messages.
pub(crate) struct PageFunction {
    pub(crate) item: ItemFn,
    /// Type of the parameter `client`, if the function has it.
    pub(crate) client: Option<Type>,
    pub(crate) title: Option<LitStr>,
}

impl PageFunction {
    pub(super) fn parse(item: ItemFn, errors: &mut Errors) -> Option<Self> {
        let found = errors.len();
        check(&item, "a page", errors);
        let inputs: Vec<_> = item.sig.inputs.iter().collect();
        if let [_, extra, ..] = inputs[..] {
            errors.at(
                extra,
                "the function of a page takes only the client context: a page with URL parameters \
                 or state needs a struct with `#[page]`, a `Model` and `impl Page for Model`",
            );
        }
        let client = inputs.first().and_then(|first| reference(first, CLIENT, errors));
        (errors.len() == found).then_some(Self { item, client, title: None })
    }

    /// Returns the struct of the page: `AboutUs` for the function `about_us`.
    pub(super) fn route(&self, errors: &mut Errors) -> Option<ItemStruct> {
        let function = &self.item.sig.ident;
        let name = camel(&function.unraw().to_string());
        if *function == name {
            errors.at(
                function,
                format!(
                    "the name of a page's function begins with a small letter, because its struct \
                     is named `{name}`: write `fn {}`",
                    name.to_lowercase()
                ),
            );
            return None;
        }
        Some(unit_struct(&self.item, &name, function.span()))
    }
}

/// Makes a unit struct with the function's visibility and documentation.
pub(crate) fn unit_struct(function: &ItemFn, name: &str, span: Span) -> ItemStruct {
    let (visibility, name) = (&function.vis, Ident::new(name, span));
    let docs = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    parse_quote!(#(#docs)* #visibility struct #name;)
}

/// Reports a function that cannot be called as a view: `kind` is `a page`, for example.
pub(crate) fn check(function: &ItemFn, kind: &str, errors: &mut Errors) {
    let signature = &function.sig;
    if let Some(asyncness) = signature.asyncness {
        errors.at(
            asyncness,
            format!("the function of {kind} cannot be `async`: only a loader can wait for data"),
        );
    }
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            format!("the function of {kind} cannot have generic parameters: write concrete types"),
        );
    }
    if matches!(signature.output, ReturnType::Default) {
        errors.at(
            &signature.ident,
            format!("the function of {kind} must return its HTML: write `-> Element`"),
        );
    }
}

/// Returns the type behind a parameter `name: &Type`.
pub(crate) fn reference(input: &FnArg, shape: &str, errors: &mut Errors) -> Option<Type> {
    match input {
        FnArg::Typed(input) => match &*input.ty {
            Type::Reference(reference) if reference.mutability.is_none() => {
                return Some((*reference.elem).clone());
            }
            other => errors.at(other, format!("write this parameter as {shape}")),
        },
        FnArg::Receiver(receiver) => {
            errors.at(receiver, format!("`self` is not possible here: write {shape}"));
        }
    }
    None
}

fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    };
    name.split('_').map(capital).collect()
}
