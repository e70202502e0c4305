//! Elements whose content a parser of HTML reads by rules of its own.

use std::rc::Rc;

use rally::prelude::*;
use rally::view::Attribute;
use rally_core::html;

use super::document::Document;
use super::{NO_LAYOUT, Shown, TestLayout, check_text, fresh, page_of};

/// Checks that a browser makes the same nodes of the server's text and of the template.
#[track_caller]
pub(super) fn check_nodes(view: impl Fn() -> Element + Clone + 'static, expected: &str) {
    let page = page_of(view.clone());
    let built = html::plain(page.clone()).unwrap();
    let written = html::for_hydration(Rc::new(TestLayout(NO_LAYOUT)), page).unwrap();
    assert_eq!(Document::new(&written).html(), expected, "written as text");
    assert_eq!(Document::new(&built).html(), expected, "built, and then written");
    assert_eq!(fresh(&view).html(), expected, "without the server");
    let shown = Shown::hydrate(NO_LAYOUT, view);
    shown.redraw();
    assert_eq!(shown.html(), expected, "hydrated");
}

#[component]
fn Line(text: String) -> Element {
    rsx! { "{text}" }
}

#[test]
fn a_line_break_at_the_start_of_a_pre_is_kept() {
    let text = "\n\nx";
    check_nodes(|| rsx! { pre { "\nx" } }, "<pre>\nx</pre>");
    check_nodes(|| rsx! { pre { "\n" b { "x" } } }, "<pre>\n<b>x</b></pre>");
    check_nodes(move || rsx! { pre { "{text}" } }, "<pre>\n\nx</pre>");
    check_nodes(move || rsx! { pre { "\n{text}" } }, "<pre>\n\n\nx</pre>");
    check_nodes(move || rsx! { pre { {text} b {} } }, "<pre>\n\nx<b></b></pre>");
    check_nodes(move || rsx! { pre { if text.contains('x') { "\nx" } } }, "<pre>\nx</pre>");
    check_nodes(move || rsx! { pre { for part in ["\n", "x"] { "{part}" } } }, "<pre>\nx</pre>");
    check_nodes(move || rsx! { pre { Line { text } "\n" } }, "<pre>\n\nx\n</pre>");
    check_nodes(move || rsx! { pre { {memo((), || rsx! { "{text}" })} } }, "<pre>\n\nx</pre>");
    check_nodes(
        move || rsx! { div { pre { code { "\n{text}" } } } },
        "<div><pre><code>\n\n\nx</code></pre></div>",
    );
    // The browser adds no line break, and a text that begins otherwise loses nothing.
    let text = "x";
    check_nodes(move || rsx! { pre { "{text}" } }, "<pre>x</pre>");
    check_nodes(move || rsx! { pre { {text} "\n" } }, "<pre>x\n</pre>");
}

#[test]
fn a_line_break_at_the_start_of_raw_html_is_kept() {
    let html = "\n\n<b>x</b>";
    check_nodes(move || rsx! { pre { dangerous_inner_html: html } }, "<pre>\n\n<b>x</b></pre>");
    check_nodes(
        move || rsx! { pre { id: "a", dangerous_inner_html: "\n{html}", class: "b" } },
        "<pre class=\"b\" id=\"a\">\n\n\n<b>x</b></pre>",
    );
    check_nodes(move || rsx! { div { dangerous_inner_html: html } }, "<div>\n\n<b>x</b></div>");
    check_nodes(move || rsx! { pre { dangerous_inner_html: "<b>\n</b>" } }, "<pre><b>\n</b></pre>");
}

#[test]
fn a_line_break_at_the_start_of_a_textarea_is_kept() {
    let text = "\n\n<x>";
    check_nodes(|| rsx! { textarea { value: "\nx" } }, "<textarea>\nx</textarea>");
    check_nodes(|| rsx! { textarea { "\nx" } }, "<textarea>\nx</textarea>");
    let expected = "<textarea>\n\n&lt;x></textarea>";
    check_nodes(move || rsx! { textarea { value: text } }, expected);
    check_nodes(move || rsx! { textarea { "{text}" } }, expected);
    check_nodes(move || rsx! { textarea { if text.contains('x') { "{text}" } } }, expected);
    check_nodes(
        move || rsx! { textarea { for _ in 0..2 { "\n" } {text} } },
        "<textarea>\n\n\n\n&lt;x></textarea>",
    );
}

