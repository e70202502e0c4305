//! Pages in layouts, with an app's own context.

use std::cell::RefCell;
use std::marker::PhantomData;

use rally::rsx;
use rally_core::call::{CallExt, Reply};
use rally_core::codec::{DecodeError, Reader, Writer};
use rally_core::context::{ClientContext, Context};
use rally_core::dispatch::Dispatch;
use rally_core::effect::{Effect, History};
use rally_core::head::Head;
use rally_core::layout::{Layout, NoLayout};
use rally_core::page::{Data, Load, OnUrl, Page};
use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};
use rally_core::view::Element;
use rally_core::wire::{Shape, Wire, hash};

use crate::pages::{self, Echo, Msg, note_down};

#[derive(Default)]
pub(crate) struct Site {
    pub(crate) browser: ClientContext,
    pub(crate) said: Vec<String>,
    /// `true` if the context is refreshed after each navigation.
    pub(crate) follows: bool,
}

pub(crate) enum SiteMsg {
    Say(&'static str),
    Ask,
    Answered(Reply<Echo>),
    Go(&'static str),
    Follow,
}

/// Only the messages `Say` travel between documents in these tests.
impl Wire for SiteMsg {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash("SiteMsg"));
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::Say(text) => to.text(text),
            _ => to.nil(),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Err(from.invalid(&"the browser reads no messages"))
    }
}

impl Wire for Site {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash("Site"));
    }

    fn write(&self, to: &mut Writer) {
        self.browser.write(to);
        self.said.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { browser: Wire::read(from)?, said: Wire::read(from)?, follows: false })
    }
}

impl Context for Site {
    type Msg = SiteMsg;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn navigated(&mut self) -> Effect<SiteMsg> {
        match self.follows {
            true => Effect::refresh_context(),
            false => Effect::none(),
        }
    }

    fn update(&mut self, msg: SiteMsg) -> Effect<SiteMsg> {
        match msg {
            SiteMsg::Follow => self.follows = true,
            SiteMsg::Say(text) => self.said.push(text.to_owned()),
            SiteMsg::Ask => return Echo::new("of the context").call(SiteMsg::Answered),
            SiteMsg::Answered(reply) => self.said.push(format!("{reply:?}")),
            SiteMsg::Go(url) => return Effect::navigate_to(url, History::Push),
        }
        Effect::none()
    }
}

impl Site {
    fn text(&self) -> String {
        let ClientContext { current_path, lang, dark_mode, .. } = &self.browser;
        let theme = if *dark_mode { "dark" } else { "light" };
        let said = self.said.join("+");
        match &self.browser.flash {
            Some(flash) => format!("{current_path} {lang} {theme} {said} flash: {flash}"),
            None => format!("{current_path} {lang} {theme} {said}"),
        }
    }
}

thread_local! {
    /// Sends messages to the layout that was rendered last.
    static LAYOUT: RefCell<Option<Dispatch<Msg>>> = const { RefCell::new(None) };
}

/// A layout. The first word is its name, the others are notes.
pub(crate) struct Around<const NAME: char>(Vec<String>);

pub(crate) fn perform_in_layout(effect: Effect<Msg>) {
    let layout = LAYOUT.with_borrow(|layout| layout.expect("no layout is shown"));
    layout(Msg::Do(effect));
}

impl<const NAME: char> Wire for Around<NAME> {
    fn shape(shape: &mut Shape) {
        shape.leaf(NAME.into());
    }

    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Wire::read(from).map(Self)
    }
}

impl<const NAME: char> Layout for Around<NAME> {
    type Context = Site;
    type Msg = Msg;

    fn init(client: &Site) -> Self {
        Self(vec![format!("begun at {}", client.browser.current_path)])
    }

    fn update(&mut self, msg: Msg, _: &Site) -> Effect<Msg> {
        match msg {
            Msg::Do(effect) => effect,
            Msg::Note(note) => {
                self.0.push(note);
                Effect::none()
            }
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        LAYOUT.set(Some(dispatch));
        let (text, notes) = (client.text(), self.0.join(", "));
        rsx! {
            "{NAME}[{text}; {notes}]("
            {content}
            ")"
        }
    }

    fn mounted(&self, client: &Site) -> Effect<Msg> {
        Effect::store(NAME, Some(client.browser.current_path.clone()))
    }
}

/// A layout that shows its page after it is mounted.
pub(crate) struct Late(bool);

impl Wire for Late {
    fn shape(shape: &mut Shape) {
        bool::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Wire::read(from).map(Self)
    }
}

impl Layout for Late {
    type Context = Site;
    type Msg = ();

