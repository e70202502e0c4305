//! HTML as Dioxus' own renderer writes it from the screen that the browser
//! builds: hydration finds the nodes by their numbers, in this order.

mod random;

use std::rc::Rc;

use rally_core::codec::EncodeError;
use rally_core::effect::Effect;
use rally_core::form::{FormValues, NoForm};
use rally_core::head::Head;
use rally_core::html;
use rally_core::running::{AnyLayout, AnyPage, AnyProgram};
use rally_core::screen::Screen;
use rally_core::view::dioxus_core::{VNode, VirtualDom};
use rally_core::view::*;

/// A page that is only seen.
struct Shown(Box<dyn Fn() -> Element>);

impl AnyPage for Shown {
    fn view(self: Rc<Self>) -> Element {
        (self.0)()
    }

    fn head(&self) -> Option<Head> {
        None
    }

    fn is_dirty(&self) -> bool {
        false
    }
}

/// A layout that is only seen.
struct Around(fn(Element) -> Element);

impl AnyLayout for Around {
    fn view(self: Rc<Self>, content: Element) -> Element {
        (self.0)(content)
    }
}

macro_rules! idle {
    ($program:ty) => {
        /// One that handles no messages.
        impl AnyProgram for $program {
            fn mounted(self: Rc<Self>) -> Effect<()> {
                Effect::none()
            }

            fn step(self: Rc<Self>) -> Option<Effect<()>> {
                None
            }

            fn collect_forms(&self) {}

            fn submit(&self, _: &str, _: FormValues) -> Result<(), NoForm> {
                Err(NoForm::Unknown)
            }

            fn model(&self) -> Result<Vec<u8>, EncodeError> {
                Ok(Vec::new())
            }
        }
    };
}

idle!(Shown);
idle!(Around);

/// As of a page without layout.
const NOTHING: fn(Element) -> Element = |content| content;

fn shown(view: impl Fn() -> Element + 'static) -> Rc<Shown> {
    Rc::new(Shown(Box::new(view)))
}

/// What `html` writes: for hydration, and to be read.
fn ours(page: Rc<Shown>) -> [String; 2] {
    let layout = Rc::new(Around(NOTHING));
    [html::for_hydration(layout, page.clone()).unwrap(), html::plain(page).unwrap()]
}

/// What Dioxus writes.
fn theirs(page: Rc<Shown>) -> [String; 2] {
    let dom = built(NOTHING, page);
    [dioxus_ssr::pre_render(&dom), dioxus_ssr::render(&dom)]
}

/// The screen, as the browser has it.
fn built(layout: fn(Element) -> Element, page: Rc<Shown>) -> VirtualDom {
    let screen = Screen::default();
    screen.take_over();
    screen.show(Rc::new(Around(layout)), page, || {});
    let mut dom = screen.dom();
    dom.rebuild_in_place();
    dom
}

/// A layout is written like Dioxus does.
#[track_caller]
fn check_layout(layout: fn(Element) -> Element, page: Rc<Shown>) {
    let theirs = dioxus_ssr::pre_render(&built(layout, page.clone()));
    assert_eq!(html::for_hydration(Rc::new(Around(layout)), page).unwrap(), theirs);
}

#[track_caller]
fn check_plain(view: impl Fn() -> Element + 'static, expected: &str) {
    assert_eq!(html::of_element(view).unwrap(), expected);
}

#[component]
fn Panel(title: String, children: Element) -> Element {
    rsx! {
        section { title: "{title}", {children} }
    }
}

/// A component that is given a handler, and hooks up one of its own.
#[component]
fn Press(onpress: EventHandler<MouseEvent>, label: String) -> Element {
    rsx! {
        button { onclick: move |event| onpress.call(event), ondoubleclick: |_| {}, "{label}" }
    }
}

#[component]
fn Nothing() -> Element {
    VNode::empty()
}

