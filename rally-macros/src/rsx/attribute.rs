//! Attributes of elements: static ones, slots and listeners.

use dioxus_rsx::{Attribute as Parsed, AttributeName, AttributeValue, Element, HotLiteral};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::text::Text;
use super::{Rsx, generated_at, names, variable, without_braces};

/// The attributes of an element, in the order in which they are written.
pub(super) struct Attributes {
    pub(super) list: Vec<Attribute>,
    pub(super) content: Content,
    /// Code before the end tag of a `select` or `textarea` that shows its value.
    pub(super) end: Option<TokenStream>,
}

pub(super) enum Attribute {
    Static {
        name: String,
        value: String,
    },
    Slot {
        /// The slot in the attribute `$` of the markup.
        mark: String,
        /// Text that the server writes before and after the value.
        before: String,
        code: TokenStream,
        after: &'static str,
    },
}

/// The content of an element.
pub(super) enum Content {
    Children,
    /// A static text, from the value of a `textarea`.
    Text(Text),
    /// Code that writes the content on the server.
    Code(TokenStream),
}

impl Attribute {
    pub(super) fn slot(mark: impl Into<String>, code: TokenStream) -> Self {
        Self::Slot { mark: mark.into(), before: String::new(), code, after: "" }
    }

    pub(super) fn fixed(name: &str, value: impl Into<String>) -> Self {
        Self::Static { name: name.to_owned(), value: value.into() }
    }
}

impl Rsx {
    pub(super) fn attributes(
        &mut self,
        element: &Element,
        tag: &str,
        known: Option<names::ElementName>,
    ) -> Attributes {
        let mut attributes = Attributes { list: Vec::new(), content: Content::Children, end: None };
        let mut written: Vec<String> = Vec::new();
        let mut classes = Vec::new();
        let mut class_at = 0;
        for attribute in &element.raw_attributes {
            if attribute.name.is_likely_key() {
                if let AttributeName::BuiltIn(ident) = &attribute.name {
                    self.references.attribute(known, ident);
                }
                continue;
            }
            if attribute.name.is_likely_event() {
                attributes.list.extend(self.listener(attribute));
                continue;
            }
            let Some(name) = self.attribute_name(attribute, tag, known) else { continue };
            if name == "class" {
                if classes.is_empty() {
                    class_at = attributes.list.len();
                }
                classes.push(attribute);
                continue;
            }
            if written.contains(&name) {
                let message =
                    format!("`{name}` is already an attribute of this `{tag}`: remove one");
                self.errors.at_span(attribute.name.span(), message);
                continue;
            }
            self.attribute(&mut attributes, &name, tag, attribute);
            written.push(name);
        }
        match &classes[..] {
            [] => {}
            [class] => {
                let class = self.value("class", &class.value);
                attributes.list.splice(class_at..class_at, class);
            }
            classes => {
                let text = self.joined(classes);
                let class = self.always("class", &text);
                attributes.list.insert(class_at, class);
            }
        }
        if !element.spreads.is_empty() {
            if !classes.is_empty() {
                written.push("class".to_owned());
            }
            let is_field =
                matches!(tag, "select" | "textarea") && !written.iter().any(|name| name == "value");
            attributes.list.push(self.spread(element, &written, is_field));
            if is_field {
                let (builder, field) = (&self.builder, variable("field"));
                let end = Ident::new(&format!("{tag}_end"), Span::call_site());
                attributes.end = Some(quote!(#builder.#end(#field);));
            }
        }
        attributes
    }

    /// Returns the slot of all spreads of an element. `own` are the attributes that
    /// the element writes itself. The spread of a field may have its value.
    fn spread(&self, element: &Element, own: &[String], is_field: bool) -> Attribute {
        let builder = &self.builder;
        let lists = element.spreads.iter().map(|spread| {
            let value = &spread.expr;
            quote_spanned! {generated_at(value.span())=>
                ::rally::__private::view::IntoAttributes::into_attributes(#value)
            }
        });
        let lists = quote!(&[#(#own),*], [#(#lists),*]);
        let field = variable("field");
        let code = match is_field {
            true => quote!(let #field = #builder.field_spread(#lists);),
            false => quote!(#builder.spread(#lists);),
        };
        Attribute::slot("..", code)
    }

    fn attribute(&mut self, to: &mut Attributes, name: &str, tag: &str, attribute: &Parsed) {
        let value = &attribute.value;
        let span = value.span();
        let text = match value {
            AttributeValue::AttrLiteral(HotLiteral::Fmted(text)) => self.text(text).literal(),
            _ => None,
        };
        let builder = self.builder.clone();
        let content = variable("content");
        match (tag, name) {
            (_, "dangerous_inner_html") => {
                let value = self.expression(value);
                let code = quote_spanned! {generated_at(span)=>
                    let #content = #builder.inner_html(#value);
                };
                to.list.push(Attribute::slot("!", code));
                to.content = Content::Code(quote!(#builder.content(#content);));
            }
            ("textarea", "value") => match text {
                Some(text) => to.content = Content::Text(Text::of_literal(text)),
                None => {
                    let value = self.expression(value);
                    let code = quote_spanned! {generated_at(span)=>
                        let #content = #builder.textarea_value(#value);
                    };
                    to.list.push(Attribute::slot("value", code));
                    to.content = Content::Code(quote!(#builder.content(#content);));
                }
            },
            ("select", "value") => {
                let (select, value) = (variable("select"), self.expression(value));
                let code = quote_spanned! {generated_at(span)=>
                    let #select = #builder.select_value(#value);
                };
                to.list.push(Attribute::slot("value", code));
                to.end = Some(quote!(#builder.select_end(#select);));
            }
            _ => to.list.extend(self.value(name, value)),
        }
    }

    fn listener(&mut self, attribute: &Parsed) -> Option<Attribute> {
        let AttributeName::BuiltIn(ident) = &attribute.name else { return None };
        let text = ident.to_string();
        let Some(event) = names::event(&text) else {
            self.unknown_event(ident, &text);
            return None;
        };
        let handler = match &attribute.value {
            AttributeValue::AttrLiteral(_) | AttributeValue::IfExpr(_) => {
                let message = format!("`{text}` takes a closure: write `{text}: move |event| ..`");
                self.errors.at_span(attribute.value.span(), message);
                return None;
            }
            AttributeValue::AttrExpr(expression) => without_braces(expression),
            value => value.to_token_stream(),
        };
        let (builder, function) = (&self.builder, Ident::new(event.function, ident.span()));
        let code = quote_spanned! {generated_at(attribute.value.span())=>
            ::rally::__private::view::events::#function(&mut #builder, #handler);
        };
        Some(Attribute::slot(event.mark, code))
    }
}