    fn init(_: &Site) -> Self {
        Self(false)
    }

    fn update(&mut self, (): (), _: &Site) -> Effect<()> {
        self.0 = true;
        Effect::none()
    }

    fn view(&self, content: Element, _: Dispatch<()>, _: &Site) -> Element {
        rsx! {
            if self.0 {
                "("
                {content}
                ")"
            }
        }
    }

    fn mounted(&self, client: &Site) -> Effect<()> {
        let path = client.browser.current_path.clone();
        Effect::batch([Effect::store("late", Some(path)), Effect::task(async {})])
    }
}

/// A page whose title is its notes.
pub(crate) struct Model<R> {
    pub(crate) notes: Vec<String>,
    route: PhantomData<fn() -> R>,
}

impl<R: Route> Wire for Model<R> {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash(R::PATTERN));
    }

    fn write(&self, to: &mut Writer) {
        self.notes.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { notes: Wire::read(from)?, route: PhantomData })
    }
}

impl<R: Load + Route<Context = Site>> Page for Model<R> {
    type Route = R;
    type Msg = Msg;

    fn init(_: R, _: Data<Self>, client: &Site) -> Self {
        note_down(format!("init {}", client.browser.current_path));
        Self { notes: Vec::new(), route: PhantomData }
    }

    fn on_url() -> Option<OnUrl<Self>> {
        (R::PATTERN == "/kept").then_some(|_, _| Msg::Note("moved".to_owned()))
    }

    fn update(&mut self, msg: Msg, client: &Site) -> Effect<Msg> {
        match msg {
            Msg::Do(effect) => effect,
            Msg::Note(note) => {
                self.notes.push(note);
                if self.notes.last().is_some_and(|note| note == "message") {
                    return Effect::batch([
                        client.send(SiteMsg::Say("one")),
                        client.send(SiteMsg::Ask),
                        client.send(SiteMsg::Say("two")),
                    ]);
                }
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, client: &Site) -> Element {
        pages::listen(dispatch);
        let (pattern, text, notes) = (R::PATTERN, client.text(), self.notes.join(", "));
        rsx! { "{pattern}[{text}; {notes}]" }
    }

    fn mounted(&self, client: &Site) -> Effect<Msg> {
        Effect::store("page", Some(client.browser.current_path.clone()))
    }

    fn head(&self, client: &Site) -> Head {
        match self.notes.last() {
            Some(note) => Head::title(format!("{note} {}", client.browser.lang)).description("it"),
            None => Head::default(),
        }
    }
}

macro_rules! route {
    ($route:ident, $pattern:literal) => {
        route! { $route, $pattern, (), false }
    };
    ($route:ident, $pattern:literal, $data:ty, $loads:literal) => {
        pub(crate) struct $route;

        impl Route for $route {
            const PATTERN: &'static str = $pattern;
            type Context = Site;

            fn from_params(_: &Params) -> Option<Self> {
                Some(Self)
            }

            fn write_params(&self, _: &mut Params) {}
        }

        impl Load for $route {
            type Data = $data;
            const HAS_LOADER: bool = $loads;
        }
    };
}

route! { One, "/one" }
route! { Two, "/two" }
route! { Other, "/other" }
route! { Bare, "/bare" }
route! { Loaded, "/loaded", u8, true }
route! { AtLast, "/late" }
route! { Kept, "/kept" }

pub(crate) const PAGES: [PageEntry; 7] = [
    PageEntry::of::<Model<One>, One, Around<'A'>>("One"),
    PageEntry::of::<Model<Two>, Two, Around<'A'>>("Two"),
    PageEntry::of::<Model<Other>, Other, Around<'B'>>("Other"),
    PageEntry::of::<Model<Bare>, Bare, NoLayout<Site>>("Bare"),
    PageEntry::of::<Model<Loaded>, Loaded, Around<'B'>>("Loaded"),
    PageEntry::of::<Model<AtLast>, AtLast, Late>("AtLast"),
    PageEntry::of::<Model<Kept>, Kept, Around<'A'>>("Kept"),
];
