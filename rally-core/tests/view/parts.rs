//! Parts of random views, in the native tests and in the fixture of the browser tests.

use rally::prelude::*;

/// A part of a random view.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Nothing,
    Text(String),
    Texts(Vec<String>),
    Element { class: Option<String>, hidden: bool, title: String, parts: Vec<Part> },
    Fragment(Vec<Part>),
    Mixed(String, Vec<Part>, String),
    Choice(bool, Box<Part>, Box<Part>),
    Keyed(Vec<(u8, Part)>),
    Rows(Vec<(u8, String, bool)>),
    Table(Vec<Vec<String>>),
    Svg(Vec<u8>),
    Formula(u8),
    Textarea(String),
    Fields(String, bool),
    Title(String, bool),
    Spread(Vec<(bool, String)>),
    Html(u8),
    Card(String, Vec<Part>),
    Memo(String),
    Early(Box<Part>),
}

/// The view of some parts.
pub fn view(parts: &[Part]) -> Element {
    rsx! { main { {show_all(parts)} } }
}

const NAMES: [&str; 3] = ["data-a", "data-b", "data-c"];

#[component]
fn Card(title: String, children: Element) -> Element {
    rsx! {
        section { h2 { "{title}" } {children} }
    }
}

fn show_all(parts: &[Part]) -> impl Iterator<Item = Element> {
    parts.iter().map(show)
}

fn show(part: &Part) -> Element {
    match part {
        Part::Nothing => rsx! {},
        Part::Text(text) => rsx! { "{text}" },
        Part::Texts(texts) => rsx! { {texts.iter()} },
        Part::Element { class, hidden, title, parts } => rsx! {
            div { class: class.clone(), hidden: *hidden, title: "t{title}", "data-n": parts.len(),
                {show_all(parts)}
            }
        },
        Part::Fragment(parts) => rsx! {
            "begin"
            {show_all(parts)}
            "{parts.len()}"
            {show_all(parts)}
        },
        Part::Mixed(before, parts, after) => rsx! {
            div { "{before}" {show_all(parts)} b { "x" } "{after}" {before.clone()} {after.clone()} }
        },
        Part::Choice(choice, one, other) => rsx! {
            if *choice { {show(one)} } else { span { {show(other)} } "or" }
        },
        Part::Keyed(items) => rsx! {
            ul {
                for (key, part) in items {
                    li { key: "{key}", {show(part)} }
                }
            }
        },
        Part::Rows(rows) => rsx! {
            for (key, name, open) in rows {
                h3 { key: "{key}", "{name}" }
                if *open { p { "{name}" } }
            }
        },
        Part::Table(rows) => rsx! {
            table {
                tbody {
                    for row in rows {
                        tr { for cell in row { td { "{cell}" } } }
                    }
                }
            }
        },
        Part::Svg(sizes) => rsx! {
            svg { view_box: "0 0 {sizes.len()} 9",
                for size in sizes { circle { r: *size, cx: "{size}" } }
                text { "{sizes.len()}" }
                foreignObject { div { "{sizes:?}" } }
            }
        },
        Part::Formula(number) => rsx! {
            math { mfrac { mn { "{number}" } mn { "2" } } if number % 2 == 0 { mi { "x" } } }
        },
        Part::Fields(text, on) => rsx! {
            p {
                input { name: "f", value: "{text}" }
                input { r#type: "checkbox", name: "c", checked: *on }
            }
        },
        Part::Textarea(text) => rsx! { textarea { name: "t", value: "{text}" } },
        Part::Title(text, open) => rsx! {
            svg { title { "a" if *open { "{text}" } "b" } }
        },
        Part::Spread(attributes) => {
            let list: Vec<_> = attributes
                .iter()
                .zip(NAMES)
                .map(|((flag, text), name)| match flag {
                    true => rally::view::Attribute::flag(name, text.len() % 2 == 0),
                    false => rally::view::Attribute::new(name, text),
                })
                .collect();
            rsx! { i { ..list, "spread" } }
        }
        Part::Html(number) => {
            let html = format!("<b>{number}</b> &amp; <i>x</i>");
            rsx! { div { dangerous_inner_html: html } }
        }
        Part::Card(title, parts) => rsx! { Card { title, {show_all(parts)} } },
        Part::Memo(text) => memo(text.clone(), || rsx! { em { "{text}" } "m" }),
        Part::Early(part) => {
            let inner = show(part);
            rsx! { section { "early" {inner} } }
        }
    }
}
