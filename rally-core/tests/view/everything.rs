//! The text of each construct of `rsx!`.

use std::fmt;
use std::rc::Rc;

use rally::prelude::*;
use rally::view::Attribute;
use rally_core::html;

use super::{NO_LAYOUT, Shown, TestLayout, check_text, page_of};

#[component]
fn Panel(title: String, #[default(1)] level: u8, children: Element) -> Element {
    rsx! {
        section { title, "data-level": level, {children} }
    }
}

#[component]
fn Press<F: Fn(MouseEvent) + Send + 'static>(onpress: F, label: Option<String>) -> Element {
    rsx! {
        button { onclick: onpress, ondoubleclick: |_| {}, {label} }
    }
}

#[component]
fn Nothing() -> Element {
    Element::empty()
}

/// A type that is shown by its `Display`.
struct Shout(&'static str);

impl fmt::Display for Shout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_uppercase())
    }
}

#[test]
fn texts_and_values_are_escaped() {
    let text = "<&>\"'";
    let escaped = "&lt;&amp;&gt;&#34;'";
    check_text(
        move || rsx! { "static < text " "{text}" p { title: text, "{text}" {text} {Shout("é<")} } },
        &format!("static &lt; text {escaped}<p title=\"{escaped}\">{escaped}{escaped}É&lt;</p>"),
    );
}

#[test]
fn format_strings_have_arguments_and_specifications() {
    let (number, name) = (-7_i64, "x".to_owned());
    check_text(
        move || {
            let list = [1, 2];
            rsx! {
                p { "{number} {number:03} {list:?} {name.len()} {name}{name} {{}}" }
                p { title: "{number}", class: "a{number}" }
            }
        },
        "<p>-7 -07 [1, 2] 1 xx {}</p><p title=\"-7\" class=\"a-7\"></p>",
    );
}

#[test]
fn attributes_accept_texts_numbers_options_and_flags() {
    check_text(
        || {
            let (yes, none) = (true, None::<String>);
            let id = "shorthand";
            rsx! {
                input { id, r#type: "checkbox", checked: yes, disabled: !yes, required: Some(true),
                    value: 7, size: 1.5, title: none, "data-x": 'x', aria_checked: yes,
                }
                p { class: "a", class: if yes { "b" }, class: if !yes { "c" } else { "d" }, hidden: false }
                p { title: if !yes { "never" } }
                p { class: String::from("s"), lang: Some("de") }
            }
        },
        "<input type=\"checkbox\" value=\"7\" id=\"shorthand\" checked=\"\" required=\"\" \
         size=\"1.5\" data-x=\"x\" aria-checked=\"true\"><p class=\"a b d\"></p><p></p>\
         <p class=\"s\" lang=\"de\"></p>",
    );
}

#[test]
fn attributes_are_spread() {
    check_text(
        || {
            let more = [Attribute::new("title", "<"), Attribute::flag("hidden", true)];
            let none: Vec<Attribute> = Vec::new();
            rsx! { p { id: "a", ..more, "text" } p { ..none } }
        },
        "<p id=\"a\" title=\"&lt;\" hidden=\"\">text</p><p></p>",
    );
}

#[test]
fn attributes_of_the_element_win_over_spread_ones_and_then_the_first() {
    check_text(
        || {
            let one = [Attribute::new("title", "1"), Attribute::new("lang", "1")];
            let other = [Attribute::new("lang", "2"), Attribute::new("class", "2")];
            rsx! { p { title: "own", class: Some("own"), ..one, ..other } }
        },
        "<p title=\"own\" class=\"own\" lang=\"1\"></p>",
    );
}

#[test]
fn conditions_loops_and_matches_are_shown() {
    check_text(
        || {
            let items = vec![(1, "a"), (2, "b")];
            let found = Some("found");
            rsx! {
                ul {
                    for (id, name) in &items {
                        li { key: "{id}", "{name}" }
                        if *id == 1 { li { "first" } }
                    }
                }
                if let Some(found) = found { b { "{found}" } } else { "none" }
                if items.is_empty() { "empty" } else if items.len() == 2 { "two" i {} } else { "many" }
                match found {
                    Some("") => rsx! { "empty" },
                    Some(text) => rsx! { em { "{text}" } },
                    None => rsx! {},
                }
                {items.iter().map(|(id, _)| rsx! { s { "{id}" } })}
                {found.map(|text| rsx! { u { "{text}" } })}
                {None::<Element>}
                {items.is_empty().then_some("text")}
            }
        },
        "<ul><li>a</li><li>first</li><li>b</li></ul><b>found</b>two<i></i><em>found</em>\
         <s>1</s><s>2</s><u>found</u>",
    );
}

