//! URLs that change while the page stays.

use rally::rsx;
use rally_core::codec::{DecodeError, Reader, Writer};
use rally_core::context::ClientContext;
use rally_core::dispatch::Dispatch;
use rally_core::effect::{Effect, History};
use rally_core::frame::ServerFrame;
use rally_core::layout::NoLayout;
use rally_core::page::{Load, OnUrl, Page};
use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};
use rally_core::view::Element;
use rally_core::wire::{Shape, Wire, hash};

use crate::pages::{About, Model, Msg, listen, note_down, take_log};
use crate::world::{World, millis};

/// The route of a list of what is searched for.
#[derive(Debug)]
struct Found<const LOADS: bool> {
    search: String,
}

impl<const LOADS: bool> Route for Found<LOADS> {
    const PATTERN: &'static str = if LOADS { "/found" } else { "/tabs" };
    type Context = ClientContext;

    fn from_params(params: &Params) -> Option<Self> {
        let search: Option<String> = params.query("search")?;
        Some(Self { search: search.unwrap_or_default() })
    }

    fn write_params(&self, params: &mut Params) {
        params.set_query("search", &Some(self.search.clone()));
    }
}

impl Load for Found<true> {
    type Data = String;
    const HAS_LOADER: bool = true;
}

impl Load for Found<false> {
    type Data = ();
    const HAS_LOADER: bool = false;
}

/// The model: the search, the data of the loader, and the number of changes.
struct List<const LOADS: bool>(String, String, u32);

impl<const LOADS: bool> Wire for List<LOADS> {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash("List"));
    }

    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(Wire::read(from)?, String::new(), 0))
    }
}

/// A page: its messages change the URL, or perform the effect of a test.
macro_rules! page {
    ($loads:literal, $data:ty, $name:ident) => {
        enum $name {
            Do(Effect<Msg>),
            Note(String),
            UrlChanged(Found<$loads>, $data),
        }

        impl Page for List<$loads> {
            type Route = Found<$loads>;
            type Msg = $name;

            fn init(route: Found<$loads>, data: $data, _: &ClientContext) -> Self {
                note_down("init");
                Self(route.search, format!("{data:?}"), 0)
            }

            fn on_url() -> Option<OnUrl<Self>> {
                Some($name::UrlChanged)
            }

            fn update(&mut self, msg: $name, client: &ClientContext) -> Effect<$name> {
                match msg {
                    $name::Do(effect) => return effect.map(wrap),
                    $name::Note(note) => self.1 = note,
                    $name::UrlChanged(route, data) => {
                        note_down(format!("changed to {}", client.current_path));
                        *self = Self(route.search, format!("{data:?}"), self.2 + 1);
                    }
                }
                return Effect::none();

                fn wrap(msg: Msg) -> $name {
                    match msg {
                        Msg::Do(effect) => $name::Do(effect),
                        Msg::Note(note) => $name::Note(note),
                    }
                }
            }

            fn view(&self, dispatch: Dispatch<$name>, client: &ClientContext) -> Element {
                listen(dispatch.map(|msg| match msg {
                    Msg::Do(effect) => $name::Do(effect),
                    Msg::Note(note) => $name::Note(note),
                }));
                let Self(search, data, changes) = self;
                rsx! { "{search} {data} {changes} at {client.current_path}" }
            }

            fn mounted(&self, _: &ClientContext) -> Effect<$name> {
                note_down("mounted");
                Effect::none()
            }
        }
    };
}

page! { true, String, ListMsg }
page! { false, (), TabsMsg }

fn pages() -> [PageEntry; 3] {
    [
        PageEntry::of::<Model<About>, About, NoLayout<ClientContext>>("About"),
        PageEntry::of::<List<true>, Found<true>, NoLayout<ClientContext>>("Found"),
        PageEntry::of::<List<false>, Found<false>, NoLayout<ClientContext>>("Tabs"),
    ]
}

/// Shows `/found?search=a`, connected.
fn start() -> World {
    let world = World::of(&pages());
    world.app.connect();
    world.open();
    world.visit("/found?search=a");
    world.render();
    world.answer(1, "1");
    world.check(
        &[
            "connect",
            "Connected",
            "enter#1 Found /found?search=a",
            "Done",
            "init",
            "history /found?search=a Push",
            "arrived /found?search=a Entered",
            "mounted",
        ],
        r#"a "1" 0 at /found?search=a"#,
    );
    world.fake.take_frames();
    world
}

