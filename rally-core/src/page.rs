//! Pages: a model, its messages and its HTML.

use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::error::Error;
use crate::head::Head;
use crate::route::Route;
use crate::view::Element;
use crate::wire::Wire;

/// A page in the Elm style. The type of the page's model implements this trait.
///
/// When the browser requests a document, the server runs `init` and `view`, and
/// sends the HTML and the model. The browser continues with that model. From
/// then on, `update` and `view` run in the browser, and so does the `init` of
/// each page that the visitor goes to without loading a document.
///
/// Model and messages are `Send`, because a server runs pages on several
/// threads. Use `Arc` in place of `Rc`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page",
    note = "write `impl Page for {Self} {{ .. }}` in the file of the `#[page]` struct"
)]
pub trait Page: Wire + Send {
    /// The page's `#[page]` struct, with the parameters of its URL.
    type Route: Load;
    /// The messages that `update` handles.
    type Msg: Send + 'static;

    /// Makes the model when the visitor opens the page.
    ///
    /// `route` has the parameters of the URL. `data` is the data of the loader,
    /// or `()` if the page has no loader.
    fn init(route: Self::Route, data: Data<Self>, client: &ContextOf<Self>) -> Self;

    /// Handles a message: changes the model, and returns the effects to perform.
    ///
    /// This method must be deterministic: the same model and message lead to the same model and
    /// effects. For a posted form, each time a call has been answered, the server starts again from
    /// the first message, with the answers that it has. So generate random numbers and read the time
    /// in a `#[server]` function, or in a task in the browser, not here. If a call differs when it
    /// is made again, the post fails with status 500.
    ///
    /// The default ignores the message. It is for a page without messages, whose `Msg` is
    /// [`Never`](crate::wire::Never).
    fn update(&mut self, msg: Self::Msg, client: &ContextOf<Self>) -> Effect<Self::Msg> {
        let _ = (msg, client);
        Effect::none()
    }

    /// Renders the page as HTML.
    fn view(&self, dispatch: Dispatch<Self::Msg>, client: &ContextOf<Self>) -> Element;

    /// Returns the page's title and its other tags in the document's `<head>`.
    ///
    /// Rally also calls this method when it renders the page again. The default
    /// keeps the `<head>` of `index.html` unchanged.
    fn head(&self, client: &ContextOf<Self>) -> Head {
        let _ = client;
        Head::default()
    }

    /// Returns the effects to start once the page's HTML is in the document.
    ///
    /// Rally calls this method in the browser, not on the server: after the page
    /// of a document was hydrated, and after each navigation to the page.
    fn mounted(&self, client: &ContextOf<Self>) -> Effect<Self::Msg> {
        let _ = client;
        Effect::none()
    }

