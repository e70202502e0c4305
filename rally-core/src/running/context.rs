//! The running client context, shared by page and layout, and its messages.

use std::any::Any;
use std::cell::Ref;
use std::rc::Rc;

use super::Signal;
use super::mailbox::Mailbox;
use super::on_server::ServerContext;
use crate::codec::{self, DecodeError};
use crate::context::{ClientContext, Context, ContextMessage};
use crate::effect::{Actions, Effect};

/// A running client context, without its type.
pub trait AnyContext: ServerContext {
    /// Calls `change` with the [`ClientContext`] in the context, to read or change it.
    ///
    /// Does nothing while the context is borrowed, for example by a view.
    fn change(&self, change: &mut dyn FnMut(&mut ClientContext));

    /// Queues a message. If the message is not of the context's message type, it
    /// is dropped.
    fn send(&self, message: ContextMessage);

    /// Takes over a context that the server has made again, encoded. Does nothing while the
    /// context is borrowed.
    fn refresh(&self, fresh: &[u8]) -> Result<(), DecodeError>;

    /// Returns the actions to start after a navigation.
    fn navigated(self: Rc<Self>) -> Actions;

    /// Handles the oldest message and returns the actions of its effect.
    ///
    /// Returns `None` if no message is queued, or if the context is borrowed.
    fn step(self: Rc<Self>) -> Option<Actions>;

    /// Converts the context to `Any`, for a downcast to its type.
    fn into_any(self: Rc<Self>) -> Rc<dyn Any>;
}

/// The source of a client context.
pub enum ContextSource<'a> {
    /// The `Default` value of the context's type.
    Default,
    /// The context that the app has made on the server for this request.
    Given(Box<dyn Any + Send>),
    /// The context, encoded.
    Encoded(&'a [u8]),
}

/// A running client context of one type.
pub struct RunningContext<C: Context>(pub(super) Mailbox<C>);

impl<C: Context> RunningContext<C> {
    /// Makes a running context with this value.
    pub fn new(value: C, signal: Signal) -> Self {
        Self(Mailbox::new(value, signal))
    }

    /// Makes a running context from a source.
    pub fn from_source(source: ContextSource<'_>, signal: Signal) -> Result<Self, DecodeError> {
        let value = match source {
            ContextSource::Default => C::default(),
            ContextSource::Encoded(bytes) => codec::decode(bytes)?,
            ContextSource::Given(value) => {
                *value.downcast::<C>().map_err(|_| DecodeError::other_type())?
            }
        };
        Ok(Self::new(value, signal))
    }

    /// Borrows the context.
    pub fn get(&self) -> Ref<'_, C> {
        self.0.get()
    }

    /// Borrows the context; `None` while the context is being changed.
    pub fn try_get(&self) -> Option<Ref<'_, C>> {
        self.0.try_get()
    }
}

impl<C: Context> AnyContext for RunningContext<C> {
    fn change(&self, change: &mut dyn FnMut(&mut ClientContext)) {
        if let Some(mut value) = self.0.try_change() {
            change(value.browser());
        }
    }

    fn send(&self, message: ContextMessage) {
        self.0.inbox().send(message.message);
    }

    fn refresh(&self, fresh: &[u8]) -> Result<(), DecodeError> {
        let fresh = codec::decode(fresh)?;
        if let Some(mut value) = self.0.try_change() {
            value.refresh(fresh);
        }
        Ok(())
    }

    fn navigated(self: Rc<Self>) -> Actions {
        let effect = self.0.try_change().map(|mut value| value.navigated());
        self.0.queue(effect.unwrap_or_else(Effect::none))
    }

    fn step(self: Rc<Self>) -> Option<Actions> {
        let effect = self.0.step(C::update)?;
        Some(self.0.queue(effect))
    }

    fn into_any(self: Rc<Self>) -> Rc<dyn Any> {
        self
    }
}
