//! Names of elements, attributes and events.

pub(super) mod aria;
mod css;
mod events;
pub(super) mod html;
pub(super) mod mathml;
mod suggest;
pub(super) mod svg;

pub(super) use suggest::suggestion;

/// The namespace of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    Html,
    Svg,
    MathMl,
}

/// A known element.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementName {
    pub(super) name: &'static str,
    /// The namespace whose tables describe the element. `svg` and `math` are
    /// described as elements of their own namespace.
    pub(super) namespace: Namespace,
    own_attributes: &'static str,
}

/// A known event.
pub(super) struct Event {
    /// The name of the function in `events`.
    pub(super) function: &'static str,
    /// The listener as the mark in the template names it.
    pub(super) mark: String,
}

impl Namespace {
    /// Returns the name of the module of [`crate::rsx::references`].
    pub(super) fn module(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Svg => "svg",
            Self::MathMl => "mathml",
        }
    }
}

/// Returns the namespace of an element that only one namespace has, at a place
/// of HTML: `svg` is an element of HTML.
pub(super) fn only_namespace(name: &str) -> Option<Namespace> {
    let is_html = html::ELEMENTS.iter().any(|(element, ..)| *element == name);
    if words(svg::ELEMENTS).any(|element| element == name) {
        Some(Namespace::Svg)
    } else if words(mathml::ELEMENTS).any(|element| element == name) {
        Some(Namespace::MathMl)
    } else if is_html && !words(svg::SHARED).any(|element| element == name) {
        Some(Namespace::Html)
    } else {
        None
    }
}

/// Finds an element at a place of `namespace`.
pub(super) fn element(name: &str, namespace: Namespace) -> Option<ElementName> {
    let svg = || {
        let name = words(svg::ELEMENTS).chain(words(svg::SHARED)).find(|known| *known == name)?;
        Some(ElementName { name, namespace: Namespace::Svg, own_attributes: svg::ATTRIBUTES })
    };
    let mathml = || {
        let name = words(mathml::ELEMENTS).find(|known| *known == name)?;
        let own_attributes = mathml::ATTRIBUTES;
        Some(ElementName { name, namespace: Namespace::MathMl, own_attributes })
    };
    let html = || {
        let (name, own_attributes, _) = *html::ELEMENTS.iter().find(|known| known.0 == name)?;
        Some(match name {
            "svg" => svg()?,
            "math" => {
                let own_attributes = mathml::ATTRIBUTES;
                ElementName { name, namespace: Namespace::MathMl, own_attributes }
            }
            _ => ElementName { name, namespace: Namespace::Html, own_attributes },
        })
    };
    match namespace {
        Namespace::Html => html().or_else(svg).or_else(mathml),
        Namespace::Svg => svg().or_else(html).or_else(mathml),
        Namespace::MathMl => mathml().or_else(html).or_else(svg),
    }
}

/// All names of elements.
pub(super) fn elements() -> impl Iterator<Item = &'static str> {
    let html = html::ELEMENTS.iter().map(|(name, ..)| *name);
    html.chain(words(svg::ELEMENTS)).chain(words(mathml::ELEMENTS))
}

impl ElementName {
    /// Returns the attribute that `rsx!` writes as `ident`.
    pub(super) fn attribute(&self, ident: &str) -> Option<&'static str> {
        words(self.own_attributes).find(|name| is_ident_of(ident, name))
    }

    /// All attributes, as `rsx!` writes them.
    pub(super) fn attributes(&self) -> impl Iterator<Item = String> {
        words(self.own_attributes).chain(words(html::GLOBAL)).map(ident_of).chain(aria_idents())
    }
}

/// Returns the attribute of every element that `rsx!` writes as `ident`.
pub(super) fn global_attribute(ident: &str) -> Option<String> {
    if let Some(name) = ident.strip_prefix("aria_") {
        return words(aria::ARIA).find(|known| *known == name).map(|name| format!("aria-{name}"));
    }
    words(html::GLOBAL).find(|name| is_ident_of(ident, name)).map(str::to_owned)
}

pub(super) fn aria_idents() -> impl Iterator<Item = String> {
    words(aria::ARIA).map(|name| format!("aria_{name}"))
}

