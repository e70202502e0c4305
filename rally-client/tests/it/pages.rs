//! Four pages that perform the effects of a test, and a log of all events.

use std::cell::RefCell;
use std::marker::PhantomData;

use rally::rsx;
use rally_core::call::{Call, CallExt, Reply};
use rally_core::codec::{DecodeError, Reader, Writer};
use rally_core::context::ClientContext;
use rally_core::dispatch::Dispatch;
use rally_core::effect::Effect;
use rally_core::layout::NoLayout;
use rally_core::page::{Data, Load, Page};
use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};
use rally_core::view::Element;
use rally_core::wire::{Shape, Wire, hash};

thread_local! {
    /// Sends messages to the page that was rendered last.
    static REMOTE: RefCell<Option<Dispatch<Msg>>> = const { RefCell::new(None) };
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(crate) enum Msg {
    Do(Effect<Msg>),
    Note(String),
}

/// Sends a message to the page on the screen, as an event handler does.
pub(crate) fn perform(effect: Effect<Msg>) {
    let remote = REMOTE.with_borrow(|remote| remote.expect("no page is shown"));
    remote(Msg::Do(effect));
}

/// Sends a note to the page on the screen.
pub(crate) fn note(text: &str) {
    let remote = REMOTE.with_borrow(|remote| remote.expect("no page is shown"));
    remote(Msg::Note(text.to_owned()));
}

/// Makes the page that is being rendered the receiver of [`perform`].
pub(crate) fn listen(dispatch: Dispatch<Msg>) {
    REMOTE.set(Some(dispatch));
}

pub(crate) fn note_down(line: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(line.into()));
}

/// Returns the events since the last call.
pub(crate) fn take_log() -> Vec<String> {
    LOG.take()
}

/// Clears the state of this thread at the beginning of a test.
pub(crate) fn forget() {
    LOG.take();
    REMOTE.take();
}

/// A call whose reply the page notes.
pub(crate) fn echo(text: &str) -> Effect<Msg> {
    Echo::new(text).call(|reply: Reply<Echo>| {
        Msg::Note(reply.unwrap_or_else(|failure| format!("{failure:?}")))
    })
}

/// The same call over HTTP.
pub(crate) fn post(text: &str) -> Effect<Msg> {
    Post::new(text).call(|reply: Reply<Post>| {
        Msg::Note(reply.unwrap_or_else(|failure| format!("{failure:?}")))
    })
}

macro_rules! call {
    ($call:ident, $name:literal, $over_http:literal) => {
        pub(crate) struct $call(String);

        impl $call {
            pub(crate) fn new(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl Wire for $call {
            fn shape(shape: &mut Shape) {
                String::shape(shape);
            }

            fn write(&self, to: &mut Writer) {
                self.0.write(to);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                String::read(from).map(Self)
            }
        }

        impl Call for $call {
            type Output = Result<String, String>;
            const NAME: &'static str = $name;
            const OVER_HTTP: bool = $over_http;
        }
    };
}

call! { Echo, "Echo", false }
call! { Post, "Post", true }

/// The model of every page: a title, and the notes since the page was entered.
pub(crate) struct Model<R> {
    title: String,
    notes: Vec<String>,
    route: PhantomData<fn() -> R>,
}

impl<R: Titled> Model<R> {
    pub(crate) fn new(title: String) -> Self {
        Self { title, notes: Vec::new(), route: PhantomData }
    }
}

pub(crate) trait Titled: Load + Route<Context = ClientContext> {
    fn title(&self, data: Self::Data) -> String;
}

impl<R: Titled> Wire for Model<R> {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash(R::PATTERN));
    }

    fn write(&self, to: &mut Writer) {
        self.title.write(to);
        self.notes.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { title: Wire::read(from)?, notes: Wire::read(from)?, route: PhantomData })
    }
}

impl<R: Titled> Page for Model<R> {
    type Route = R;
    type Msg = Msg;

    fn init(route: R, data: Data<Self>, _: &ClientContext) -> Self {
        Self::new(route.title(data))
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Do(effect) => effect,
            Msg::Note(note) => {
                self.notes.push(note);
                Effect::none()
            }
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        listen(dispatch);
        let notes = self.notes.join(", ");
        rsx! { "{self.title}: {notes}" }
    }

    /// The note "draft" is input that is lost unless another note follows.
    fn is_dirty(&self, _: &ClientContext) -> bool {
        let mut notes = self.notes.iter().rev();
        notes
            .find(|note| ["draft", "saved"].contains(&&***note))
            .is_some_and(|note| note == "draft")
    }

    fn mounted(&self, client: &ClientContext) -> Effect<Msg> {
        Effect::store("mounted", Some(client.current_path.clone()))
    }
}

/// The page at `/`, and two other pages without a loader, of which the last is
/// guarded.
pub(crate) struct Home;
pub(crate) struct About;
pub(crate) struct Vault;

macro_rules! without_loader {
    ($route:ident, $pattern:literal, $title:literal) => {
        impl Route for $route {
            const PATTERN: &'static str = $pattern;
            type Context = ClientContext;

            fn from_params(_: &Params) -> Option<Self> {
                Some(Self)
            }

            fn write_params(&self, _: &mut Params) {}
        }

        impl Load for $route {
            type Data = ();
            const HAS_LOADER: bool = false;
        }

        impl Titled for $route {
            fn title(&self, (): ()) -> String {
                $title.to_owned()
            }
        }
    };
}

without_loader! { Home, "/", "home" }
without_loader! { About, "/about", "about" }
without_loader! { Vault, "/vault", "vault" }

/// A page whose loader returns a text.
pub(crate) struct Item {
    id: u32,
}

impl Route for Item {
    const PATTERN: &'static str = "/items/:id";
    type Context = ClientContext;

    fn from_params(params: &Params) -> Option<Self> {
        Some(Self { id: params.path("id")? })
    }

    fn write_params(&self, params: &mut Params) {
        params.set_path("id", &self.id);
    }
}

impl Load for Item {
    type Data = String;
    const HAS_LOADER: bool = true;
}

impl Titled for Item {
    fn title(&self, data: String) -> String {
        format!("item {} {data}", self.id)
    }
}

pub(crate) const PAGES: [PageEntry; 4] = [
    PageEntry::of::<Model<Home>, Home, NoLayout<ClientContext>>("Home"),
    PageEntry::of::<Model<About>, About, NoLayout<ClientContext>>("About"),
    PageEntry::of::<Model<Item>, Item, NoLayout<ClientContext>>("Item"),
    PageEntry::of::<Model<Vault>, Vault, NoLayout<ClientContext>>("Vault").guarded(),
];
