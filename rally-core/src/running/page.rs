//! The running page: a program with a head.

use std::any::Any;
use std::rc::Rc;

use dioxus_core::Element;

use super::program::{AnyProgram, Program, ProgramModel};
use super::{InitSource, ProgramHandle};
use crate::codec::{self, DecodeError, EncodeError};
use crate::effect::Effect;
use crate::head::Head;
use crate::page::{ContextOf, Data, Page};

/// A page that runs, whichever page it is.
pub trait AnyPage: AnyProgram {
    /// Renders the page. Only within its component.
    fn view(self: Rc<Self>) -> Element;

    /// What the page says in the document's head; `None` while it is being
    /// changed.
    fn head(&self) -> Option<Head>;

    /// Whether the page would lose something if its document were loaded anew.
    fn is_dirty(&self) -> bool;
}

/// The running page of one model type.
pub type RunningPage<P> = Program<PageModel<P>>;

/// A page's model as that of a program.
pub struct PageModel<P>(P);

impl<P: Page> RunningPage<P> {
    /// Enters a page.
    ///
    /// # Errors
    ///
    /// When the encoded data or model is not what this page expects.
    pub fn new(
        route: P::Route,
        source: InitSource<'_>,
        handle: ProgramHandle,
    ) -> Result<Self, DecodeError> {
        Self::start(handle, |cx| {
            let init = |data| P::init(route, data, &cx.get());
            let model = match source {
                InitSource::Model(model) => codec::decode(model)?,
                InitSource::Data(data) => init(codec::decode(data)?),
                InitSource::Loaded(data) => init(loaded::<P>(data)?),
            };
            Ok(PageModel(model))
        })
    }

    /// Looks at the model.
    pub fn with_model<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.look(|PageModel(page), _| look(page))
    }
}

fn loaded<P: Page>(data: Box<dyn Any>) -> Result<Data<P>, DecodeError> {
    data.downcast().map(|data| *data).map_err(|_| DecodeError::other_type())
}

impl<P: Page> ProgramModel for PageModel<P> {
    type Msg = P::Msg;
    type Context = ContextOf<P>;

    fn update(&mut self, msg: P::Msg, cx: &ContextOf<P>) -> Effect<P::Msg> {
        self.0.update(msg, cx)
    }

    fn mounted(&self, cx: &ContextOf<P>) -> Effect<P::Msg> {
        self.0.mounted(cx)
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&self.0)
    }
}

impl<P: Page> AnyPage for RunningPage<P> {
    fn view(self: Rc<Self>) -> Element {
        self.render(|PageModel(page), dispatch, cx| page.view(dispatch, cx))
    }

    fn head(&self) -> Option<Head> {
        self.try_look(|PageModel(page), cx| page.head(cx))
    }

    fn is_dirty(&self) -> bool {
        // One that is being changed is asked again afterwards.
        self.try_look(|PageModel(page), cx| page.is_dirty(cx)).unwrap_or(true)
    }
}
