//! Pages: a model, its messages, and how both become HTML.

use std::error::Error;

use dioxus_core::Element;

use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::head::Head;
use crate::route::Route;
use crate::wire::Wire;

/// A page in the Elm style, implemented for its model.
///
/// `init`, `view` and `update` run in the browser; for the first request
/// `init` and `view` run on the server, and the browser takes over with the
/// model it is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page",
    note = "write `impl Page for {Self} {{ .. }}` beside the `#[page]` struct"
)]
pub trait Page: Wire {
    /// The `#[page]` struct of this file.
    type Route: Load;
    /// What can happen on the page.
    type Msg: 'static;

    /// The model of a page that is entered, from its URL and what its loader
    /// brought (`()` without a loader).
    fn init(route: Self::Route, data: Data<Self>, cx: &ContextOf<Self>) -> Self;

    /// Takes a message in, and says what to do about it.
    fn update(&mut self, msg: Self::Msg, cx: &ContextOf<Self>) -> Effect<Self::Msg>;

    /// The page as HTML.
    fn view(&self, dispatch: Dispatch<Self::Msg>, cx: &ContextOf<Self>) -> Element;

    /// The page's title, and what else it puts into the document's `<head>`;
    /// looked at again whenever the page is rendered. Unless the page says
    /// otherwise, all of it is as in `index.html`.
    fn head(&self, cx: &ContextOf<Self>) -> Head {
        let _ = cx;
        Head::default()
    }

    /// What to start once the page stands in the browser: after it was taken
    /// over from the server, and after a navigation. Never runs on the server.
    fn mounted(&self, cx: &ContextOf<Self>) -> Effect<Self::Msg> {
        let _ = cx;
        Effect::none()
    }

    /// Whether something would be lost if the document were loaded anew now:
    /// a text not yet sent, a drawing, an upload under way. `false` unless the
    /// page says otherwise.
    ///
    /// A page whose build is out of date is loaded anew by itself, but not
    /// while it is dirty: then the visitor is told, and says when. Two things
    /// need no saying: calls and HTTP requests under way are waited for, and a
    /// page whose fields the visitor has typed into is left to him. Tasks are
    /// the page's own to count.
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
    fn is_dirty(&self, cx: &ContextOf<Self>) -> bool {
        let _ = cx;
        false
    }
}

/// What the loader of a page brings.
pub type Data<P> = <<P as Page>::Route as Load>::Data;

/// The client context of a page's app.
pub type ContextOf<P> = <<P as Page>::Route as Route>::Context;

/// What a route's loader brings to `init`.
///
/// `#[page]` implements it with `()`, `#[page(load)]` leaves it to the loader.
#[diagnostic::on_unimplemented(
    message = "the route `{Self}` has no loader",
    note = "its `#[page(load)]` promises one: write `#[server(load, public)] async fn load(page: \
            {Self}, cx: &Cx) -> Result<Data, LoadError>`, or remove `load`"
)]
pub trait Load: Route {
    /// What `init` receives.
    type Data: Wire;

    /// Whether a loader has to be asked for the data.
    const HAS_LOADER: bool;
}

/// Why a loader brought no data.
///
/// `?` turns any `std::error::Error` into [`LoadError::Failed`].
#[derive(Debug)]
pub enum LoadError {
    /// Status 404: there is no such record.
    NotFound,
    /// Status 403: this visitor may not see it.
    Forbidden,
    /// Status 303: it is at another URL. A page of this app, or any other.
    Redirect(String),
    /// Status 500. The details go to the log under a trace id.
    Failed(Box<dyn Error + Send + Sync>),
}

impl LoadError {
    /// Sends the browser to another page of this app.
    pub fn redirect<R: Route>(route: R) -> Self {
        Self::Redirect(crate::route::href(route))
    }
}

impl<Cause: Error + Send + Sync + 'static> From<Cause> for LoadError {
    fn from(cause: Cause) -> Self {
        Self::Failed(Box::new(cause))
    }
}

/// What a loader may return: `Result<Data, LoadError>`.
#[diagnostic::on_unimplemented(
    message = "a loader returns `Result<Data, LoadError>`, not `{Self}`",
    note = "`Data` is what `init` receives; it has `#[derive(Wire)]`"
)]
pub trait Loaded {
    /// What the loader brings.
    type Data: Wire;

    /// The loader's result, as it is.
    fn into_result(self) -> Result<Self::Data, LoadError>;
}

impl<T: Wire> Loaded for Result<T, LoadError> {
    type Data = T;

    fn into_result(self) -> Self {
        self
    }
}
