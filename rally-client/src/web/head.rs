//! Writes the document's head, and the language and theme of `<html>`. The result must be the same
//! HTML as rally-server writes in `render/head.rs`.

use rally_core::head::{Head, Kind, OWN, SHELL};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Window};

pub(super) fn show(window: &Window, head: &Head) -> Option<()> {
    let document = window.document()?;
    for element in all(&document, &format!("[{OWN}]")) {
        element.remove();
    }
    for element in all(&document, &format!("[{SHELL}]")) {
        let value = element.get_attribute(SHELL).unwrap_or_default();
        set_value(&element, &value);
        let _ = element.remove_attribute(SHELL);
    }
    if let Some(title) = head.title_text() {
        let mut titles = all(&document, "title");
        write(&document, titles.next(), "title", &[], title);
    }
    for tag in head.tags() {
        let [element, name, _] = tag.kind.spelled();
        // The name is compared here, because in a selector it would have to be escaped.
        let is_same = |found: &Element| {
            let is_taken = found.has_attribute(SHELL) || found.has_attribute(OWN);
            let found_name = found.get_attribute(name).filter(|_| !is_taken);
            found_name.is_some_and(|found_name| found_name.eq_ignore_ascii_case(&tag.name))
                && value(found).is_some()
        };
        let shell = all(&document, element).find(is_same);
        write(&document, shell, element, &[(name, &tag.name)], &tag.value);
    }
    Some(())
}

/// Writes a value into `shell`, an element of `index.html`, or else into a new element of the head.
fn write(
    document: &Document,
    shell: Option<Element>,
    name: &str,
    attributes: &[(&str, &str)],
    text: &str,
) -> Option<()> {
    if let Some(element) = shell {
        element.set_attribute(SHELL, &value(&element).unwrap_or_default()).ok()?;
        set_value(&element, text);
        return Some(());
    }
    let element = document.create_element(name).ok()?;
    for (name, value) in attributes {
        element.set_attribute(name, value).ok()?;
    }
    element.set_attribute(OWN, "").ok()?;
    set_value(&element, text);
    document.query_selector("head").ok()??.append_child(&element).ok()?;
    Some(())
}

fn value(element: &Element) -> Option<String> {
    match value_attribute(element) {
        Some(attribute) => element.get_attribute(attribute),
        None => element.text_content(),
    }
}

fn set_value(element: &Element, value: &str) {
    match value_attribute(element) {
        Some(attribute) => {
            let _ = element.set_attribute(attribute, value);
        }
        None => element.set_text_content(Some(value)),
    }
}

/// Returns the attribute that holds the element's value, or `None` if the value is the element's
/// text.
fn value_attribute(element: &Element) -> Option<&'static str> {
    let name = element.local_name();
    let kinds = [Kind::Name, Kind::Link].map(Kind::spelled);
    kinds.into_iter().find(|[element, ..]| name == *element).map(|[_, _, value]| value)
}

fn all(document: &Document, selector: &str) -> impl Iterator<Item = Element> {
    let found = document.query_selector_all(&format!("head {selector}")).ok();
    let count = found.as_ref().map_or(0, |found| found.length());
    (0..count).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}

pub(super) fn show_lang(window: &Window, lang: &str, chosen: bool) {
    if let Some(html) = window.document().and_then(|document| document.document_element())
        && (chosen || !html.has_attribute("lang"))
    {
        let _ = html.set_attribute("lang", lang);
    }
}

pub(super) fn show_theme(window: &Window, dark: bool) {
    if let Some(html) = window.document().and_then(|document| document.document_element()) {
        let _ = html.set_attribute("data-theme", if dark { "dark" } else { "light" });
    }
}
