//! Pages: a model, its messages and its HTML.

use std::error::Error;

use dioxus_core::Element;

use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::head::Head;
use crate::route::Route;
use crate::wire::Wire;

/// A page in the Elm style, implemented for its model.
///
/// `init`, `view` and `update` run in the browser. For the first request the
/// server runs `init` and `view`, sends the HTML and the model, and the browser
/// continues with that model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page",
    note = "write `impl Page for {Self} {{ .. }}` in the file of the `#[page]` struct"
)]
pub trait Page: Wire {
    /// The `#[page]` struct of this file.
    type Route: Load;
    /// The messages of the page.
    type Msg: 'static;

    /// Makes the model when the page is entered.
    ///
    /// `route` has the parameters of the URL, and `data` is the loader's data:
    /// `()` for a page without a loader.
    fn init(route: Self::Route, data: Data<Self>, client: &ContextOf<Self>) -> Self;

    /// Handles a message: changes the model, and returns the effects to perform.
    fn update(&mut self, msg: Self::Msg, client: &ContextOf<Self>) -> Effect<Self::Msg>;

    /// Renders the page as HTML.
    fn view(&self, dispatch: Dispatch<Self::Msg>, client: &ContextOf<Self>) -> Element;

    /// Returns the page's title and its other tags in the document's `<head>`.
    ///
    /// It is called each time the page is rendered. The default keeps the
    /// `<head>` of `index.html` unchanged.
    fn head(&self, client: &ContextOf<Self>) -> Head {
        let _ = client;
        Head::default()
    }

    /// Returns the effects to start once the page is in the document.
    ///
    /// It runs in the browser only: after the page of the first request was
    /// hydrated, and after each navigation to the page.
    fn mounted(&self, client: &ContextOf<Self>) -> Effect<Self::Msg> {
        let _ = client;
        Effect::none()
    }

    /// Returns `true` if a reload would lose something, such as an unsent text or a running upload.
    ///
    /// The default is `false`. The browser reloads a page by itself when its
    /// build is out of date, but not while the page is dirty: then it tells the
    /// visitor, who reloads when they are ready. Rally already waits for pending
    /// calls and HTTP requests, and never reloads a page by itself after the
    /// visitor has typed into a field. A page has to count its own running tasks.
    ///
    /// ```
    /// # use rally_core::{codec::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
    /// #     route::*, simulate::Simulation, wire::*};
    /// # use dioxus_core::{Element, VNode};
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
    /// #   fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { VNode::empty() }
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

/// The data of a page's loader.
pub type Data<P> = <<P as Page>::Route as Load>::Data;

/// The client context of a page's app.
pub type ContextOf<P> = <<P as Page>::Route as Route>::Context;

/// A route's loader data, as `init` receives it.
///
/// `#[page]` implements this trait with `Data = ()`. With `#[page(load)]`, the
/// `#[server(load, ..)]` function implements it.
#[diagnostic::on_unimplemented(
    message = "the route `{Self}` has no loader",
    note = "`#[page(load)]` needs a loader: write `#[server(load, public)] async fn load(page: \
            {Self}, cx: &Cx) -> Result<Data, LoadError>`, or remove `load`"
)]
pub trait Load: Route {
    /// The data that `init` receives.
    type Data: Wire;

    /// `true` if the browser has to ask the server for the data.
    const HAS_LOADER: bool;
}

/// The reason why a loader returned no data.
///
/// `?` turns any `std::error::Error` into [`LoadError::Failed`].
#[derive(Debug)]
pub enum LoadError {
    /// Status 404: the record does not exist.
    NotFound,
    /// Status 403: the caller may not see the page.
    Forbidden,
    /// Status 303: the page is at another URL, of this app or of another site.
    Redirect(String),
    /// Status 500: the loader failed. The error is logged under a trace id.
    Failed(Box<dyn Error + Send + Sync>),
}

impl LoadError {
    /// Redirects the browser to another page of this app.
    pub fn redirect<R: Route>(route: R) -> Self {
        Self::Redirect(crate::route::href(route))
    }
}

impl<Cause: Error + Send + Sync + 'static> From<Cause> for LoadError {
    fn from(cause: Cause) -> Self {
        Self::Failed(Box::new(cause))
    }
}

/// The return type of a loader: `Result<Data, LoadError>`.
#[diagnostic::on_unimplemented(
    message = "a loader returns `Result<Data, LoadError>`, not `{Self}`",
    note = "write `Result<Data, LoadError>`, where `Data` is the type that `init` receives and has \
            `#[derive(Wire)]`"
)]
pub trait Loaded {
    /// The data of the page.
    type Data: Wire;

    /// Returns the loader's result.
    fn into_result(self) -> Result<Self::Data, LoadError>;
}

impl<T: Wire> Loaded for Result<T, LoadError> {
    type Data = T;

    fn into_result(self) -> Self {
        self
    }
}
