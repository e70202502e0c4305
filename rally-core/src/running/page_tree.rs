//! What is shown on the server: a page in its layout, and the context of both.

use std::rc::Rc;

use super::{AnyContext, AnyLayout, AnyPage, AnyProgram};
use crate::codec::EncodeError;
use crate::effect::Action;
use crate::form::{FormValues, NoForm};

/// A page in its layout, and the context that both read.
#[derive(Clone)]
pub struct PageTree {
    /// The context.
    pub context: Rc<dyn AnyContext>,
    /// The layout.
    pub layout: Rc<dyn AnyLayout>,
    /// The page.
    pub page: Rc<dyn AnyPage>,
}

/// What the same tree is made from, somewhere else or later.
pub struct Encoded {
    /// The context, encoded.
    pub context: Vec<u8>,
    /// The layout's model, encoded.
    pub layout: Vec<u8>,
    /// The page's model, encoded.
    pub model: Vec<u8>,
}

impl PageTree {
    /// Writes down what it is made from.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` fails.
    pub fn encode(&self) -> Result<Encoded, EncodeError> {
        let (context, layout) = (self.context.encode()?, self.layout.model()?);
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
    /// When there is not one form of this name. The tree is of no use then.
    pub fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm> {
        let of_page = self.page.submit(form, values.clone());
        let of_layout = self.layout.submit(form, values);
        match (of_page, of_layout) {
            (Err(NoForm::Unknown), found) | (found, Err(NoForm::Unknown)) => found,
            // In the browser each has its own; here nobody can say which was meant.
            _ => Err(NoForm::Ambiguous),
        }
    }

    /// Handles every message that waits: the context's first, then the layout's and
    /// the page's. What they ask for is passed to `perform`.
    pub fn settle(&self, perform: impl FnMut(Action<()>)) {
        settle(&self.context, &[self.layout.clone(), self.page.clone()], perform);
    }
}

/// Handles every message that waits: the context's first, then those of the
/// programs, in their order. What they ask for is passed to `perform`.
pub(crate) fn settle(
    context: &Rc<dyn AnyContext>,
    programs: &[Rc<dyn AnyProgram>],
    mut perform: impl FnMut(Action<()>),
) {
    let of_programs = || programs.iter().find_map(|program| program.clone().step());
    while let Some(effect) = context.clone().step().or_else(of_programs) {
        effect.into_actions().into_iter().for_each(&mut perform);
    }
}
