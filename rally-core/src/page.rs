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

    /// Returns `true` if a reload would lose data, such as an unsent text or a running upload.
    ///
    /// The default is `false`. Rally reloads the document automatically when the
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

    /// Converts the return value of the loader to a `Result`.
    fn into_result(self) -> Result<Self::Data, LoadError>;
}

impl<T: Wire> Loaded for Result<T, LoadError> {
    type Data = T;

    fn into_result(self) -> Self {
        self
    }
}
