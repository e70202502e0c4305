//! Components: `Card { title: "..", "child" }` calls the builder of the properties.

use dioxus_rsx::{
    Attribute, AttributeName, AttributeValue, Component, HotLiteral, IfAttributeValue,
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::condition::{Branches, is_text, is_total};
use super::template::key_of;
use super::{Rsx, generated_at};

impl Rsx {
    /// Returns code that adds the views of a component to the current list.
    pub(super) fn component(&mut self, component: &Component) -> TokenStream {
        self.diagnostics(&component.diagnostics);
        let Component { name, generics, .. } = component;
        if let Some(last) = name.segments.last()
            && last.ident.to_string().starts_with(|letter: char| letter.is_ascii_lowercase())
        {
            let function = quote!(#name).to_string().replace(' ', "");
            let message = format!(
                "the name of a component begins with a capital letter: write `{{{function}(..)}}` to \
                 call a function"
            );
            self.errors.at_span(last.ident.span(), message);
            return TokenStream::new();
        }
        let before = self.errors.len();
        for spread in &component.spreads {
            let message = "a component takes its properties one by one: write `name: value`";
            self.errors.at_span(spread.span(), message);
        }
        let mut seen: Vec<&Ident> = Vec::new();
        let mut properties = TokenStream::new();
        for field in &component.fields {
            match &field.name {
                _ if field.name.is_likely_key() => {}
                AttributeName::BuiltIn(ident) if seen.contains(&ident) => {
                    let message = format!("`{ident}` is given twice: remove one");
                    self.errors.at_span(ident.span(), message);
                }
                AttributeName::BuiltIn(ident) => {
                    seen.push(ident);
                    let value = self.property(field);
                    let span = generated_at(field.value.span());
                    properties.extend(quote_spanned!(span=> .#ident(#value)));
                }
                name => {
                    let message = "a component has only its properties: write `name: value`, \
                                   without quotes";
                    self.errors.at_span(name.span(), message);
                }
            }
        }
        if self.errors.len() > before {
            // Without these values, rustc would say that properties are missing.
            return TokenStream::new();
        }
        let key = key_of(&component.fields).map(|key| self.key(key));
        let children = self.component_children(component);
        let end = generated_at(name.span());
        let start = quote_spanned!(end=> #name #generics::__properties());
        let finish = quote_spanned!(end=> .__finish(::core::marker::PhantomData));
        let builder = &self.builder;
        let child = quote_spanned!(end=> #builder.child(#start #properties #children #finish););
        match key {
            Some(key) => quote!(#key #builder.wrap_begin(); #child #builder.wrap_end();),
            None => child,
        }
    }

    fn component_children(&mut self, component: &Component) -> Option<TokenStream> {
        let first = component.children.roots.first()?;
        // The component decides where the children stand.
        let ancestors = std::mem::take(&mut self.ancestors);
        let body = self.body(&component.children, false);
        self.ancestors = ancestors;
        let builder = &self.builder;
        let start = quote!(let mut #builder = ::rally::__private::view::Builder::start(););
        let span = generated_at(first.span());
        Some(quote_spanned!(span=> .children({ #start #body #builder.finish() })))
    }

    fn property(&mut self, field: &Attribute) -> TokenStream {
        match &field.value {
            AttributeValue::IfExpr(chain) => {
                let string = is_text(chain) && !is_static(chain);
                self.chain(chain, Branches::Property { optional: !is_total(chain), string })
            }
            AttributeValue::EventTokens(closure) => quote!(#closure),
            value => self.expression(value),
        }
    }
}

/// Returns `true` if no value has an argument.
fn is_static(chain: &IfAttributeValue) -> bool {
    let is_static = |value: &AttributeValue| match value {
        AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => text.is_static(),
        AttributeValue::IfExpr(chain) => is_static(chain),
        _ => false,
    };
    is_static(&chain.then_value) && chain.else_value.as_deref().is_none_or(is_static)
}
