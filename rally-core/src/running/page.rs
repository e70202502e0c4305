//! The running page: a program with a document head.

use std::any::Any;
use std::rc::Rc;

use super::program::{AnyProgram, Program, ProgramModel};
use super::{InitSource, ProgramHandle};
use crate::codec::{self, DecodeError, EncodeError};
use crate::effect::Effect;
use crate::head::Head;
use crate::page::{ContextOf, Data, Page};
use crate::route::{Params, Route};
use crate::view::Element;

/// A running page, without its type.
pub trait AnyPage: AnyProgram {
    /// Renders the page.
    fn view(self: Rc<Self>) -> Element;

    /// Returns the page's head; `None` while the page or the client context is being changed.
    fn head(&self) -> Option<Head>;

    /// Returns `true` if a reload of the document would lose data.
    fn is_dirty(&self) -> bool;

    /// Queues the message of [`Page::on_url`], with the parameters and the encoded data of a new
    /// URL. Returns `false` if the page has no such message, or if they do not belong to it.
    fn change_url(&self, params: &Params, data: &[u8]) -> bool;
}

/// A running page of one type.
pub type RunningPage<P> = Program<PageModel<P>>;

/// The model of a page, adapted to the trait [`ProgramModel`].
pub struct PageModel<P>(P);

impl<P: Page> RunningPage<P> {
    /// Starts a page: makes its model from `source`.
    pub fn new(
        route: P::Route,
        source: InitSource<'_>,
        handle: ProgramHandle,
    ) -> Result<Self, DecodeError> {
        Self::start(handle, |client| {
            let init = |data| P::init(route, data, &client.get());
            let model = match source {
                InitSource::Model(model) => codec::decode(model)?,
                InitSource::Data(data) => init(codec::decode(data)?),
                InitSource::Loaded(data) => init(loaded::<P>(data)?),
            };
            Ok(PageModel(model))
        })
    }

    /// Calls `look` with the model, and returns the result of `look`.
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

    fn update(&mut self, msg: P::Msg, client: &ContextOf<P>) -> Effect<P::Msg> {
        self.0.update(msg, client)
    }

    fn mounted(&self, client: &ContextOf<P>) -> Effect<P::Msg> {
        self.0.mounted(client)
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&self.0)
    }
}

impl<P: Page> AnyPage for RunningPage<P> {
    fn view(self: Rc<Self>) -> Element {
        self.render(|PageModel(page), dispatch, client| page.view(dispatch, client))
    }

    fn head(&self) -> Option<Head> {
        self.try_look(|PageModel(page), client| page.head(client))
    }

    fn change_url(&self, params: &Params, data: &[u8]) -> bool {
        let Some(message) = P::on_url() else { return false };
        let (Some(route), Ok(data)) = (P::Route::from_params(params), codec::decode(data)) else {
            return false;
        };
        self.send(message(route, data));
        true
    }

    fn is_dirty(&self) -> bool {
        // While page or context is being changed, the state is unknown. `true`
        // is the safe answer, because it prevents a reload.
        self.try_look(|PageModel(page), client| page.is_dirty(client)).unwrap_or(true)
    }
}