#[test]
fn components_have_properties_defaults_and_children() {
    check_text(
        || {
            let name = "n";
            rsx! {
                Panel { title: "a {name}",
                    Panel { title: name, level: 2, b { "x" } "y" }
                    Nothing {}
                }
                for item in ["a", "b"] {
                    Press { key: "{item}", onpress: |_| {}, label: item.to_owned() }
                }
                Press { onpress: |_| {} }
            }
        },
        "<section title=\"a n\" data-level=\"1\"><section title=\"n\" data-level=\"2\"><b>x</b>y\
         </section></section><button>a</button><button>b</button><button></button>",
    );
}

#[test]
fn an_element_may_be_made_before_the_one_that_holds_it() {
    check_text(
        || {
            let options = rsx! {
                option { value: "a", "A" }
                option { value: "b<", "B" }
            };
            let heading = rsx! { "head" };
            let unused = rsx! { p { "never shown" } };
            drop(unused);
            rsx! {
                select { name: "s", value: "b<", {options} }
                h1 { "begin " {heading} }
            }
        },
        "<select name=\"s\"><option value=\"a\">A</option>\
         <option value=\"b&lt;\" selected=\"\">B</option></select><h1>begin head</h1>",
    );
}

#[test]
fn a_textarea_contains_its_value() {
    check_text(|| rsx! { textarea { value: "a<" } }, "<textarea>a&lt;</textarea>");
    let text = "\n<b>";
    check_text(
        move || rsx! { textarea { rows: 2, value: "{text}", class: "a" } },
        "<textarea rows=\"2\" class=\"a\">\n\n&lt;b&gt;</textarea>",
    );
    check_text(|| rsx! { input { value: "a" } }, "<input value=\"a\">");
}

#[test]
fn a_title_contains_only_text() {
    let (text, open) = ("<b>", true);
    check_text(
        move || rsx! { svg { title { "a {text} " if open { "open" } {7} } } },
        "<svg><title>a &lt;b&gt; open7</title></svg>",
    );
}

#[test]
fn svg_and_mathml_keep_their_names() {
    check_text(
        || {
            rsx! {
                svg { view_box: "0 0 1 1", stroke_width: 2,
                    linearGradient { gradient_units: "userSpaceOnUse" }
                    for x in 0..2 { path { d: "M{x}" } }
                }
                math { mfrac { mn { "1" } mn { "2" } } }
            }
        },
        "<svg viewBox=\"0 0 1 1\" stroke-width=\"2\">\
         <linearGradient gradientUnits=\"userSpaceOnUse\"></linearGradient>\
         <path d=\"M0\"></path><path d=\"M1\"></path></svg>\
         <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>",
    );
}

#[test]
fn custom_elements_and_raw_html_are_written() {
    check_text(
        || {
            let html = "<i>raw</i>";
            rsx! { my-element { "data-a": 1, "x" } div { dangerous_inner_html: "{html}" } }
        },
        "<my-element data-a=\"1\">x</my-element><div><i>raw</i></div>",
    );
}

#[test]
fn a_value_cannot_end_a_script() {
    let text = "</script><!--";
    check_text_of_code(
        move || rsx! { script { "a = '{text}'" } },
        "<script>a = '<\\/script><\\!--'</script>",
    );
}

#[test]
fn two_values_cannot_end_a_script_together() {
    let (one, two) = ("<", "/script><b>");
    check_text_of_code(move || rsx! { script { {one} {two} } }, "<script><\\/script><b></script>");
}

#[test]
fn a_value_cannot_begin_a_tag_in_a_style() {
    let text = "<img src=x onerror=alert(1)>";
    check_text_of_code(
        move || rsx! { style { "{text}" } },
        "<style>\\3c img src=x onerror=alert(1)></style>",
    );
    check_text(
        move || rsx! { svg { style { "{text}" } } },
        "<svg><style>&lt;img src=x onerror=alert(1)&gt;</style></svg>",
    );
}

