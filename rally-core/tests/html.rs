//! HTML as Dioxus' own renderer writes it from the screen that the browser
//! builds: hydration finds the nodes by their numbers, in this order.

use std::cell::Cell;
use std::rc::Rc;

use proptest::prelude::*;
use rally_core::codec::EncodeError;
use rally_core::effect::Effect;
use rally_core::head::Head;
use rally_core::html;
use rally_core::running::{AnyLayout, Running};
use rally_core::screen::Screen;
use rally_core::view::dioxus_core::{
    Attribute, AttributeValue, DynamicNode, Template, TemplateAttribute, TemplateNode, VComponent,
    VNode, VText, VirtualDom,
};
use rally_core::view::*;

/// A page that is only seen.
struct Shown(Box<dyn Fn() -> Element>);

impl Running for Shown {
    fn view(self: Rc<Self>) -> Element {
        (self.0)()
    }

    fn mounted(self: Rc<Self>) -> Effect<()> {
        Effect::none()
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        None
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(Vec::new())
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

    fn mounted(self: Rc<Self>) -> Effect<()> {
        Effect::none()
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        None
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(Vec::new())
    }
}

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

/// A node of a view, with its static and its dynamic parts.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Element { tag: &'static str, attributes: Vec<Given>, children: Vec<Node> },
    Static(String),
    Dynamic(String),
    Placeholder,
    Fragment(Vec<Vec<Node>>),
    Component(Vec<Node>),
}

#[derive(Debug, Clone, PartialEq)]
enum Given {
    Static(Name, String),
    Slot(Vec<(Name, Value)>),
}

/// A name and its namespace.
type Name = (&'static str, Option<&'static str>);

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Listener,
    None,
}

const TAGS: &[&str] =
    &["div", "p", "br", "input", "textarea", "script", "style", "custom-element", "option"];

const NAMES: &[Name] = &[
    ("class", None),
    ("href", None),
    ("title", None),
    ("checked", None),
    ("hidden", None),
    ("open", None),
    ("data-a", None),
    ("xlink:href", Some("http://www.w3.org/1999/xlink")),
    ("dangerous_inner_html", None),
    ("onclick", None),
    ("onmounted", None),
    ("onfocus", None),
    ("width", Some("style")),
];

/// Whether Dioxus writes it wrongly: inner HTML that has no place, because the
/// element has no content or has another, goes into the next element.
fn is_lost((tag, attributes, children): &(&str, Vec<Given>, Vec<Node>)) -> bool {
    let is_html = |name: &Name| name.0 == "dangerous_inner_html";
    let fixed = |given: &Given| matches!(given, Given::Static(name, _) if is_html(name));
    let given = |given: &Given| match given {
        Given::Static(..) => false,
        Given::Slot(attributes) => attributes.iter().any(|(name, _)| is_html(name)),
    };
    let has_no_content = children.is_empty() && ["br", "input"].contains(tag);
    attributes.iter().any(given) && (has_no_content || attributes.iter().any(fixed))
}

/// Text with what has a meaning in HTML, but nothing that ends a script or
/// begins a tag in a style: there ours differs, as it does where an element has
/// a value or a `style`.
fn text() -> impl Strategy<Value = String> {
    let long = "a text that is longer than a block of sixteen";
    let words = ["< ", ">", "&", "\"", "'", "false", "0", " ", "é", "-->", "]]>", "\n", "a", long];
    let word = prop::sample::select(words.to_vec());
    prop::collection::vec(word, 0..6).prop_map(|words| words.concat())
}

fn name() -> impl Strategy<Value = Name> {
    prop::sample::select(NAMES)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => text().prop_map(Value::Text),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Listener),
        1 => Just(Value::None),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        (name(), text()).prop_map(|(name, value)| Given::Static(name, value)),
        prop::collection::vec((name(), value()), 0..4).prop_map(Given::Slot),
    ]
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        text().prop_map(Node::Static),
        text().prop_map(Node::Dynamic),
        Just(Node::Placeholder),
    ];
    let node = leaf.prop_recursive(4, 32, 4, |node| {
        let tag = prop::sample::select(TAGS);
        let attributes = prop::collection::vec(given(), 0..4);
        let children = prop::collection::vec(node.clone(), 0..4);
        let roots = prop::collection::vec(node, 1..4);
        prop_oneof![
            4 => (tag, attributes, children).prop_filter("Dioxus is wrong", |node| !is_lost(node))
                .prop_map(|(tag, attributes, children)| Node::Element { tag, attributes, children }),
            1 => prop::collection::vec(roots.clone(), 1..4).prop_map(Node::Fragment),
            1 => roots.prop_map(Node::Component),
        ]
    });
    prop::collection::vec(node, 1..4)
}

