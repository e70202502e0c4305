//! The running context: one value, which page and layout read, and its messages.

use std::any::Any;
use std::cell::Ref;
use std::rc::Rc;

use super::Wake;
use super::mailbox::Mailbox;
use crate::codec::{self, DecodeError, EncodeError};
use crate::context::{ClientContext, Context, ContextMessage};
use crate::effect::Effect;

/// The one context of the pages that are shown, whichever its type.
pub trait AnyContext {
    /// What Rally knows of it, to look at and to change.
    fn change(&self, change: &mut dyn FnMut(&mut ClientContext));

    /// Queues a message, and wakes nobody. One of another type is none of its own.
    fn send(&self, message: ContextMessage);

    /// Handles the oldest message; `None` when there is none.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// The context, encoded.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` of it fails.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// To be given to pages and layouts of its own type.
    fn into_any(self: Rc<Self>) -> Rc<dyn Any>;
}

/// What the context is made from.
pub enum ContextSource<'a> {
    /// Nothing is known of the visitor.
    Default,
    /// What the server's app says of him: a value of the context's type.
    Given(Box<dyn Any + Send>),
    /// The context itself, encoded.
    Encoded(&'a [u8]),
}

/// The running context of one type.
pub struct RunningContext<C: Context>(Mailbox<C, C::Msg>);

impl<C: Context> RunningContext<C> {
    /// A context that is this.
    pub fn new(value: C, wake: Wake) -> Self {
        Self(Mailbox::new(value, wake))
    }

    /// Makes the context.
    ///
    /// # Errors
    ///
    /// When what it is made from is no context of this type.
    pub fn from_source(source: ContextSource<'_>, wake: Wake) -> Result<Self, DecodeError> {
        let value = match source {
            ContextSource::Default => C::default(),
            ContextSource::Encoded(bytes) => codec::decode(bytes)?,
            ContextSource::Given(value) => {
                *value.downcast::<C>().map_err(|_| DecodeError::other_type())?
            }
        };
        Ok(Self::new(value, wake))
    }

    /// The context, for as long as it is looked at.
    pub fn get(&self) -> Ref<'_, C> {
        self.0.get()
    }

    /// The context, unless it is being changed.
    pub fn try_get(&self) -> Option<Ref<'_, C>> {
        self.0.try_get()
    }
}

impl<C: Context> AnyContext for RunningContext<C> {
    fn change(&self, change: &mut dyn FnMut(&mut ClientContext)) {
        // Held only by a view that is being rendered, which nothing of this does.
        if let Some(mut value) = self.0.try_change() {
            change(value.browser());
        }
    }

    fn send(&self, message: ContextMessage) {
        if let Ok(msg) = message.0.downcast::<C::Msg>() {
            self.0.queue(*msg);
        }
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        let effect = self.0.step(C::update)?;
        Some(effect.map(move |msg| self.0.send(msg)))
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&*self.get())
    }

    fn into_any(self: Rc<Self>) -> Rc<dyn Any> {
        self
    }
}
