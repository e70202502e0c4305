//! Running pages, layouts and client contexts, behind traits without their types.

mod context;
mod inbox;
mod layout;
mod mailbox;
#[cfg_attr(target_arch = "wasm32", path = "running/on_server/browser.rs")]
mod on_server;
mod page;
#[cfg(not(target_arch = "wasm32"))]
mod page_tree;
mod program;
mod signal;
pub mod visit;

use std::any::Any;
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::context::Context;

pub use context::{AnyContext, ContextSource, RunningContext};
pub(crate) use inbox::Inbox;
pub use layout::{AnyLayout, LayoutModel, RunningLayout};
pub use on_server::{ServerContext, ServerProgram};
pub use page::{AnyPage, PageModel, RunningPage};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use page_tree::settle;
#[cfg(not(target_arch = "wasm32"))]
pub use page_tree::{Encoded, PageTree};
pub use program::{AnyProgram, Program, ProgramModel};
pub use signal::Signal;

/// The environment of a running page or layout.
#[derive(Clone)]
pub struct ProgramHandle {
    /// The client context, shared with other pages and layouts.
    pub context: Rc<dyn AnyContext>,
    /// Raised after a message was queued.
    pub signal: Signal,
}

impl ProgramHandle {
    /// Makes a handle for a page or layout without a runtime, on the server or in a test.
    pub fn still(context: Rc<dyn AnyContext>) -> Self {
        Self { context, signal: Signal::default() }
    }

    fn context<C: Context>(&self) -> Result<Rc<RunningContext<C>>, DecodeError> {
        self.context.clone().into_any().downcast().map_err(|_| DecodeError::other_type())
    }
}

/// The value from which a page's first model is made.
pub enum InitSource<'a> {
    /// The loader's data. `init` makes the model.
    Loaded(Box<dyn Any>),
    /// The loader's data, encoded. `init` makes the model.
    Data(&'a [u8]),
    /// The model itself, encoded. `init` is not called.
    Model(&'a [u8]),
}