/// Shows `/tabs`, without a loader.
fn tabs() -> World {
    let world = World::of(&pages());
    world.app.connect();
    world.open();
    world.visit("/tabs");
    world.render();
    assert_eq!(world.html(), " () 0 at /tabs");
    world.fake.take_frames();
    take_log();
    world
}

fn found(search: &str) -> Found<true> {
    Found { search: search.to_owned() }
}

fn tab(search: &str) -> Found<false> {
    Found { search: search.to_owned() }
}

#[test]
fn a_link_that_changes_a_parameter_runs_the_loader_and_keeps_the_model() {
    let world = start();
    world.visit("/found?search=b#top");
    world.check(&["enter#2 Found /found?search=b"], r#"a "1" 0 at /found?search=a"#);
    world.answer(2, "2");
    world.check(
        &[
            "Done",
            "history /found?search=b#top Push",
            "changed to /found?search=b",
            "in place /found?search=b#top Entered",
        ],
        r#"b "2" 1 at /found?search=b"#,
    );
    let sent = ["enter#2 Found /found?search=b", "show Found /found?search=b"];
    assert_eq!(world.fake.take_frames(), sent);
}

#[test]
fn without_a_loader_the_message_arrives_at_once() {
    let world = tabs();
    world.perform(Effect::navigate(tab("b")));
    world.check(
        &[
            "history /tabs?search=b Push",
            "changed to /tabs?search=b",
            "in place /tabs?search=b Entered",
        ],
        "b () 1 at /tabs?search=b",
    );
    world.perform(Effect::replace(tab("c")));
    assert_eq!(take_log()[0], "history /tabs?search=c Replace");
    assert_eq!(world.fake.take_frames(), ["show Tabs /tabs?search=b", "show Tabs /tabs?search=c"]);
}

#[test]
fn back_and_forward_within_the_page_keep_the_model() {
    let world = start();
    world.visit("/found?search=b");
    world.answer(2, "2");
    take_log();
    world.pop("/found?search=a");
    world.answer(3, "3");
    world.check(
        &[
            "enter#3 Found /found?search=a",
            "Done",
            "changed to /found?search=a",
            "in place /found?search=a Returned",
        ],
        r#"a "3" 2 at /found?search=a"#,
    );
}

#[test]
fn back_from_another_page_starts_the_page_again() {
    let world = start();
    world.visit("/found?search=b");
    world.answer(2, "2");
    world.visit("/about");
    take_log();
    world.pop("/found?search=a");
    world.answer(3, "3");
    world.check(
        &[
            "enter#3 Found /found?search=a",
            "Done",
            "init",
            "arrived /found?search=a Returned",
            "mounted",
        ],
        r#"a "3" 0 at /found?search=a"#,
    );
}

#[test]
fn back_and_forward_again_before_the_answer_change_nothing() {
    let world = start();
    world.visit("/found?search=b");
    world.answer(2, "2");
    take_log();
    world.pop("/found?search=a");
    world.pop("/found?search=b");
    world.answer(3, "late");
    world.check(
        &["enter#3 Found /found?search=a", "Done", "in place /found?search=b Returned"],
        r#"b "2" 1 at /found?search=b"#,
    );
}

#[test]
fn only_the_last_of_several_changes_sends_its_message() {
    let world = start();
    world.perform(Effect::replace(found("b")));
    world.perform(Effect::replace(found("c")));
    world.answer(2, "late");
    world.answer(3, "3");
    world.check(
        &[
            "enter#2 Found /found?search=b",
            "Done",
            "enter#3 Found /found?search=c",
            "Done",
            "history /found?search=c Replace",
            "changed to /found?search=c",
            "in place /found?search=c Entered",
        ],
        r#"c "3" 1 at /found?search=c"#,
    );
}

#[test]
fn the_same_url_runs_the_loader_again() {
    let world = start();
    world.visit("/found?search=a");
    world.answer(2, "2");
    assert_eq!(world.html(), r#"a "2" 1 at /found?search=a"#);
}

#[test]
fn data_that_does_not_belong_to_the_page_loads_the_document() {
    let world = start();
    world.visit("/found?search=b");
    world.receive(&ServerFrame::Ok { id: world.id(2), body: b"\xc0" }.to_bytes());
    world.check(
        &["enter#2 Found /found?search=b", "Done", "document /found?search=b Push"],
        r#"a "1" 0 at /found?search=a"#,
    );
}

#[test]
fn a_page_that_keeps_no_model_starts_again() {
    let world = start();
    world.visit("/about");
    world.note("lost");
    take_log();
    world.visit("/about?x=1");
    world.check(
        &["history /about?x=1 Push", "arrived /about?x=1 Entered", "store mounted=/about?x=1"],
        "about: ",
    );
}

#[test]
fn a_page_sets_its_url_without_a_message() {
    let world = start();
    world.perform(Effect::set_url(found("b"), History::Push));
    world.check(
        &["history /found?search=b Push", "in place /found?search=b Entered"],
        r#"a "1" 0 at /found?search=b"#,
    );
    assert_eq!(world.fake.take_frames(), ["show Found /found?search=b"]);
    // The page has the URL already.
    world.perform(Effect::set_url(found("b"), History::Push));
    world.check(&[], r#"a "1" 0 at /found?search=b"#);
    world.pop("/found?search=a");
    world.answer(2, "2");
    assert_eq!(world.html(), r#"a "2" 1 at /found?search=a"#);
}

#[test]
fn a_page_without_on_url_sets_its_url_too() {
    let world = start();
    world.visit("/about");
    world.note("kept");
    take_log();
    // The route has no parameters, so the URL is that of the page without its query.
    world.visit("/about?x=1");
    world.note("kept");
    take_log();
    world.perform(Effect::set_url(About, History::Replace));
    world.check(&["history /about Replace", "in place /about Entered"], "about: kept");
}

#[test]
fn a_set_url_gives_up_a_pending_navigation_within_the_page_only() {
    let world = start();
    world.perform(Effect::replace(found("b")));
    world.perform(Effect::set_url(found("c"), History::Replace));
    world.answer(2, "late");
    assert_eq!(world.html(), r#"a "1" 0 at /found?search=c"#);
    let world = tabs();
    world.visit("/found?search=b");
    world.perform(Effect::set_url(tab("c"), History::Replace));
    world.answer(1, "1");
    assert_eq!(world.html(), r#"b "1" 0 at /found?search=b"#);
}

#[test]
fn a_url_is_not_set_while_the_back_button_leads_elsewhere() {
    let world = start();
    world.pop("/found?search=b");
    take_log();
    world.perform(Effect::set_url(found("c"), History::Replace));
    world.check(&[], r#"a "1" 0 at /found?search=a"#);
}

#[test]
fn setting_the_url_of_another_page_navigates() {
    let world = start();
    world.perform(Effect::set_url(About, History::Push));
    assert_eq!(world.html(), "about: ");
}

#[test]
fn a_page_that_has_ended_does_not_navigate_by_setting_its_url() {
    let world = tabs();
    let url = Effect::set_url(found("b"), History::Push);
    world.perform(Effect::batch([url, Effect::navigate(About)]));
    let log = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&log, "about: ");
}

#[test]
fn a_debounced_search_loads_only_the_last_text() {
    let world = start();
    let typed = |text| Effect::debounce("search", millis(300), Effect::replace(found(text)));
    world.perform(typed("b"));
    world.advance(millis(299));
    world.perform(typed("bc"));
    world.advance(millis(299));
    assert_eq!(take_log(), [""; 0]);
    world.advance(millis(1));
    assert_eq!(take_log(), ["enter#2 Found /found?search=bc"]);
    // The visitor types on while the loader runs: its answer would overwrite the text.
    world.perform(typed("bcd"));
    world.answer(2, "late");
    world.check(&["Done"], r#"a "1" 0 at /found?search=a"#);
    world.advance(millis(300));
    world.answer(3, "3");
    assert_eq!(world.html(), r#"bcd "3" 1 at /found?search=bcd"#);
}

#[test]
fn a_newer_navigation_replaces_a_search_that_waits() {
    let world = start();
    let typed = Effect::debounce("search", millis(300), Effect::replace(found("b")));
    world.perform(typed);
    world.visit("/found?search=c");
    world.advance(millis(300));
    world.answer(2, "2");
    assert_eq!(world.html(), r#"c "2" 1 at /found?search=c"#);
}
