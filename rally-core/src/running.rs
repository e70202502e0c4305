//! What runs: a page in its layout, and the context of both, whichever they are.

mod context;
mod layout;
mod mailbox;
mod page;
mod program;
mod stage;

use std::any::Any;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::context::Context;

pub use context::{AnyContext, ContextOrigin, RunningContext};
pub use layout::{AnyLayout, LayoutModel, RunningLayout};
pub use page::{PageModel, Running, RunningPage};
pub use program::{AnyProgram, Program, ProgramModel};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use stage::settle;
pub use stage::{Encoded, Stage};

/// Where a page or a layout runs: in which context, and whom it tells of messages.
#[derive(Clone)]
pub struct Place {
    /// What it shares with the others.
    pub cx: Rc<dyn AnyContext>,
    /// Called after a message was queued. It may handle the message at once.
    pub wake: Wake,
}

/// Says that a message was queued.
pub type Wake = Rc<dyn Fn()>;

impl Place {
    /// A place where no message will ever come: the server, or a test's view.
    pub fn still(cx: Rc<dyn AnyContext>) -> Self {
        Self { cx, wake: asleep() }
    }

    fn context<C: Context>(&self) -> Result<Rc<RunningContext<C>>, DecodeError> {
        self.cx.clone().into_any().downcast().map_err(|_| DecodeError::other_type())
    }
}

/// Wakes nobody.
pub fn asleep() -> Wake {
    Rc::new(|| {})
}

/// What the first model of a page is made from.
pub enum Origin<'a> {
    /// What the loader brought, in this process.
    Loaded(Box<dyn Any>),
    /// What the loader brought, encoded.
    Data(&'a [u8]),
    /// The model itself, encoded.
    Model(&'a [u8]),
}
