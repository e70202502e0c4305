//! A program: a model, its queue of messages, and its forms. Running pages and
//! layouts are programs.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::mailbox::Mailbox;
use super::{ProgramHandle, RunningContext};
use crate::codec::{DecodeError, EncodeError};
use crate::context::Context;
use crate::dispatch::{Dispatch, table};
use crate::effect::Effect;
use crate::form::{FormError, FormValues};
use crate::view::scope::{self, Scope};
use crate::view::{Element, markup};

/// A running program, without its type.
///
/// The effects of a program return no messages to the runtime: the callbacks of
/// their actions queue the messages in the program. So a runtime performs the
/// effects of all programs with the same code.
pub trait AnyProgram {
    /// Returns the effects to start once the program's HTML is in the document.
    fn mounted(self: Rc<Self>) -> Effect<()>;

    /// Handles the oldest message and returns its effect.
    ///
    /// Returns `None` if no message is queued, if the model is borrowed, or if
    /// the client context is being changed.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// Records the forms of the next rendering by name, so that [`Self::submit`] finds them.
    fn collect_forms(&self);

    /// Queues the message of the recorded form with this name.
    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError>;

    /// Encodes the model.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
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
    scope: RefCell<Scope>,
    /// The program's entry in the table that handles are resolved by.
    entry: OnceCell<table::Entry>,
    context: Rc<RunningContext<M::Context>>,
    mailbox: Mailbox<M, M::Msg>,
}

impl<M: ProgramModel> Program<M> {
    pub(super) fn start(
        handle: ProgramHandle,
        init: impl FnOnce(&RunningContext<M::Context>) -> Result<M, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let context = handle.context()?;
        let model = init(&context)?;
        let mailbox = Mailbox::new(model, handle.signal);
        Ok(Self { scope: RefCell::default(), entry: OnceCell::new(), context, mailbox })
    }

    /// Queues a message for `update`.
    pub fn send(&self, msg: M::Msg) {
        self.mailbox.inbox().send(msg);
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
        let scope = &mut *self.scope.borrow_mut();
        scope.forms.update_url(&*self.context);
        let dispatch = self.dispatch();
        let look = || self.look(|model, context| view(model, dispatch, context));
        let element = scope::enter(scope, look);
        self.mailbox.inbox().keep_mappings(&scope.mappings);
        element
    }

    /// Returns the handle of the program. While the server writes text, nothing can
    /// be sent, so the program needs no entry in the table.
    fn dispatch(&self) -> Dispatch<M::Msg> {
        if markup::is_writing() {
            return Dispatch::new(0);
        }
        let entry = self.entry.get_or_init(|| table::Entry::of(self.mailbox.inbox()));
        Dispatch::new(entry.number())
    }

    fn to_queue(&self, effect: Effect<M::Msg>) -> Effect<()> {
        let inbox = self.mailbox.inbox().clone();
        effect.map(move |msg| inbox.send(msg))
    }
}

impl<M: ProgramModel> AnyProgram for Program<M> {
    fn mounted(self: Rc<Self>) -> Effect<()> {
        let effect = self.look(M::mounted);
        self.to_queue(effect)
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        let context = self.context.try_get()?;
        let effect = self.mailbox.step(|model, msg| model.update(msg, &context))?;
        drop(context);
        Some(self.to_queue(effect))
    }

    fn collect_forms(&self) {
        self.scope.borrow_mut().forms.collect();
    }

    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError> {
        let message = self.scope.borrow_mut().forms.message(form, values)?;
        let message = message.downcast().map_err(|_| FormError::Unknown)?;
        self.send(*message);
        Ok(())
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        self.mailbox.get().encode()
    }
}