#[test]
fn a_textarea_shows_a_value_that_is_spread() {
    fn attributes(value: Option<&'static str>) -> Vec<Attribute> {
        vec![Attribute::new("rows", 2), Attribute::new("value", value), Attribute::new("cols", 3)]
    }
    check_text(
        || rsx! { p { textarea { ..attributes(Some("\n<b>")) } "after" } },
        "<p><textarea rows=\"2\" cols=\"3\">\n\n&lt;b&gt;</textarea>after</p>",
    );
    // It replaces the text, as its property does in the browser.
    let text = "a>";
    check_text(
        move || rsx! { textarea { id: ">", ..attributes(Some("")), "{text}" } },
        "<textarea id=\"&gt;\" rows=\"2\" cols=\"3\"></textarea>",
    );
    check_text(
        move || rsx! { textarea { ..attributes(None), "{text}" } },
        "<textarea rows=\"2\" cols=\"3\">\na&gt;</textarea>",
    );
    check_text(
        move || rsx! { textarea { value: text, ..attributes(Some("b")) } },
        "<textarea rows=\"2\" cols=\"3\">a&gt;</textarea>",
    );
    check_text(
        || rsx! { input { ..attributes(Some("b")) } },
        "<input rows=\"2\" value=\"b\" cols=\"3\">",
    );
}

#[component]
fn Choice(name: String) -> Element {
    rsx! { option { "{name}" } }
}

#[component]
fn Choices(children: Element) -> Element {
    rsx! { optgroup { label: "Letters", {children} } }
}

#[test]
fn the_option_with_the_value_of_its_select_is_selected() {
    let (names, is_open, value) = (["a", "b", "c"], true, "b");
    let start = "<select><option>a</option><option selected=\"\">b</option>";
    let expected = format!("{start}<option>c</option></select>");
    check_text(
        || rsx! { select { value: "b", option { "a" } option { "b" } option { "c" } } },
        &expected,
    );
    check_text(
        move || rsx! { select { value, for name in names { option { "{name}" } } } },
        &expected,
    );
    check_text(
        move || rsx! { select { value: "{value}", for name in names { Choice { name } } } },
        &expected,
    );
    check_text(
        move || {
            let options = memo((), || rsx! { for name in names { Choice { name } } });
            rsx! { select { value: value.to_owned(), {options} } }
        },
        &expected,
    );
    check_text(
        move || {
            let option = rsx! { option { value: "b", "B" } };
            rsx! { select { value, option { "a" } if is_open { Choices { {option} } } } }
        },
        "<select><option>a</option><optgroup label=\"Letters\">\
         <option value=\"b\" selected=\"\">B</option></optgroup></select>",
    );
}

#[test]
fn a_select_shows_a_value_that_is_spread() {
    fn attributes() -> Vec<Attribute> {
        vec![Attribute::new("VALUE", "b"), Attribute::new("name", "n")]
    }
    check_text(
        || rsx! { select { ..attributes(), option { "a" } option { "b" } } },
        "<select name=\"n\"><option>a</option><option selected=\"\">b</option></select>",
    );
    check_text(
        || rsx! { select { value: "a", ..attributes(), option { "a" } option { "b" } } },
        "<select name=\"n\"><option selected=\"\">a</option><option>b</option></select>",
    );
}

#[test]
fn a_select_without_the_option_of_its_value_selects_none() {
    let none: Option<String> = None;
    check_text(
        move || rsx! { select { value: none.clone(), option { "a" } } },
        "<select><option>a</option></select>",
    );
    check_text(
        || rsx! { select { value: "b", option { "a" } } select { option { "b" } } },
        "<select><option>a</option></select><select><option>b</option></select>",
    );
}

#[test]
fn a_select_of_several_options_has_those_that_are_selected() {
    let chosen = ["a", "c"];
    check_text(
        move || {
            rsx! {
                select { multiple: true,
                    for name in ["a", "b", "c"] {
                        option { value: name, selected: chosen.contains(&name), "{name}" }
                    }
                }
            }
        },
        "<select multiple=\"\"><option value=\"a\" selected=\"\">a</option>\
         <option value=\"b\">b</option><option value=\"c\" selected=\"\">c</option></select>",
    );
}

#[test]
fn static_content_that_browsers_do_not_show_is_kept() {
    check_nodes(
        || rsx! { p { noscript { "Turn on " b { "scripts" } " & reload" } } },
        // With scripts, its content is one text.
        "<p><noscript>Turn on &lt;b>scripts&lt;/b> &amp;amp; reload</noscript></p>",
    );
    let url = "/a";
    check_nodes(
        move || rsx! { template { id: "{url}", p { class: "c", "x" } } },
        "<template id=\"/a\"></template>",
    );
    check_nodes(
        move || rsx! { iframe { src: "{url}", srcdoc: "<p>{url}</p>" } },
        "<iframe src=\"/a\" srcdoc=\"<p>/a</p>\"></iframe>",
    );
}