#[test]
fn a_script_that_is_shown_in_an_svg_is_escaped_as_there() {
    let text = "'<img src=x onerror=alert(1)>'";
    let expected = "<svg><g><script>'&lt;img src=x onerror=alert(1)&gt;'</script></g></svg>";
    let view = move || {
        let script = rsx! { script { "{text}" } };
        rsx! { svg { if true { g { {script} } } } }
    };
    let html = html::for_hydration(Rc::new(TestLayout(NO_LAYOUT)), page_of(view)).unwrap();
    assert_eq!(super::without_comments(&html), expected);
}

/// Like `check_text`, but the text may contain `<!--`.
#[track_caller]
fn check_text_of_code(view: impl Fn() -> Element + 'static, expected: &str) {
    let page = page_of(view);
    let written = html::for_hydration(Rc::new(TestLayout(NO_LAYOUT)), page.clone()).unwrap();
    assert_eq!(written, format!("<!--[-->{expected}<!--]-->"));
    assert_eq!(html::plain(page).unwrap(), expected);
}

#[test]
fn a_panic_of_a_view_is_an_error() {
    let layout = Rc::new(TestLayout(NO_LAYOUT));
    let page = page_of(|| rsx! { p { {"text".parse::<u8>().expect("a number")} } });
    let error = html::for_hydration(layout, page).unwrap_err();
    assert!(error.to_string().contains("a number"), "{error}");
    // The next view of the thread is not written as text.
    assert_eq!(html::of_element(|| rsx! { p { "next" } }).unwrap(), "<p>next</p>");
}

#[test]
fn a_view_that_was_built_before_the_render_is_written() {
    let built = std::cell::RefCell::new(Some(rsx! { p { title: "a", "text" {"more"} } "end" }));
    let page = page_of(move || rsx! { main { {built.take()} } });
    let html = html::for_hydration(Rc::new(TestLayout(NO_LAYOUT)), page).unwrap();
    assert_eq!(super::without_comments(&html), "<main><p title=\"a\">textmore</p>end</main>");
}

const LAYOUTS: [fn(Element) -> Element; 6] = [
    NO_LAYOUT,
    |content| {
        let text = "<&>";
        rsx! {
            "{text}"
            nav { title: "{text}", onclick: |_| {}, "{text}" }
            main { {content} }
            footer { "{text}" }
        }
    },
    |content| rsx! { Press { onpress: |_| {}, label: "a".to_owned() } {content} "end" },
    |content| rsx! { Panel { title: "outer", "before" Panel { title: "inner", {content} } Nothing {} } },
    |content| {
        rsx! {
            for item in ["a", "b"] {
                Nothing { key: "{item}" }
            }
            if true { div { {content} } }
        }
    },
    |content| rsx! { {content} {"text"} },
];

#[test]
fn a_page_is_hydrated_in_any_layout() {
    for layout in LAYOUTS {
        let text = "<b>";
        let page = move || {
            rsx! {
                h1 { class: "{text}", onclick: |_| {}, "{text}" }
                Panel { title: "page", Press { onpress: |_| {}, label: text.to_owned() } "{text}" }
                for _ in 0..3 {
                    Nothing {}
                    br {}
                }
                "{text}"
            }
        };
        let shown = Shown::hydrate(layout, page);
        let before = shown.html();
        shown.redraw();
        assert_eq!(shown.html(), before);
        let _ = Shown::hydrate(layout, Element::empty);
        let _ = Shown::hydrate(layout, move || rsx! { "{text}" });
    }
}

#[test]
fn a_page_in_a_layout_without_room_is_not_shown() {
    let layout: fn(Element) -> Element = |_| rsx! { p { "no room" } };
    let html = html::for_hydration(Rc::new(TestLayout(layout)), page_of(|| rsx! { p { "page" } }));
    assert_eq!(html.unwrap(), "<p>no room</p>");
}

#[test]
fn flags_have_conditions() {
    let yes = true;
    check_text(
        move || rsx! { p { hidden: if yes { true } } p { hidden: if yes { false } else { yes } } },
        "<p hidden=\"\"></p><p></p>",
    );
}

/// A name that the expansion of a component might use.
struct NoteProperties(u8);

#[component]
fn Note(properties: NoteProperties) -> Element {
    rsx! { "{properties.0}" }
}

#[test]
fn a_component_takes_types_of_any_name() {
    check_text(|| rsx! { Note { properties: NoteProperties(1) } }, "1");
}
