//! The part of programs and contexts that only the server and simulations use. In the browser build,
//! `on_server/browser.rs` replaces it: the methods of a trait object cannot be left out otherwise.

use super::context::RunningContext;
use super::page_tree::{Encoded, PageTree};
use super::program::{Program, ProgramModel};
use super::{ContextSource, InitSource, ProgramHandle, Signal};
use crate::codec::{self, DecodeError, EncodeError};
use crate::context::Context;
use crate::form::{FormError, FormValues};
use crate::registry::{PageEntry, PageStartError};
use crate::route::Params;

/// A running program on the server.
pub trait ServerProgram {
    /// Records the forms of the next rendering by name, so that [`Self::submit`] finds them.
    fn collect_forms(&self);

    /// Queues the message of the recorded form with this name.
    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError>;

    /// Encodes the model.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
}

impl<M: ProgramModel> ServerProgram for Program<M> {
    fn collect_forms(&self) {
        self.rendering.scope.borrow_mut().forms.collect();
    }

    fn submit(&self, form: &str, values: FormValues) -> Result<(), FormError> {
        let message = self.rendering.scope.borrow_mut().forms.message(form, values)?;
        let message: Box<M::Msg> = message.downcast().map_err(|_| FormError::Unknown)?;
        self.send(*message);
        Ok(())
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        self.look(|model, _| model.encode())
    }
}

/// A running client context on the server.
pub trait ServerContext {
    /// Queues an encoded message.
    fn receive(&self, message: &[u8]) -> Result<(), DecodeError>;

    /// Encodes the context.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// Returns the flash message for a form that the page does not have any more.
    fn form_out_of_date(&self) -> String;
}

impl<C: Context> ServerContext for RunningContext<C> {
    fn receive(&self, message: &[u8]) -> Result<(), DecodeError> {
        let message: C::Msg = codec::decode(message)?;
        self.0.inbox().send(Box::new(message));
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&*self.get())
    }

    fn form_out_of_date(&self) -> String {
        self.get().form_out_of_date()
    }
}

impl PageEntry {
    /// Decodes a page, its layout and the client context.
    ///
    /// The tree has no runtime: messages stay in their queues until
    /// [`PageTree::settle`] handles them.
    pub fn decode_tree(&self, params: &Params, from: &Encoded) -> Result<PageTree, PageStartError> {
        let context =
            self.start_context(ContextSource::Encoded(&from.context), Signal::default())?;
        let page = self.start(
            params,
            InitSource::Model(&from.model),
            ProgramHandle::still(context.clone()),
        )?;
        let layout =
            self.start_layout(Some(&from.layout), ProgramHandle::still(context.clone()))?;
        Ok(PageTree { context, layout, page })
    }
}
