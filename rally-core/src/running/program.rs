//! A program: a model, its queue of messages, and its forms. Running pages and
//! layouts are programs.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::inbox::Inbox;
use super::mailbox::Mailbox;
use super::on_server::ServerProgram;
use super::{AnyContext, ProgramHandle, RunningContext};
use crate::codec::{DecodeError, EncodeError};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::dispatch::table;
use crate::effect::{Actions, Effect};
use crate::view::scope::{self, Scope};
use crate::view::{Element, markup};

/// A running program, without its type.
///
/// The actions of a program return no messages to the runtime: their callbacks
/// queue the messages in the program. So a runtime performs the actions of all
/// programs with the same code.
pub trait AnyProgram: ServerProgram {
    /// Returns the actions to start once the program's HTML is in the document.
    fn mounted(self: Rc<Self>) -> Actions;

    /// Handles the oldest message and returns the actions of its effect.
    ///
    /// Returns `None` if no message is queued, if the model is borrowed, or if
    /// the client context is being changed.
    fn step(self: Rc<Self>) -> Option<Actions>;
}

/// The model of a program: of a [`Page`](crate::page::Page) or of a
/// [`Layout`](crate::layout::Layout).
pub trait ProgramModel: Send + 'static {
    /// The messages that `update` handles.
    type Msg: Send + 'static;
    /// The client context of the app.
    type Context: Context;

    /// Handles a message: changes the model, and returns the effects to perform.
    fn update(&mut self, msg: Self::Msg, client: &Self::Context) -> Effect<Self::Msg>;

    /// Returns the effects to start once the program's HTML is in the document.
    fn mounted(&self, client: &Self::Context) -> Effect<Self::Msg>;

    /// Encodes the model.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;
}

/// A running program of one model type.
// `repr(C)` fixes the order of the fields, and the model is last: no other
// field's offset depends on the model's size. So functions that do not touch the
// model compile to equal code for all programs, which the browser build can merge.
#[repr(C)]
pub struct Program<M: ProgramModel> {
    pub(super) rendering: RenderState,
    context: Rc<RunningContext<M::Context>>,
    mailbox: Mailbox<M>,
}

/// The part of a program that renders it, without its type.
#[derive(Default)]
pub(super) struct RenderState {
    pub(super) scope: RefCell<Scope>,
    /// The program's entry in the table that handles are resolved by.
    entry: OnceCell<table::Entry>,
}

/// A view, which gets the number of its program.
type View<'a> = Box<dyn FnOnce(u64) -> Element + 'a>;

impl RenderState {
    fn render(&self, context: &dyn AnyContext, inbox: &Arc<Inbox>, view: View<'_>) -> Element {
        let scope = &mut *self.scope.borrow_mut();
        scope.forms.update_url(context);
        let number = self.number(inbox);
        let element = scope::enter(scope, || view(number));
        inbox.keep_mappings(&scope.mappings);
        element
    }

    /// Returns the number of the program. While the server writes text, nothing can
    /// be sent, so the program needs no entry in the table.
    fn number(&self, inbox: &Arc<Inbox>) -> u64 {
        match markup::is_writing() {
            true => 0,
            false => self.entry.get_or_init(|| table::Entry::of(inbox)).number(),
        }
    }
}

impl<M: ProgramModel> Program<M> {
    pub(super) fn start(
        handle: ProgramHandle,
        init: impl FnOnce(&RunningContext<M::Context>) -> Result<M, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let context = handle.context()?;
        let model = init(&context)?;
        let mailbox = Mailbox::new(model, handle.signal);
        Ok(Self { rendering: RenderState::default(), context, mailbox })
    }

    /// Queues a message for `update`.
    pub fn send(&self, msg: M::Msg) {
        self.mailbox.inbox().send(Box::new(msg));
    }

    pub(super) fn look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> R {
        look(&self.mailbox.get(), &self.context.get())
    }

    /// Calls `look` with model and client context. Returns `None` while one of
    /// them is being changed.
    pub(super) fn try_look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> Option<R> {
        Some(look(&*self.mailbox.try_get()?, &*self.context.try_get()?))
    }

    /// Renders the program.
    pub(super) fn render(
        &self,
        view: impl FnOnce(&M, Dispatch<M::Msg>, &M::Context) -> Element,
    ) -> Element {
        let view = |number| self.look(|model, context| view(model, Dispatch::new(number), context));
        self.rendering.render(&*self.context, self.mailbox.inbox(), Box::new(view))
    }
}

impl<M: ProgramModel> AnyProgram for Program<M> {
    fn mounted(self: Rc<Self>) -> Actions {
        let effect = self.look(M::mounted);
        self.mailbox.queue(effect)
    }

    fn step(self: Rc<Self>) -> Option<Actions> {
        let context = self.context.try_get()?;
        let effect = self.mailbox.step(|model, msg| model.update(msg, &context))?;
        drop(context);
        Some(self.mailbox.queue(effect))
    }
}