/// Builds nodes as `rsx!` expands to them. Templates are leaked, since a
/// template lives as long as its program.
#[derive(Default)]
struct Builder {
    nodes: Vec<DynamicNode>,
    node_paths: Vec<&'static [u8]>,
    attributes: Vec<Box<[Attribute]>>,
    attribute_paths: Vec<&'static [u8]>,
}

fn build(nodes: &[Node]) -> VNode {
    let mut builder = Builder::default();
    let template = Template {
        roots: builder.templates(nodes, &[]),
        node_paths: builder.node_paths.leak(),
        attr_paths: builder.attribute_paths.leak(),
    };
    VNode::new(None, template, builder.nodes.into(), builder.attributes.into())
}

thread_local! {
    /// How many parts have run.
    static RUN: Cell<usize> = const { Cell::new(0) };
}

/// A component that shows when it ran: a page may count, too.
#[component]
fn Part(nodes: Vec<Node>) -> Element {
    RUN.set(RUN.get() + 1);
    let count = Node::Dynamic(RUN.get().to_string());
    Ok(build(&[&[count], &nodes[..]].concat()))
}

impl Builder {
    fn templates(&mut self, nodes: &[Node], path: &[u8]) -> &'static [TemplateNode] {
        let place = |(index, node)| self.template(node, [path, &[index]].concat().leak());
        Vec::leak((0..).zip(nodes).map(place).collect())
    }

    fn template(&mut self, node: &Node, path: &'static [u8]) -> TemplateNode {
        let dynamic = match node {
            Node::Static(text) => return TemplateNode::Text { text: text.clone().leak() },
            Node::Element { tag, attributes, children } => {
                let attrs = attributes.iter().map(|given| self.attribute(given, path));
                let attrs = Vec::leak(attrs.collect());
                let children = self.templates(children, path);
                return TemplateNode::Element { tag, namespace: None, attrs, children };
            }
            Node::Dynamic(text) => DynamicNode::Text(VText::new(text)),
            Node::Placeholder => DynamicNode::default(),
            Node::Fragment(lists) => {
                DynamicNode::Fragment(lists.iter().map(|nodes| build(nodes)).collect())
            }
            Node::Component(nodes) => {
                let props = PartProps { nodes: nodes.clone() };
                DynamicNode::Component(VComponent::new(Part, props, "Part"))
            }
        };
        self.nodes.push(dynamic);
        self.node_paths.push(path);
        TemplateNode::Dynamic { id: self.nodes.len() - 1 }
    }

    fn attribute(&mut self, given: &Given, path: &'static [u8]) -> TemplateAttribute {
        match given {
            Given::Static((name, namespace), value) => TemplateAttribute::Static {
                name,
                value: value.clone().leak(),
                namespace: *namespace,
            },
            Given::Slot(attributes) => {
                self.attributes.push(attributes.iter().map(attribute).collect());
                self.attribute_paths.push(path);
                TemplateAttribute::Dynamic { id: self.attributes.len() - 1 }
            }
        }
    }
}

fn attribute(((name, namespace), value): &(Name, Value)) -> Attribute {
    let value = match value {
        Value::Text(text) => AttributeValue::Text(text.clone()),
        Value::Int(value) => AttributeValue::Int(*value),
        Value::Float(value) => AttributeValue::Float(*value),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Listener if name.starts_with("on") => AttributeValue::listener(|_: Event<()>| {}),
        Value::Listener | Value::None => AttributeValue::None,
    };
    Attribute { name, value, namespace: *namespace, volatile: false }
}

proptest! {
    #[test]
    fn any_view_is_written_like_dioxus_does(nodes in nodes()) {
        let page = shown(move || {
            RUN.set(0);
            Ok(build(&nodes))
        });
        prop_assert_eq!(ours(page.clone()), theirs(page));
    }

    #[test]
    fn any_view_in_a_layout_is_written_like_dioxus_does(nodes in nodes(), layout in 0..LAYOUTS.len()) {
        // Parts do not count here: a page within a layout may run before it.
        let page = shown(move || {
            RUN.set(0);
            Ok(build(&nodes))
        });
        check_layout(LAYOUTS[layout], page);
    }
}
