//! A running page: its model, its messages in order, and nothing else.

mod context;
mod layout;
mod stage;

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use dioxus_core::{Element, provide_context, use_hook};

use crate::codec::{self, DecodeError, EncodeError};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::form::{FormValues, Forms, NoForm};
use crate::head::Head;
use crate::page::{ContextOf, Data, Page};

pub use context::{AnyContext, ContextOrigin, RunningContext};
pub use layout::{AnyLayout, RunningLayout};
pub use stage::{Encoded, Stage};

/// A page that runs, whichever page it is.
///
/// Whatever a page asks for comes out as `Effect<()>`: the continuations put
/// their message into the page's own queue, so a runtime handles every page
/// with the same code.
pub trait Running {
    /// Renders the page. Only within its component.
    fn view(self: Rc<Self>) -> Element;

    /// What the page starts once it stands in the browser.
    fn mounted(self: Rc<Self>) -> Effect<()>;

    /// Handles the oldest message; `None` when there is none.
    fn step(self: Rc<Self>) -> Option<Effect<()>>;

    /// What the page says in the document's head; `None` while it is being
    /// changed.
    fn head(&self) -> Option<Head>;

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

    /// Whether the page would lose something if its document were loaded anew.
    fn is_dirty(&self) -> bool;

    /// The model, encoded.
    ///
    /// # Errors
    ///
    /// When a hand-made `Serialize` of the model fails.
    fn model(&self) -> Result<Vec<u8>, EncodeError>;
}

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

/// The running page of one model type.
pub struct RunningPage<P: Page> {
    model: RefCell<P>,
    messages: RefCell<VecDeque<P::Msg>>,
    cx: Rc<RunningContext<ContextOf<P>>>,
    forms: Rc<Forms<P::Msg>>,
    wake: Wake,
}

impl<P: Page> RunningPage<P> {
    /// Enters a page.
    ///
    /// # Errors
    ///
    /// When the encoded data or model is not what this page expects.
    pub fn new(route: P::Route, origin: Origin<'_>, place: Place) -> Result<Self, DecodeError> {
        let cx = place.context::<ContextOf<P>>()?;
        let init = |data| P::init(route, data, &cx.get());
        let model = match origin {
            Origin::Model(model) => codec::decode(model)?,
            Origin::Data(data) => init(codec::decode(data)?),
            Origin::Loaded(data) => {
                init(*data.downcast::<Data<P>>().map_err(|_| DecodeError::other_type())?)
            }
        };
        let (model, messages) = (model.into(), RefCell::default());
        Ok(Self { model, messages, cx, forms: Forms::new(), wake: place.wake })
    }

    /// Queues a message for `update`.
    pub fn send(&self, msg: P::Msg) {
        self.messages.borrow_mut().push_back(msg);
        (self.wake)();
    }

    /// Looks at the model.
    pub fn with_model<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        look(&self.model.borrow())
    }

    fn to_queue(self: Rc<Self>, effect: Effect<P::Msg>) -> Effect<()> {
        effect.map(move |msg| self.send(msg))
    }
}

impl<P: Page> Running for RunningPage<P> {
    fn view(self: Rc<Self>) -> Element {
        // The component outlives this render, and the page must not keep
        // itself alive through its own component: hence weak.
        let page = Rc::downgrade(&self);
        let dispatch = use_hook(move || {
            Dispatch::new(move |msg| {
                if let Some(page) = page.upgrade() {
                    page.send(msg);
                }
            })
        });
        use_hook(|| provide_context(self.forms.clone()));
        self.forms.are_at(&*self.cx);
        self.model.borrow().view(dispatch, &self.cx.get())
    }

    fn mounted(self: Rc<Self>) -> Effect<()> {
        let effect = self.model.borrow().mounted(&self.cx.get());
        self.to_queue(effect)
    }

    fn step(self: Rc<Self>) -> Option<Effect<()>> {
        // A view that sends while it renders holds the model: its message waits
        // for the next one to wake the page.
        let mut model = self.model.try_borrow_mut().ok()?;
        let cx = self.cx.try_get()?;
        let msg = self.messages.borrow_mut().pop_front()?;
        let effect = model.update(msg, &cx);
        drop((model, cx));
        Some(self.to_queue(effect))
    }

    fn head(&self) -> Option<Head> {
        let model = self.model.try_borrow().ok()?;
        Some(model.head(&*self.cx.try_get()?))
    }

    fn collect_forms(&self) {
        self.forms.collect();
    }

    fn submit(&self, form: &str, values: FormValues) -> Result<(), NoForm> {
        self.send(self.forms.message(form, values)?);
        Ok(())
    }

    fn is_dirty(&self) -> bool {
        // One that is being changed is asked again afterwards.
        let dirty = || Some(self.model.try_borrow().ok()?.is_dirty(&*self.cx.try_get()?));
        dirty().unwrap_or(true)
    }

    fn model(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(&*self.model.borrow())
    }
}