#[test]
fn a_page_of_everything_is_written_like_dioxus_does() {
    let page = shown(|| {
        let (text, none, items) = ("<&>\"'", None::<String>, ["a", "b"]);
        rsx! {
            "static < text"
            "{text}"
            h1 { class: "a", class: if text.is_empty() { "b" }, hidden: false, "{text} {text}" }
            input { r#type: "checkbox", checked: true, disabled: "false", value: "{text}" }
            a { href: "{text}", onclick: |_| {}, onmounted: |_| {}, onfocus: |_| {} }
            div { width: "1px", height: "{text}px", title: None::<String> }
            div { dangerous_inner_html: "{text}" }
            Panel { title: "1",
                Panel { title: text,
                    for item in items {
                        b { key: "{item}", "{item}" }
                    }
                }
                Nothing {}
            }
            for item in items {
                Nothing {}
                Press { onpress: |_| {}, label: item }
                "{item}"
            }
            if text.is_empty() {
                p {}
            }
            {none}
            svg { view_box: "0 0 1 1",
                path { d: "M0" }
            }
            style { "a > b" }
            for _ in 0..12 {
                br {}
                "static"
            }
        }
    });
    assert_eq!(ours(page.clone()), theirs(page));
}

/// Layouts of every kind, with the page within what is theirs.
const LAYOUTS: [fn(Element) -> Element; 6] = [
    NOTHING,
    |content| {
        let text = "<&>";
        rsx! {
            "{text}"
            nav { title: "{text}", onclick: |_| {}, "{text}" }
            main { {content} }
            footer { "{text}" }
        }
    },
    |content| rsx! { Press { onpress: |_| {}, label: "a" } {content} Press { onpress: |_| {}, label: "b" } },
    |content| rsx! { Panel { title: "outer", "before" Panel { title: "inner", {content} } Nothing {} } },
    |content| {
        rsx! {
            for item in ["a", "b"] {
                Nothing { key: "{item}" }
            }
            if content.is_ok() {
                div { {content} }
            }
        }
    },
    |_| rsx! { p { "no room" } },
];

#[test]
fn a_layout_is_written_like_dioxus_does() {
    for layout in LAYOUTS {
        let text = "<b>";
        check_layout(
            layout,
            shown(move || {
                rsx! {
                    h1 { class: "{text}", onclick: |_| {}, "{text}" }
                    Panel { title: "page", Press { onpress: |_| {}, label: "{text}" } "{text}" }
                    for _ in 0..3 {
                        Nothing {}
                        br {}
                    }
                }
            }),
        );
        check_layout(layout, shown(VNode::empty));
    }
}

#[test]
fn a_page_that_fails_fails_in_its_layout() {
    let page = shown(|| Err(std::io::Error::other("broken").into()));
    let layout = Rc::new(Around(LAYOUTS[1]));
    let error = html::for_hydration(layout, page).unwrap_err();
    assert!(error.to_string().contains("broken"), "{error}");
}

#[test]
fn a_textarea_holds_its_value() {
    check_plain(|| rsx! { textarea { value: "a<" } }, "<textarea>a&#60;</textarea>");
    let text = "\n<b>";
    check_plain(
        move || rsx! { textarea { rows: 2, value: "{text}", class: "a" } },
        "<textarea rows=2 class=\"a\">\n\n&#60;b&#62;</textarea>",
    );
    check_plain(|| rsx! { input { value: "a" } }, "<input value=\"a\"/>");
}

#[test]
fn an_element_has_one_style() {
    check_plain(
        || rsx! { p { style: "color:red", width: "1px" } },
        "<p style=\"color:red;width:1px;\"></p>",
    );
    let one = 1;
    check_plain(
        move || rsx! { p { style: "a:'{one}'; ", width: "1px", height: "{one}px" } },
        "<p style=\"a:&#39;1&#39;;width:1px;height:1px;\"></p>",
    );
    check_plain(
        move || rsx! { p { height: "{one}px", style: "" } },
        "<p style=\"height:1px;\"></p>",
    );
}

#[test]
fn a_value_cannot_end_a_script() {
    let text = "</script><!--";
    check_plain(
        move || rsx! { script { "a = '{text}'" } },
        "<script>a = '<\\/script><\\!--'</script>",
    );
}

#[test]
fn two_values_cannot_end_a_script_together() {
    let (one, two) = ("<", "/script><b>");
    check_plain(move || rsx! { script { {one} {two} } }, "<script><\\/script><b></script>");
}

#[test]
fn a_value_cannot_begin_a_tag_in_a_style() {
    let text = "<img src=x onerror=alert(1)>";
    check_plain(
        move || rsx! { svg { style { "{text}" } } },
        "<svg><style>\\3c img src=x onerror=alert(1)></style></svg>",
    );
}
