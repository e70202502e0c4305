//! What runs: a page in its layout, and the context of both, whichever they are.

mod context;
mod layout;
mod mailbox;
mod page;
mod page_tree;
mod program;

use std::any::Any;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::context::Context;

pub use context::{AnyContext, ContextSource, RunningContext};
pub use layout::{AnyLayout, LayoutModel, RunningLayout};
pub use page::{AnyPage, PageModel, RunningPage};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use page_tree::settle;
pub use page_tree::{Encoded, PageTree};
pub use program::{AnyProgram, Program, ProgramModel};

/// Where a page or a layout runs: in which context, and whom it tells of messages.
#[derive(Clone)]
pub struct ProgramHandle {
    /// What it shares with the others.
    pub context: Rc<dyn AnyContext>,
    /// Called after a message was queued. It may handle the message at once.
    pub wake: Wake,
}

/// Says that a message was queued.
pub type Wake = Rc<dyn Fn()>;

impl ProgramHandle {
    /// A handle where no message will ever come: the server, or a test's view.
    pub fn still(context: Rc<dyn AnyContext>) -> Self {
        Self { context, wake: asleep() }
    }

    fn context<C: Context>(&self) -> Result<Rc<RunningContext<C>>, DecodeError> {
        self.context.clone().into_any().downcast().map_err(|_| DecodeError::other_type())
    }
}

/// Wakes nobody.
pub fn asleep() -> Wake {
    Rc::new(|| {})
}

/// What the first model of a page is made from.
pub enum InitSource<'a> {
    /// What the loader brought, in this process.
    Loaded(Box<dyn Any>),
    /// What the loader brought, encoded.
    Data(&'a [u8]),
    /// The model itself, encoded.
    Model(&'a [u8]),
}
