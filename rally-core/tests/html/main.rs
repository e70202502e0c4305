//! HTML compared with that of Dioxus's own renderer for the screen that the
//! browser builds. Hydration finds nodes by their numbers, in this order.

mod random;

use std::rc::Rc;

use rally_core::codec::EncodeError;
use rally_core::effect::Effect;
use rally_core::form::{FormError, FormValues};
use rally_core::head::Head;
use rally_core::html;
use rally_core::running::{AnyLayout, AnyPage, AnyProgram};
use rally_core::screen::Screen;
use rally_core::view::dioxus_core::{VNode, VirtualDom};
use rally_core::view::*;

/// A page that only renders.
struct TestPage(Box<dyn Fn() -> Element>);

impl AnyPage for TestPage {
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

/// A layout that only renders.
struct TestLayout(fn(Element) -> Element);

impl AnyLayout for TestLayout {
    fn view(self: Rc<Self>, content: Element) -> Element {
        (self.0)(content)
    }
}

macro_rules! idle {
    ($program:ty) => {
        impl AnyProgram for $program {
            fn mounted(self: Rc<Self>) -> Effect<()> {
                Effect::none()
            }

            fn step(self: Rc<Self>) -> Option<Effect<()>> {
                None
            }

            fn collect_forms(&self) {}

            fn submit(&self, _: &str, _: FormValues) -> Result<(), FormError> {
                Err(FormError::Unknown)
            }

            fn model(&self) -> Result<Vec<u8>, EncodeError> {
                Ok(Vec::new())
            }
        }
    };
}

idle!(TestPage);
idle!(TestLayout);

/// The layout of a page without one.
const NO_LAYOUT: fn(Element) -> Element = |content| content;

fn page_of(view: impl Fn() -> Element + 'static) -> Rc<TestPage> {
    Rc::new(TestPage(Box::new(view)))
}

/// The HTML of Rally, with and without marks for hydration.
fn rally_html(page: Rc<TestPage>) -> [String; 2] {
    let layout = Rc::new(TestLayout(NO_LAYOUT));
    [html::for_hydration(layout, page.clone()).unwrap(), html::plain(page).unwrap()]
}

/// The HTML of Dioxus, with and without marks for hydration.
fn dioxus_html(page: Rc<TestPage>) -> [String; 2] {
    let dom = build(NO_LAYOUT, page);
    [dioxus_ssr::pre_render(&dom), dioxus_ssr::render(&dom)]
}

/// The screen as the browser builds it.
fn build(layout: fn(Element) -> Element, page: Rc<TestPage>) -> VirtualDom {
    let screen = Screen::default();
    screen.hydrate();
    screen.show(Rc::new(TestLayout(layout)), page, || {});
    let mut dom = screen.dom();
    dom.rebuild_in_place();
    dom
}

#[track_caller]
fn check_layout(layout: fn(Element) -> Element, page: Rc<TestPage>) {
    let dioxus_html = dioxus_ssr::pre_render(&build(layout, page.clone()));
    assert_eq!(html::for_hydration(Rc::new(TestLayout(layout)), page).unwrap(), dioxus_html);
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

/// A component with a handler as a property, and with a handler of its own
/// view.
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
fn a_page_of_everything_equals_dioxus() {
    let page = page_of(|| {
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
    assert_eq!(rally_html(page.clone()), dioxus_html(page));
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
fn a_layout_equals_dioxus() {
    for layout in LAYOUTS {
        let text = "<b>";
        check_layout(
            layout,
            page_of(move || {
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
        check_layout(layout, page_of(VNode::empty));
    }
}

#[test]
fn the_error_of_a_page_in_a_layout_is_returned() {
    let page = page_of(|| Err(std::io::Error::other("broken").into()));
    let layout = Rc::new(TestLayout(LAYOUTS[1]));
    let error = html::for_hydration(layout, page).unwrap_err();
    assert!(error.to_string().contains("broken"), "{error}");
}

#[test]
fn a_textarea_contains_its_value() {
    check_plain(|| rsx! { textarea { value: "a<" } }, "<textarea>a&#60;</textarea>");
    let text = "\n<b>";
    check_plain(
        move || rsx! { textarea { rows: 2, value: "{text}", class: "a" } },
        "<textarea rows=2 class=\"a\">\n\n&#60;b&#62;</textarea>",
    );
    check_plain(|| rsx! { input { value: "a" } }, "<input value=\"a\"/>");
}

#[test]
fn style_attributes_are_merged() {
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