/// Returns the name of the CSS property, if `ident` is one.
pub(super) fn css_property(ident: &str) -> Option<&'static str> {
    words(css::PROPERTIES).find(|name| is_ident_of(ident, name))
}

/// Finds an event, which may end with `_capture` and `_passive`.
pub(super) fn event(ident: &str) -> Option<Event> {
    let (rest, passive) = without_suffix(ident, "_passive");
    let (rest, capture) = without_suffix(rest, "_capture");
    let (function, event, kind) = events::EVENTS.iter().find(|known| known.0 == rest)?;
    let capture = if capture { "c" } else { "" };
    let passive = if passive { "p" } else { "" };
    Some(Event { function, mark: format!("@{event}:{kind}{capture}{passive}") })
}

fn without_suffix<'a>(name: &'a str, suffix: &str) -> (&'a str, bool) {
    name.strip_suffix(suffix).map_or((name, false), |name| (name, true))
}

/// All names of events.
pub(super) fn events() -> impl Iterator<Item = &'static str> {
    events::EVENTS.iter().map(|(name, ..)| *name)
}

pub(super) fn is_void(name: &str) -> bool {
    html::VOID.contains(&name)
}

/// Returns `true` for an attribute without a value.
pub(super) fn is_flag(name: &str) -> bool {
    html::FLAGS.contains(&name)
}

pub(super) fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

/// Returns the identifier that stands for an attribute: `view_box` for `viewBox`,
/// `stroke_width` for `stroke-width`.
pub(super) fn ident_of(name: &str) -> String {
    ident_chars(name).collect()
}

fn is_ident_of(ident: &str, name: &str) -> bool {
    ident_chars(name).eq(ident.chars())
}

fn ident_chars(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(|letter| {
        let separator = letter.is_ascii_uppercase().then_some('_');
        let letter = if matches!(letter, '-' | ':') { '_' } else { letter.to_ascii_lowercase() };
        separator.into_iter().chain([letter])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_written_as_identifiers() {
        let path = element("path", Namespace::Html).unwrap();
        assert_eq!(path.attribute("stroke_width"), Some("stroke-width"));
        assert_eq!(path.attribute("strokewidth"), None);
        let svg = element("svg", Namespace::Html).unwrap();
        assert_eq!(svg.attribute("view_box"), Some("viewBox"));
        assert_eq!(global_attribute("aria_expanded").as_deref(), Some("aria-expanded"));
        assert_eq!(global_attribute("aria-expanded"), None);
    }

    #[test]
    fn the_place_decides_about_elements_of_two_namespaces() {
        assert_eq!(element("a", Namespace::Html).unwrap().namespace, Namespace::Html);
        assert_eq!(element("a", Namespace::Svg).unwrap().namespace, Namespace::Svg);
        assert_eq!(only_namespace("a"), None);
        assert_eq!(only_namespace("circle"), Some(Namespace::Svg));
        assert_eq!(only_namespace("mrow"), Some(Namespace::MathMl));
        assert_eq!(only_namespace("div"), Some(Namespace::Html));
    }

    #[test]
    fn events_have_capture_and_passive_forms() {
        assert_eq!(event("ondoubleclick").unwrap().mark, "@dblclick:1");
        assert_eq!(event("onwheel_capture_passive").unwrap().mark, "@wheel:9cp");
        assert_eq!(event("onwheel_passive").unwrap().function, "onwheel");
        assert!(event("onclik").is_none());
    }

    #[test]
    fn every_attribute_of_html_has_a_description() {
        let own = html::ELEMENTS.iter().flat_map(|(_, attributes, _)| words(attributes));
        for name in own.chain(words(html::GLOBAL)) {
            assert!(html::ATTRIBUTES.iter().any(|(known, _)| *known == name), "{name}");
        }
    }

    #[test]
    fn the_tables_are_sorted_and_used() {
        assert!(html::ELEMENTS.is_sorted_by_key(|(name, ..)| *name));
        assert!(html::ATTRIBUTES.is_sorted_by(|one, two| one.0 < two.0));
        for (name, _) in html::ATTRIBUTES {
            let used = |list: &'static str| words(list).any(|word| word == *name);
            assert!(
                used(html::GLOBAL) || html::ELEMENTS.iter().any(|(_, own, _)| used(own)),
                "no element has the attribute {name}"
            );
        }
    }
}
