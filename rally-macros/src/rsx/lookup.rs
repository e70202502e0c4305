//! Checks of the names of elements, attributes and events. A known name becomes
//! a reference to its description.

use dioxus_rsx::{Attribute, AttributeName, Element, ElementName};
use proc_macro2::Ident;

use super::Rsx;
use super::names::{self, Namespace, suggestion};

impl Rsx {
    /// Finds the element, unless it is a custom element.
    pub(super) fn known_element(
        &mut self,
        element: &Element,
        tag: &str,
    ) -> Option<names::ElementName> {
        let known = names::element(tag, self.namespace);
        match (&element.name, known) {
            (ElementName::Ident(ident), Some(known)) => {
                self.references.element(known, ident);
                Some(known)
            }
            (ElementName::Ident(ident), None) => {
                self.references.unknown_element(self.namespace, ident);
                let message = unknown_element(tag);
                self.errors.at_span(ident.span(), message);
                None
            }
            // `annotation-xml` has a dash and is no custom element.
            (ElementName::Custom(_), known) => known,
        }
    }

    /// Returns the name of an attribute in HTML. If `known` is `None`, the element
    /// is a custom or an unknown one, which may have any attribute.
    pub(super) fn attribute_name(
        &mut self,
        attribute: &Attribute,
        tag: &str,
        known: Option<names::ElementName>,
    ) -> Option<String> {
        let ident = match &attribute.name {
            AttributeName::BuiltIn(ident) => ident,
            AttributeName::Custom(name) => {
                let text = name.value();
                if let Some(message) = invalid_name(&text) {
                    self.errors.at_span(name.span(), message);
                    return None;
                }
                return Some(text);
            }
            AttributeName::Spread(_) => return None,
        };
        let text = ident.to_string();
        let text = text.trim_start_matches("r#");
        let own = known.and_then(|known| known.attribute(text)).map(str::to_owned);
        if let Some(name) = own.or_else(|| names::global_attribute(text)) {
            self.references.attribute(known, ident);
            return Some(name);
        }
        let Some(known) = known else { return Some(text.replace('_', "-")) };
        self.references.unknown_attribute(known, ident);
        let message = unknown_attribute(tag, known, text);
        self.errors.at_span(ident.span(), message);
        None
    }

    pub(super) fn unknown_event(&mut self, ident: &Ident, text: &str) {
        self.references.unknown_event(ident);
        let (base, suffix) = match text.find("_capture").or_else(|| text.find("_passive")) {
            Some(end) => text.split_at(end),
            None => (text, ""),
        };
        let message = match suggestion(base, names::events()) {
            _ if matches!(base, "onmounted" | "onmount") => format!(
                "no event is called `{base}`: to start an effect once the HTML is in the document, \
                 write `fn mounted` of the page"
            ),
            Some(name) => format!("no event is called `{text}`: did you mean `{name}{suffix}`?"),
            None => format!(
                "no event is called `{text}`. The names are those of the DOM, such as `onclick` or \
                 `onkeydown`"
            ),
        };
        self.errors.at_span(ident.span(), message);
    }
}

fn unknown_element(tag: &str) -> String {
    if matches!(tag, "html" | "head" | "body") {
        return format!(
            "`{tag}` belongs to the document, which Rally writes: use `Page::head` for the title \
             and `index.html` for the rest"
        );
    }
    // Parsers read the content of these as text, with rules of their own.
    if matches!(tag, "xmp" | "listing" | "plaintext") {
        return format!("`{tag}` is obsolete: write `pre`, which shows any text as it is");
    }
    if matches!(tag, "noembed" | "noframes") {
        return format!("`{tag}` is obsolete, and browsers never show its content: remove it");
    }
    let start = format!("no HTML, SVG or MathML element is called `{tag}`");
    match suggestion(tag, names::elements()) {
        Some(name) => format!("{start}: did you mean `{name}`? Custom elements have a dash"),
        None => format!(
            "{start}. Custom elements have a dash, and the names of components begin with a \
             capital letter"
        ),
    }
}

fn unknown_attribute(tag: &str, known: names::ElementName, text: &str) -> String {
    if let Some(name) = text.strip_prefix("data_") {
        let name = name.replace('_', "-");
        return format!("attributes of data are written as strings: write `\"data-{name}\": ..`");
    }
    let first = text.strip_prefix("initial_").or_else(|| text.strip_prefix("default_"));
    if let Some(name) = first
        && matches!(name, "value" | "checked" | "selected" | "open" | "muted")
    {
        return format!(
            "`{tag}` has no attribute `{text}`: write `{name}: ..`. What the visitor enters stays, \
             since a field is only written when its `{name}` in the view changes"
        );
    }
    // An attribute of SVG can have the name of a property, and is known then.
    if known.namespace == Namespace::Html
        && let Some(property) = names::css_property(text)
    {
        return format!("`{property}` is a CSS property: write `style: \"{property}: ..\"`");
    }
    let start = format!("`{tag}` has no attribute `{text}`");
    match suggestion(text, known.attributes()) {
        Some(name) => {
            let name = raw_keyword(&name);
            let other = text.replace('_', "-");
            format!(
                "{start}: did you mean `{name}`? Write other attributes as strings: \"{other}\": .."
            )
        }
        None => {
            let other = text.replace('_', "-");
            format!("{start}. Write other attributes as strings: \"{other}\": ..")
        }
    }
}

fn raw_keyword(name: &str) -> String {
    match syn::parse_str::<Ident>(name) {
        Ok(_) => name.to_owned(),
        Err(_) => format!("r#{name}"),
    }
}

fn invalid_name(name: &str) -> Option<String> {
    let is_invalid =
        |letter: char| letter.is_whitespace() || letter.is_control() || "\"'<>/=".contains(letter);
    if name.is_empty()
        || name.chars().any(is_invalid)
        || name.starts_with(['@', '#', '!', '.', '$'])
    {
        return Some(format!("`{name}` cannot be the name of an attribute"));
    }
    if name.len() > 2 && name.starts_with("on") && names::event(name).is_some() {
        return Some(format!(
            "a listener is a closure, not a text: write `{name}: move |event| ..`"
        ));
    }
    None
}
