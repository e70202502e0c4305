//! The page tree: a page in its layout, and the client context of both.

use std::rc::Rc;

use super::{AnyContext, AnyLayout, AnyPage, AnyProgram};
use crate::codec::EncodeError;
use crate::effect::Action;
use crate::form::{FormError, FormValues};

/// A running page in its layout, and the client context of page and layout.
#[derive(Clone)]
pub struct PageTree {
    /// The client context.
    pub context: Rc<dyn AnyContext>,
    /// The layout.
    pub layout: Rc<dyn AnyLayout>,
    /// The page.
    pub page: Rc<dyn AnyPage>,
}

/// An encoded page tree. Unlike a page tree, it can be sent to another thread.
pub struct Encoded {
    /// The client context, encoded.
    pub context: Vec<u8>,
    /// The layout's model, encoded.
    pub layout: Vec<u8>,
    /// The page's model, encoded.
    pub model: Vec<u8>,
}

impl PageTree {
    /// Encodes the models of page and layout, and the client context.
    pub fn encode(&self) -> Result<Encoded, EncodeError> {
        let (context, layout) = (self.context.encode()?, self.layout.model()?);
        Ok(Encoded { context, layout, model: self.page.model()? })
    }

    /// Records the forms of the next rendering by name, so that [`Self::submit`] finds them.
    pub fn collect_forms(&self) {
        self.layout.collect_forms();
        self.page.collect_forms();
    }

    /// Queues the message of the recorded form with this name, in page or layout.
    ///
    /// After an error, do not use the tree: a message may be queued already.
    pub fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError> {
        let of_page = self.page.submit(form, values.clone());
        let of_layout = self.layout.submit(form, values);
        match (of_page, of_layout) {
            (Err(FormError::Unknown), found) | (found, Err(FormError::Unknown)) => found,
            // Page and layout both have a form of this name.
            _ => Err(FormError::Ambiguous),
        }
    }

    /// Handles messages until none is queued: first the context's, then the
    /// layout's, then the page's. `perform` receives each action of the
    /// resulting effects.
    pub fn settle(&self, perform: impl FnMut(Action<()>)) {
        settle(&self.context, &[self.layout.clone(), self.page.clone()], perform);
    }
}

/// Handles messages until none is queued: first those of the context, then those
/// of each program in order. `perform` receives each action of the resulting
/// effects.
pub(crate) fn settle(
    context: &Rc<dyn AnyContext>,
    programs: &[Rc<dyn AnyProgram>],
    mut perform: impl FnMut(Action<()>),
) {
    let of_programs = || programs.iter().find_map(|program| program.clone().step());
    while let Some(actions) = context.clone().step().or_else(of_programs) {
        actions.into_iter().for_each(&mut perform);
    }
}
