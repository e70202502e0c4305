//! Layouts: what stands around the pages of a directory.

use std::marker::PhantomData;

use dioxus_core::Element;

use crate::codec::{DecodeError, Reader, Writer};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::wire::{Never, Shape, Wire};

/// What stands around the pages of a directory and below, in the Elm style:
/// implemented for the `Model` of the file `layout.rs` in it.
///
/// Of several above a page the nearest counts, and no other. Its model is kept
/// from page to page for as long as they have the same layout, and its effects
/// run as long; a page with another layout begins with that one anew.
///
/// ```
/// # use rally_core::{codec::*, context::*, dispatch::Dispatch, effect::Effect, layout::*, view::*, wire::*};
/// # struct Model { open: bool }
/// # impl Wire for Model { // in an app: #[derive(Wire)]
/// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
/// #     fn write(&self, to: &mut Writer) { self.open.write(to) }
/// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
/// #         bool::read(from).map(|open| Self { open })
/// #     }
/// # }
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
///             Msg::Toggled => self.open = !self.open,
///         }
///         Effect::none()
///     }
///
///     fn view(&self, content: Element, dispatch: Dispatch<Msg>, client: &ClientContext) -> Element {
///         rsx! {
///             nav {
///                 button { onclick: dispatch.on(Msg::Toggled), "Menu" }
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
pub trait Layout: Wire {
    /// The client context of the app: that of the pages.
    type Context: Context;
    /// What can happen on the layout.
    type Msg: 'static;

    /// The model of a layout that comes to stand around a page.
    fn init(client: &Self::Context) -> Self;

    /// Takes a message in, and says what to do about it.
    fn update(&mut self, msg: Self::Msg, client: &Self::Context) -> Effect<Self::Msg>;

    /// The layout as HTML, with the page put in where `content` is.
    fn view(
        &self,
        content: Element,
        dispatch: Dispatch<Self::Msg>,
        client: &Self::Context,
    ) -> Element;

    /// What to start once the layout stands in the browser. Once, however many
    /// pages are shown in it. Never runs on the server.
    fn mounted(&self, client: &Self::Context) -> Effect<Self::Msg> {
        let _ = client;
        Effect::none()
    }
}

/// The layout of pages that have none: nothing but the page.
pub struct NoLayout<C>(PhantomData<C>);

impl<C: Context> Layout for NoLayout<C> {
    type Context = C;
    type Msg = Never;

    fn init(_: &C) -> Self {
        Self(PhantomData)
    }

    fn update(&mut self, msg: Never, _: &C) -> Effect<Never> {
        match msg {}
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
