//! A program: a model, its messages in order, and its forms. Pages and layouts
//! are thin adapters of it.

use std::rc::Rc;

use dioxus_core::{Element, provide_context, use_hook};

use super::mailbox::Mailbox;
use super::{ProgramHandle, RunningContext};
use crate::codec::{DecodeError, EncodeError};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::form::{FormValues, Forms, NoForm};

/// A program that runs, of whatever kind.
///
/// Its effects come out as `Effect<()>`: the continuations put their message
/// into the program's own queue, so a runtime handles every program with the
/// same code.
pub trait AnyProgram {
    /// What the program starts once it stands in the browser.
    fn mounted(self: Rc<Self>) -> Effect<()>;

    /// Handles the oldest message; `None` when there is none.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// Collects the forms of the next rendering, so that one can be submitted.
    fn collect_forms(&self);

    /// Queues the message of a form that was collected.
    ///
    /// # Errors
    ///
    /// When there is not one form of this name.
    fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm>;

    /// The model, encoded.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` of the model fails.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
}

/// The model of a program: what the adapters of [`Page`](crate::page::Page)
/// and [`Layout`](crate::layout::Layout) have in common.
pub trait ProgramModel: 'static {
    /// What can happen to it.
    type Msg: 'static;
    /// The client context that it reads.
    type Context: Context;

    /// Takes a message in, and says what to do about it.
    fn update(&mut self, msg: Self::Msg, client: &Self::Context) -> Effect<Self::Msg>;

    /// What it starts once it stands in the browser.
    fn mounted(&self, client: &Self::Context) -> Effect<Self::Msg>;

    /// The model, encoded.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` of it fails.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;
}

/// The program of one model type.
// In this order, with the model last: what does not touch the model is then the
// same code for every program, and is in the browser build once.
#[repr(C)]
pub struct Program<M: ProgramModel> {
    forms: Rc<Forms<M::Msg>>,
    context: Rc<RunningContext<M::Context>>,
    mailbox: Mailbox<M, M::Msg>,
}

impl<M: ProgramModel> Program<M> {
    /// Starts with the model that `init` makes.
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

    /// Looks at model and context.
    pub(super) fn look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> R {
        look(&self.mailbox.get(), &self.context.get())
    }

    /// Looks at model and context, unless one of the two is being changed.
    pub(super) fn try_look<R>(&self, look: impl FnOnce(&M, &M::Context) -> R) -> Option<R> {
        Some(look(&*self.mailbox.try_get()?, &*self.context.try_get()?))
    }

    /// Renders the program. Only within its component.
    pub(super) fn render(
        self: Rc<Self>,
        view: impl FnOnce(&M, Dispatch<M::Msg>, &M::Context) -> Element,
    ) -> Element {
        // The component outlives this render, and the program must not keep
        // itself alive through its own component: hence weak.
        let program = Rc::downgrade(&self);
        let dispatch = use_hook(move || {
            Dispatch::new(move |msg| {
                if let Some(program) = program.upgrade() {
                    program.send(msg);
                }
            })
        });
        use_hook(|| provide_context(self.forms.clone()));
        self.forms.are_at(&*self.context);
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

    fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm> {
        self.send(self.forms.message(form, values)?);
        Ok(())
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        self.mailbox.get().encode()
    }
}
