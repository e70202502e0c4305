//! The running layout: a program around page after page.

use std::rc::Rc;

use dioxus_core::Element;

use super::ProgramHandle;
use super::program::{AnyProgram, Program, ProgramModel};
use crate::codec::{self, DecodeError, EncodeError};
use crate::effect::Effect;
use crate::layout::Layout;

/// A layout that runs, whichever layout it is.
pub trait AnyLayout: AnyProgram {
    /// Renders the layout around a page. Only within its component.
    fn view(self: Rc<Self>, content: Element) -> Element;
}

/// The running layout of one model type.
pub type RunningLayout<L> = Program<LayoutModel<L>>;

/// A layout's model as that of a program.
pub struct LayoutModel<L>(L);

impl<L: Layout> RunningLayout<L> {
    /// Begins with a layout: anew, or from its encoded model.
    ///
    /// # Errors
    ///
    /// When the model is not of this layout.
    pub fn new(model: Option<&[u8]>, handle: ProgramHandle) -> Result<Self, DecodeError> {
        Self::start(handle, |cx| {
            let model = match model {
                Some(model) => codec::decode(model)?,
                None => L::init(&cx.get()),
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
        self.render(|LayoutModel(layout), dispatch, cx| layout.view(content, dispatch, cx))
    }
}
