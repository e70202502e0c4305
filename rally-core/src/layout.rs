//! Layouts: the HTML around the pages of a directory.

use std::marker::PhantomData;

use crate::codec::{DecodeError, Reader, Writer};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::route::Route;
use crate::view::Element;
use crate::wire::{Never, Shape, Wire};

/// A layout in the Elm style: the HTML around the pages of a directory and its subdirectories.
///
/// The `Model` in the directory's `layout.rs` implements this trait.
///
/// Layouts do not nest: a page has only the nearest layout, which is in the
/// page's own directory or in the closest parent directory with a `layout.rs`.
/// When the visitor goes to a page with the same layout, the layout keeps its
/// model, and its effects keep running, unless the browser loads a document.
/// When the visitor goes to a page with another layout, the new layout starts
/// with `init`.
///
/// Model and messages are `Send`, as those of a [page](crate::page::Page).
///
/// ```
/// # use rally::prelude::*;
/// # #[derive(Wire)]
/// # struct Model { open: bool }
/// #[derive(Clone)]
/// enum Msg {
///     Toggled,
/// }
///
/// impl Layout for Model {
///     type Context = ClientContext;
///     type Msg = Msg;
///
///     fn init(_: &ClientContext) -> Self {
///         Self { open: false }
///     }
///
///     fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
///         match msg {
///             Msg::Toggled => {
///                 self.open = !self.open;
///                 Effect::none()
///             }
///         }
///     }
///
///     fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &ClientContext) -> Element {
///         rsx! {
///             nav {
///                 button { onclick: move |_| dispatch(Msg::Toggled), "Menu" }
///                 if self.open {
///                     a { href: "/", aria_current: (client.current_path == "/").then_some("page"), "Home" }
///                 }
///             }
///             main { {content} }
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layout",
    note = "write `impl Layout for {Self} {{ .. }}` in `layout.rs`"
)]
pub trait Layout: Wire + Send {
    /// The client context of the app: the same type as in the pages of the app.
    type Context: Context;
    /// The messages that `update` handles.
    type Msg: Send + 'static;

    /// Makes the model when the layout starts: for a new document, or after a
    /// page with another layout.
    fn init(client: &Self::Context) -> Self;

    /// Handles a message: changes the model, and returns the effects to perform.
    ///
    /// The default ignores the message. It is for a layout without messages, whose `Msg` is
    /// [`Never`].
    fn update(&mut self, msg: Self::Msg, client: &Self::Context) -> Effect<Self::Msg> {
        let _ = (msg, client);
        Effect::none()
    }

    /// Renders the layout as HTML. `content` is the HTML of the page.
    fn view(
        &self,
        content: Element,
        dispatch: Dispatch<Self::Msg>,
        client: &Self::Context,
    ) -> Element;

    /// Returns the effects to start once the layout's HTML is in the document.
    ///
    /// Rally calls this method in the browser, not on the server. It calls it
    /// once when the layout is shown, and not again when the page in the layout
    /// changes.
    fn mounted(&self, client: &Self::Context) -> Effect<Self::Msg> {
        let _ = client;
        Effect::none()
    }
}

/// The choice of a layout for the pages of route `R`: a layout, or [`WithoutLayout`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layout",
    note = "write `impl Layout for {Self} {{ .. }}` in `layout.rs`"
)]
pub trait LayoutOf<R: Route> {
    /// The layout.
    type Layout: Layout<Context = R::Context>;
}

impl<R: Route, L: Layout<Context = R::Context>> LayoutOf<R> for L {
    type Layout = L;
}

/// Stands for [`NoLayout`] where the client context may have a mistake, which must be reported
/// only once.
pub struct WithoutLayout;

impl<R: Route> LayoutOf<R> for WithoutLayout {
    type Layout = NoLayout<R::Context>;
}

/// The layout of pages without a `layout.rs`. It renders only the page.
pub struct NoLayout<C>(PhantomData<C>);

impl<C: Context> Layout for NoLayout<C> {
    type Context = C;
    type Msg = Never;

    fn init(_: &C) -> Self {
        Self(PhantomData)
    }

    fn view(&self, content: Element, _: Dispatch<Never>, _: &C) -> Element {
        content
    }
}

impl<C: 'static> Wire for NoLayout<C> {
    fn shape(shape: &mut Shape) {
        <()>::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.nil();
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.nil().map(|()| Self(PhantomData))
    }
}
