//! The running layout: a program that stays while the pages in it change.

use std::rc::Rc;

use super::ProgramHandle;
use super::program::{AnyProgram, Program, ProgramModel};
use crate::codec::{self, DecodeError, EncodeError};
use crate::effect::Effect;
use crate::layout::Layout;
use crate::view::Element;

/// A running layout, without its type.
pub trait AnyLayout: AnyProgram {
    /// Renders the layout around `content`, the page.
    fn view(self: Rc<Self>, content: Element) -> Element;
}

/// A running layout of one type.
pub type RunningLayout<L> = Program<LayoutModel<L>>;

/// The model of a layout, adapted to the trait [`ProgramModel`].
pub struct LayoutModel<L>(L);

impl<L: Layout> RunningLayout<L> {
    /// Starts a layout from its encoded model, or with `init` if `model` is `None`.
    pub fn new(model: Option<&[u8]>, handle: ProgramHandle) -> Result<Self, DecodeError> {
        Self::start(handle, |client| {
            let model = match model {
                Some(model) => codec::decode(model)?,
                None => L::init(&client.get()),
            };
            Ok(LayoutModel(model))
        })
    }
}

impl<L: Layout> ProgramModel for LayoutModel<L> {
    type Msg = L::Msg;
    type Context = L::Context;

    fn update(&mut self, msg: L::Msg, client: &L::Context) -> Effect<L::Msg> {
        self.0.update(msg, client)
    }

    fn mounted(&self, client: &L::Context) -> Effect<L::Msg> {
        self.0.mounted(client)
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&self.0)
    }
}

impl<L: Layout> AnyLayout for RunningLayout<L> {
    fn view(self: Rc<Self>, content: Element) -> Element {
        self.render(|LayoutModel(layout), dispatch, client| layout.view(content, dispatch, client))
    }
}