    /// Keeps the page if only the parameters of its URL change.
    ///
    /// The default is `None`: the page starts again, as every other page does. With
    /// `Some(Msg::UrlChanged)`, a link, a GET form, [`Effect::navigate`] or [`Effect::replace`] to this
    /// page with other parameters, or with the same, runs the loader and sends this message, with the
    /// new parameters and the new data. So do the back and forward buttons between such URLs. The model
    /// stays, and so do the focus, the text that is being typed, and the scroll position; back and
    /// forward restore the position at which the visitor left the URL. Neither `init` nor `mounted`
    /// runs, and screen readers get no announcement.
    ///
    /// When `update` gets the message, `current_path` of the client context is the new URL. If a
    /// newer navigation starts while the loader runs, only the last one sends its message. A
    /// document that the server sends for the URL begins with `init`, so `init` and the message
    /// should lead to the same model.
    ///
    /// To show what a call has changed, change the model from its reply. An `Effect::replace` of the
    /// same URL asks the loader again, but it replaces a navigation that is loading, and the message
    /// overwrites what was entered meanwhile.
    ///
    /// Answers, and the messages of tasks, streams, timers and delays, belong to the URL at which they
    /// began. If they arrive after the URL has changed, the calls that `update` then makes are refused
    /// if they have the access rule `page`: they would act on the new record, and are meant for the
    /// old one. So are delayed calls of the old URL. All other calls are made. The messages of
    /// [`Effect::every`], [`Effect::on_storage`] and of this method belong to the URL of their time. A
    /// stream that makes `page` calls must be started again here.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rally_core::{codec::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
    /// #     route::*, simulate::Simulation, view::Element, wire::*};
    /// # struct Tickets { search: String }
    /// # impl Route for Tickets {
    /// #     const PATTERN: &'static str = "/tickets";
    /// #     type Context = ClientContext;
    /// #     fn from_params(params: &Params) -> Option<Self> { Some(Self { search: params.query("search")? }) }
    /// #     fn write_params(&self, params: &mut Params) { params.set_query("search", &self.search) }
    /// # }
    /// # impl Load for Tickets { type Data = Vec<String>; const HAS_LOADER: bool = true; }
    /// # struct Model { search: String, tickets: Vec<String> }
    /// # impl Wire for Model {
    /// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
    /// #     fn write(&self, to: &mut Writer) { self.search.write(to); self.tickets.write(to) }
    /// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
    /// #         Ok(Self { search: Wire::read(from)?, tickets: Wire::read(from)? })
    /// #     }
    /// # }
    /// enum Msg {
    ///     Typed(String),
    ///     UrlChanged(Tickets, Vec<String>),
    /// }
    ///
    /// impl Page for Model {
    /// #   type Route = Tickets;
    /// #   type Msg = Msg;
    ///     fn init(page: Tickets, tickets: Vec<String>, _: &ClientContext) -> Self {
    ///         Self { search: page.search, tickets }
    ///     }
    ///
    ///     fn on_url() -> Option<OnUrl<Self>> {
    ///         Some(Msg::UrlChanged)
    ///     }
    ///
    ///     fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
    ///         match msg {
    ///             // A field `input { value: "{self.search}", oninput: .. }` sends this message.
    ///             Msg::Typed(text) => {
    ///                 self.search = text.clone();
    ///                 let found = Effect::replace(Tickets { search: text });
    ///                 Effect::debounce("search", Duration::from_millis(300), found)
    ///             }
    ///             Msg::UrlChanged(page, tickets) => {
    ///                 *self = Self { search: page.search, tickets };
    ///                 // Forget a search that still waits: the visitor has gone to another URL.
    ///                 Effect::cancel("search")
    ///             }
    ///         }
    ///     }
    /// #   fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { Element::empty() }
    ///     // ..
    /// }
    ///
    /// let mut page = Simulation::<Model>::start(Tickets { search: String::new() }, Vec::new());
    /// page.send(Msg::Typed("tea".to_owned()));
    /// page.advance(Duration::from_millis(300));
    /// assert_eq!(page.navigation().unwrap().url, "/tickets?search=tea");
    /// page.change_url(Tickets { search: "tea".to_owned() }, vec!["No tea".to_owned()]);
    /// assert_eq!(page.model(|model| model.tickets.clone()), ["No tea"]);
    /// ```
    fn on_url() -> Option<OnUrl<Self>> {
        None
    }

