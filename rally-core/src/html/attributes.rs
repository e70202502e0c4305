//! Attributes of an element: static attributes of its template, and dynamic attributes of a view.

use std::borrow::Cow;
use std::fmt::Write;

use dioxus_core::{Attribute, AttributeValue, TemplateAttribute, TemplateNode};

use super::escape;

pub(super) struct Attributes {
    parts: Vec<Part>,
    /// CSS text, such as `width:1px;`, of static attributes that are CSS properties.
    css: String,
    /// `true` for a `<textarea>` without children: its `value` is written as its content.
    holds_value: bool,
    end: &'static str,
    /// The `dangerous_inner_html` of the template.
    inner_html: Option<&'static str>,
}

enum Part {
    Markup(String),
    Style(&'static str),
    Value(&'static str),
    /// Index of these dynamic attributes among those of the template.
    Slot(usize),
}

/// The content of an element, as set by one of the element's attributes.
pub(super) enum InnerContent<'a> {
    /// `dangerous_inner_html`.
    Html(Cow<'a, str>),
    /// `value` of a `<textarea>`.
    Value(Cow<'a, str>),
}

impl Attributes {
    pub(super) fn of(
        tag: &'static str,
        attributes: &'static [TemplateAttribute],
        children: &'static [TemplateNode],
    ) -> Self {
        let is_void = children.is_empty() && is_void(tag);
        let mut this = Self {
            parts: Vec::new(),
            css: String::new(),
            holds_value: tag == "textarea" && children.is_empty(),
            end: if is_void { "/>" } else { ">" },
            inner_html: None,
        };
        for attribute in attributes {
            match *attribute {
                TemplateAttribute::Dynamic { id } => this.parts.push(Part::Slot(id)),
                TemplateAttribute::Static { name, value, namespace } => {
                    this.push(name, value, namespace);
                }
            }
        }
        this
    }

    fn push(&mut self, name: &'static str, value: &'static str, namespace: Option<&str>) {
        match (name, namespace) {
            ("dangerous_inner_html", _) => self.inner_html = Some(value),
            (_, Some("style")) => {
                push_property(&mut self.css, name, |css| escape::push(css, value))
            }
            ("style", _) => self.parts.push(Part::Style(value)),
            ("value", _) if self.holds_value => self.parts.push(Part::Value(value)),
            _ if is_boolean(name) && !is_true(value) => {}
            _ => {
                let mut markup = String::new();
                push_attribute(&mut markup, name, value);
                self.parts.push(Part::Markup(markup));
            }
        }
    }

    pub(super) fn are_dynamic(&self) -> bool {
        self.slots().next().is_some()
    }

    fn slots(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(index) => Some(*index),
            _ => None,
        })
    }

    /// Returns the dynamic attributes of this element. `slots` has those of all
    /// elements of the template.
    pub(super) fn dynamic<'a>(
        &self,
        slots: &'a [Box<[Attribute]>],
    ) -> impl Iterator<Item = &'a Attribute> {
        self.slots().flat_map(|index| &*slots[index])
    }

    /// Writes the attributes. Returns the element's content if an attribute sets it.
    pub(super) fn write<'a>(
        &self,
        html: &mut String,
        slots: &'a [Box<[Attribute]>],
    ) -> Option<InnerContent<'a>> {
        // If there are CSS properties, they are written into one attribute with
        // the value of `style`: browsers ignore a second `style` attribute.
        let has_css = !self.css.is_empty() || self.dynamic(slots).any(is_property);
        let mut style = String::new();
        let mut content = None;
        for part in &self.parts {
            match part {
                Part::Markup(markup) => html.push_str(markup),
                Part::Style(value) if has_css => push_declarations(&mut style, value),
                Part::Style(value) => push_attribute(html, "style", value),
                Part::Value(value) => content = Some(InnerContent::Value((*value).into())),
                Part::Slot(index) => {
                    for attribute in &slots[*index] {
                        match (attribute.name, &attribute.value) {
                            ("dangerous_inner_html", value) => {
                                content = text_of(value).map(InnerContent::Html);
                            }
                            _ if is_property(attribute) => {}
                            ("style", AttributeValue::Text(value)) if has_css => {
                                push_declarations(&mut style, value);
                            }
                            ("value", value) if self.holds_value => {
                                content = text_of(value).map(InnerContent::Value);
                            }
                            (name, value) if is_boolean(name) && !is_true_value(value) => {}
                            _ => push_dynamic(html, attribute),
                        }
                    }
                }
            }
        }
        if has_css {
            style.push_str(&self.css);
            for attribute in self.dynamic(slots).filter(|attribute| is_property(attribute)) {
                let value = text_of(&attribute.value).unwrap_or_default();
                push_property(&mut style, attribute.name, |css| escape::push(css, &value));
            }
            html.push_str(" style=\"");
            html.push_str(&style);
            html.push('"');
        }
        self.inner_html.map(|inner| InnerContent::Html(inner.into())).or(content)
    }

    pub(super) fn close(&self, html: &mut String, content: Option<InnerContent<'_>>) {
        html.push_str(self.end);
        match content {
            Some(_) if self.end == "/>" => {}
            Some(InnerContent::Html(inner)) => html.push_str(&inner),
            Some(InnerContent::Value(value)) => {
                // Browsers ignore a line break directly after `<textarea>`, so add one.
                if value.starts_with('\n') {
                    html.push('\n');
                }
                escape::push(html, &value);
            }
            None => {}
        }
    }
}

