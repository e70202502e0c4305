//! What is shown on the server: a page in its layout, and the context of both.

use std::rc::Rc;

use super::{AnyContext, AnyLayout, Running};
use crate::codec::EncodeError;
use crate::effect::{Action, Effect};
use crate::form::{FormValues, NoForm};

/// A page in its layout, and the context that both read.
#[derive(Clone)]
pub struct Stage {
    /// The context.
    pub cx: Rc<dyn AnyContext>,
    /// The layout.
    pub layout: Rc<dyn AnyLayout>,
    /// The page.
    pub page: Rc<dyn Running>,
}

/// What the same stage is made from, somewhere else or later.
pub struct Encoded {
    /// The context, encoded.
    pub context: Vec<u8>,
    /// The layout's model, encoded.
    pub layout: Vec<u8>,
    /// The page's model, encoded.
    pub model: Vec<u8>,
}

impl Stage {
    /// Writes down what it is made from.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` fails.
    pub fn encode(&self) -> Result<Encoded, EncodeError> {
        let (context, layout) = (self.cx.encode()?, self.layout.model()?);
        Ok(Encoded { context, layout, model: self.page.model()? })
    }

    /// Collects the forms of the next rendering, so that one can be submitted.
    pub fn collect_forms(&self) {
        self.layout.collect_forms();
        self.page.collect_forms();
    }

    /// Queues the message of a form that was collected, of the page or of its
    /// layout.
    ///
    /// # Errors
    ///
    /// When there is not one form of this name. The stage is of no use then.
    pub fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm> {
        let of_page = self.page.submit(form, values.clone());
        let of_layout = self.layout.submit(form, values);
        match (of_page, of_layout) {
            (Err(NoForm::Unknown), found) | (found, Err(NoForm::Unknown)) => found,
            // In the browser each has its own; here nobody can say which was meant.
            _ => Err(NoForm::Ambiguous),
        }
    }

    /// Handles every message that waits, and what comes of it. What a page says
    /// to the context is done here; the rest is the runtime's.
    pub fn settle(&self, mut perform: impl FnMut(Action<()>)) {
        while let Some(effect) = self.step() {
            for action in effect.into_actions() {
                match action {
                    Action::Tell(told) => self.cx.tell(told),
                    action => perform(action),
                }
            }
        }
    }

    fn step(&self) -> Option<Effect<()>> {
        let Self { cx, layout, page } = self;
        let layout = || layout.clone().step();
        cx.clone().step().or_else(layout).or_else(|| page.clone().step())
    }
}