    /// Returns `true` if leaving would lose data, such as an unsent text or a running upload.
    ///
    /// The default is `false`. While the page is dirty, the browser asks the visitor before it
    /// leaves or reloads the document. A navigation to another page of the app is no such case.
    ///
    /// Rally reloads the document automatically when the
    /// browser's build of the app is out of date, but not while the page is
    /// dirty. Then Rally shows a notice with a button that reloads. Rally itself
    /// waits for pending calls and HTTP requests, and does not reload
    /// automatically after the visitor has typed into a field of the page. It
    /// does not know about tasks of the page: return `true` while a task is
    /// running that a reload must not stop.
    ///
    /// ```
    /// # use rally_core::{codec::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
    /// #     route::*, simulate::Simulation, view::Element, wire::*};
    /// # struct Board;
    /// # impl Route for Board {
    /// #     const PATTERN: &'static str = "/";
    /// #     type Context = ClientContext;
    /// #     fn from_params(_: &Params) -> Option<Self> { Some(Self) }
    /// #     fn write_params(&self, _: &mut Params) {}
    /// # }
    /// # impl Load for Board { type Data = (); const HAS_LOADER: bool = false; }
    /// # struct Model { unsaved: Vec<(i32, i32)> }
    /// # impl Wire for Model {
    /// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
    /// #     fn write(&self, to: &mut Writer) { self.unsaved.write(to) }
    /// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
    /// #         Vec::read(from).map(|unsaved| Self { unsaved })
    /// #     }
    /// # }
    /// # enum Msg { Drawn(i32, i32) }
    /// impl Page for Model {
    /// #   type Route = Board;
    /// #   type Msg = Msg;
    /// #   fn init(_: Board, _: (), _: &ClientContext) -> Self { Self { unsaved: Vec::new() } }
    /// #   fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
    /// #       let Msg::Drawn(x, y) = msg;
    /// #       self.unsaved.push((x, y));
    /// #       Effect::none()
    /// #   }
    /// #   fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { Element::empty() }
    ///     // ..
    ///     fn is_dirty(&self, _: &ClientContext) -> bool {
    ///         !self.unsaved.is_empty()
    ///     }
    /// }
    ///
    /// let mut page = Simulation::<Model>::start(Board, ());
    /// assert!(!page.is_dirty());
    /// page.send(Msg::Drawn(1, 2));
    /// assert!(page.is_dirty());
    /// ```
    fn is_dirty(&self, client: &ContextOf<Self>) -> bool {
        let _ = client;
        false
    }
}

/// A function that makes the message of [`Page::on_url`], from the new parameters and data. The data
/// of a page without a loader is `()`.
pub type OnUrl<P> = fn(<P as Page>::Route, Data<P>) -> <P as Page>::Msg;

/// The data that the loader of page `P` returns.
pub type Data<P> = <<P as Page>::Route as Load>::Data;

/// The client context of the app that page `P` belongs to.
pub type ContextOf<P> = <<P as Page>::Route as Route>::Context;

/// A route, with the type of its loader's data.
///
/// `#[page]` implements this trait with `Data = ()`. For a page with
/// `#[page(loader)]`, the macro of the loader (`#[loader(..)]`) implements
/// it.
#[diagnostic::on_unimplemented(
    message = "the route `{Self}` has no loader",
    note = "`#[page(loader)]` needs a loader: write `#[loader(public)] async fn load(page: \
            {Self}, cx: &Cx) -> Result<Data, LoadError>`, or remove `loader`"
)]
pub trait Load: Route {
    /// The data that `init` receives.
    type Data: Wire;

    /// `true` if the page has a loader. The browser then requests the data from the server.
    const HAS_LOADER: bool;
}

/// The reason why a loader returned no data.
///
/// `?` turns a `std::error::Error` that is `Send + Sync + 'static`, and
/// [`rally::Error`](crate::error::Error), into [`LoadError::Failed`].
#[derive(Debug)]
pub enum LoadError {
    /// Status 404: the record does not exist.
    NotFound,
    /// Status 403: the caller may not see the page.
    Forbidden,
    /// Status 303: redirects the browser to this URL, in this app or on another site.
    Redirect(String),
    /// Status 500: the loader failed. The error is logged under a trace id.
    Failed(Error),
}

impl LoadError {
    /// Makes the redirect to another page of this app.
    pub fn redirect<R: Route>(route: R) -> Self {
        Self::Redirect(crate::route::href(route))
    }
}

/// The return type of a loader: `Result<Data, LoadError>`.
#[diagnostic::on_unimplemented(
    message = "a loader returns `Result<Data, LoadError>`, not `{Self}`",
    note = "write `Result<Data, LoadError>`, where `Data` is the type that `init` receives and has \
            `#[derive(Wire)]`"
)]
pub trait Loaded {
    /// The data that the loader returns.
    type Data: Wire;
}

/// Any error is accepted here: rustc reports an error that is not a [`LoadError`] once, at the
/// loader.
impl<T: Wire, E> Loaded for Result<T, E> {
    type Data = T;
}
