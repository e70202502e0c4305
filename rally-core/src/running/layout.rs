//! The running layout: its model and its messages, around page after page.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use dioxus_core::{Element, provide_context, use_hook};

use super::{Place, RunningContext, Wake};
use crate::codec::{self, DecodeError, EncodeError};
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::form::{FormValues, Forms, NoForm};
use crate::layout::Layout;

/// A layout that runs, whichever layout it is.
pub trait AnyLayout {
    /// Renders the layout around a page. Only within its component.
    fn view(self: Rc<Self>, content: Element) -> Element;

    /// What the layout starts once it stands in the browser.
    fn mounted(self: Rc<Self>) -> Effect<()>;

    /// Handles the oldest message; `None` when there is none.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// Collects the forms of the next rendering, so that one can be submitted.
    fn collect_forms(&self) {}

    /// Queues the message of a form that was collected.
    ///
    /// # Errors
    ///
    /// When there is not one form of this name.
    fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm> {
        let _ = (form, values);
        Err(NoForm::Unknown)
    }

    /// The model, encoded.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` of the model fails.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
}

/// The running layout of one model type.
pub struct RunningLayout<L: Layout> {
    model: RefCell<L>,
    messages: RefCell<VecDeque<L::Msg>>,
    cx: Rc<RunningContext<L::Context>>,
    forms: Rc<Forms<L::Msg>>,
    wake: Wake,
}

impl<L: Layout> RunningLayout<L> {
    /// Begins with a layout: anew, or from its encoded model.
    ///
    /// # Errors
    ///
    /// When the model is not of this layout.
    pub fn new(model: Option<&[u8]>, place: Place) -> Result<Self, DecodeError> {
        let cx = place.context()?;
        let model = match model {
            Some(model) => codec::decode(model)?,
            None => L::init(&cx.get()),
        };
        let (model, messages) = (model.into(), RefCell::default());
        Ok(Self { model, messages, cx, forms: Forms::new(), wake: place.wake })
    }

    fn send(&self, msg: L::Msg) {
        self.messages.borrow_mut().push_back(msg);
        (self.wake)();
    }

    fn to_queue(self: Rc<Self>, effect: Effect<L::Msg>) -> Effect<()> {
        effect.map(move |msg| self.send(msg))
    }
}

impl<L: Layout> AnyLayout for RunningLayout<L> {
    fn view(self: Rc<Self>, content: Element) -> Element {
        // Weak, as a page is: the component must not keep the layout alive.
        let layout = Rc::downgrade(&self);
        let dispatch = use_hook(move || {
            Dispatch::new(move |msg| {
                if let Some(layout) = layout.upgrade() {
                    layout.send(msg);
                }
            })
        });
        use_hook(|| provide_context(self.forms.clone()));
        self.forms.are_at(&*self.cx);
        self.model.borrow().view(content, dispatch, &self.cx.get())
    }

    fn mounted(self: Rc<Self>) -> Effect<()> {
        let effect = self.model.borrow().mounted(&self.cx.get());
        self.to_queue(effect)
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        let mut model = self.model.try_borrow_mut().ok()?;
        let cx = self.cx.try_get()?;
        let msg = self.messages.borrow_mut().pop_front()?;
        let effect = model.update(msg, &cx);
        drop((model, cx));
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
        codec::encode(&*self.model.borrow())
    }
}