/// Returns `true` for a CSS property that is written as an attribute, as in `width: "1px"`.
fn is_property(attribute: &Attribute) -> bool {
    attribute.namespace == Some("style") && attribute.name != "dangerous_inner_html"
}

fn push_property(css: &mut String, name: &str, value: impl FnOnce(&mut String)) {
    css.push_str(name);
    css.push(':');
    value(css);
    css.push(';');
}

/// Appends the value of a `style` attribute, with `;` at the end: more declarations may follow.
fn push_declarations(css: &mut String, declarations: &str) {
    let declarations = declarations.trim_end();
    escape::push(css, declarations);
    if !declarations.is_empty() && !declarations.ends_with(';') {
        css.push(';');
    }
}

fn push_attribute(html: &mut String, name: &str, value: &str) {
    html.push(' ');
    html.push_str(name);
    html.push_str("=\"");
    escape::push(html, value);
    html.push('"');
}

fn push_dynamic(html: &mut String, Attribute { name, value, .. }: &Attribute) {
    let written = match value {
        AttributeValue::Text(value) => return push_attribute(html, name, value),
        AttributeValue::Bool(value) => write!(html, " {name}={value}"),
        AttributeValue::Int(value) => write!(html, " {name}={value}"),
        AttributeValue::Float(value) => write!(html, " {name}={value}"),
        AttributeValue::Listener(_) | AttributeValue::Any(_) | AttributeValue::None => return,
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn text_of(value: &AttributeValue) -> Option<Cow<'_, str>> {
    match value {
        AttributeValue::Text(value) => Some(value.into()),
        AttributeValue::Bool(value) => Some(value.to_string().into()),
        AttributeValue::Int(value) => Some(value.to_string().into()),
        AttributeValue::Float(value) => Some(value.to_string().into()),
        AttributeValue::Listener(_) | AttributeValue::Any(_) | AttributeValue::None => None,
    }
}

/// Returns `true` for a boolean attribute of HTML. Such an attribute is true if it is present,
/// with any value.
fn is_boolean(name: &str) -> bool {
    matches!(
        name,
        "allowfullscreen"
            | "allowpaymentrequest"
            | "async"
            | "autofocus"
            | "autoplay"
            | "checked"
            | "controls"
            | "default"
            | "defer"
            | "disabled"
            | "formnovalidate"
            | "hidden"
            | "inert"
            | "ismap"
            | "itemscope"
            | "loop"
            | "multiple"
            | "muted"
            | "nomodule"
            | "novalidate"
            | "open"
            | "playsinline"
            | "readonly"
            | "required"
            | "reversed"
            | "selected"
            | "truespeed"
            | "webkitdirectory"
    )
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "0" && !value.eq_ignore_ascii_case("false")
}

fn is_true_value(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::Text(value) => is_true(value),
        AttributeValue::Bool(value) => *value,
        AttributeValue::Int(value) => *value != 0,
        AttributeValue::Float(value) => *value != 0.0,
        AttributeValue::Listener(_) | AttributeValue::Any(_) | AttributeValue::None => false,
    }
}

pub(super) fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}
