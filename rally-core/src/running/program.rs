//! A program: a model, its queue of messages, and its forms. Pages and layouts
//! are thin adapters of it.

use std::rc::Rc;

use dioxus_core::{Element, provide_context, use_hook};

use super::mailbox::Mailbox;
use super::{ProgramHandle, RunningContext};
use crate::codec::{DecodeError, EncodeError};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::form::{FormError, FormValues, Forms};

/// A running program of any type. The continuations of its effects queue the
/// message in the program itself, so a runtime handles all programs with the
/// same code.
pub trait AnyProgram {
    /// Returns the effects to start once the program is in the document.
    fn mounted(self: Rc<Self>) -> Effect<()>;

    /// Handles the oldest message; `None` if there is none.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// Starts to collect the forms of the next rendering, for [`Self::submit`].
    fn collect_forms(&self);

    /// Queues the message of a collected form.
    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError>;

    /// Encodes the model.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
}

/// The model of a program: an adapter of a [`Page`](crate::page::Page) or
/// [`Layout`](crate::layout::Layout).
pub trait ProgramModel: 'static {
    /// The messages of the program.
    type Msg: 'static;
    /// The client context of the app.
    type Context: Context;

    /// Handles a message: changes the model, and returns the effects to perform.
    fn update(&mut self, msg: Self::Msg, client: &Self::Context) -> Effect<Self::Msg>;

    /// Returns the effects to start once the program is in the document.
    fn mounted(&self, client: &Self::Context) -> Effect<Self::Msg>;

    /// Encodes the model.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;
}

/// A running program of one model type.
// The order of the fields is fixed, with the model last. So code that does not
// touch the model is the same for every program, and is in the browser build
// only once.
#[repr(C)]
pub struct Program<M: ProgramModel> {
    forms: Rc<Forms<M::Msg>>,
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
        Ok(Self { forms: Forms::new(), context, mailbox: Mailbox::new(model, handle.wake) })
    }

    /// Queues a message for `update`.
    pub fn send(&self, msg: M::Msg) {
        self.mailbox.send(msg);
    }

    pub(super) fn look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> R {
        look(&self.mailbox.get(), &self.context.get())
    }

    /// Calls `look` with model and client context, unless one of them is being changed.
    pub(super) fn try_look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> Option<R> {
        Some(look(&*self.mailbox.try_get()?, &*self.context.try_get()?))
    }

    /// Renders the program. Must be called in its component.
    pub(super) fn render(
        self: Rc<Self>,
        view: impl FnOnce(&M, Dispatch<M::Msg>, &M::Context) -> Element,
    ) -> Element {
        // Weak: the component outlives this render, and the program must not
        // keep itself alive through its own component.
        let program = Rc::downgrade(&self);
        let dispatch = use_hook(move || {
            Dispatch::new(move |msg| {
                if let Some(program) = program.upgrade() {
                    program.send(msg);
                }
            })
        });
        use_hook(|| provide_context(self.forms.clone()));
        self.forms.update_url(&*self.context);
        self.look(|model, context| view(model, dispatch, context))
    }

    fn to_queue(self: Rc<Self>, effect: Effect<M::Msg>) -> Effect<()> {
        effect.map(move |msg| self.send(msg))
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
        self.forms.collect();
    }

    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError> {
        self.send(self.forms.message(form, values)?);
        Ok(())
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        self.mailbox.get().encode()
    }
}
