//! The stage: the context, the layout and the page that run now.
//!
//! Programs are the user's code, which may send messages and so come back here: they are
//! handed out and run while nothing of the stage is borrowed.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use rally_core::context::ClientContext;
use rally_core::effect::Effect;
use rally_core::head::Head;
use rally_core::registry::{PageEntry, PageStartError};
use rally_core::route::Params;
use rally_core::running::{
    AnyContext, AnyLayout, AnyPage, ContextSource, InitSource, ProgramHandle, Wake,
};

use crate::network::Owner;
use crate::platform::{Clock, Document, Tasks};

/// The client context's requests: they end with the document.
const CONTEXT: Owner = 1;

/// The programs, with the numbers of their owners.
pub struct Programs {
    clock: Rc<dyn Clock>,
    /// Makes the function that is called when a message waits for an owner.
    wake: Box<dyn Fn(Owner) -> Wake>,
    last_owner: Cell<Owner>,
    /// Shared by all pages, made with the first.
    context: RefCell<Option<Rc<dyn AnyContext>>>,
    context_tasks: Rc<Tasks>,
    /// Whether it is not yet shown as it is.
    context_changed: Cell<bool>,
    /// Stands around the page that is shown.
    layout: RefCell<Option<Rc<MountedLayout>>>,
    page: RefCell<Option<ShownPage>>,
    /// The document's head, as the page has it.
    head: RefCell<Head>,
}

/// A layout, for as long as pages are shown in it.
struct MountedLayout {
    layout: Rc<dyn AnyLayout>,
    /// The type of its model.
    id: TypeId,
    owner: Owner,
    tasks: Rc<Tasks>,
    mounted: Cell<bool>,
}

/// The page that is shown.
#[derive(Clone)]
struct ShownPage {
    page: Rc<dyn AnyPage>,
    owner: Owner,
    tasks: Rc<Tasks>,
}

/// A page that is about to be shown, in its layout.
pub struct NextPage {
    layout: Rc<MountedLayout>,
    page: Rc<dyn AnyPage>,
    owner: Owner,
}

impl NextPage {
    /// The programs that the screen renders.
    pub fn programs(&self) -> (Rc<dyn AnyLayout>, Rc<dyn AnyPage>) {
        (self.layout.layout.clone(), self.page.clone())
    }

    /// The page's number.
    pub fn owner(&self) -> Owner {
        self.owner
    }
}

/// An effect, and whose it is.
pub struct Issued {
    /// The kind of program.
    pub source: Source,
    /// Its number: requests are cancelled with it.
    pub owner: Owner,
    /// Its futures.
    pub tasks: Rc<Tasks>,
    /// The effect itself.
    pub effect: Effect<()>,
}

/// Whose messages an effect came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The client context.
    Context,
    /// The layout.
    Layout,
    /// The page.
    Page,
}

/// Beginning.
impl Programs {
    /// Nothing runs yet.
    pub fn new(clock: Rc<dyn Clock>, wake: impl Fn(Owner) -> Wake + 'static) -> Self {
        Self {
            context_tasks: Rc::new(Tasks::new(clock.clone())),
            clock,
            wake: Box::new(wake),
            last_owner: Cell::new(CONTEXT),
            context: RefCell::default(),
            context_changed: Cell::default(),
            layout: RefCell::default(),
            page: RefCell::default(),
            head: RefCell::default(),
        }
    }

    /// Begins with the context, which comes with the first page. Whether this was it.
    ///
    /// # Errors
    ///
    /// When the page's context cannot be made.
    pub fn begin_context(&self, entry: &PageEntry) -> Result<bool, PageStartError> {
        let is_first = self.context.borrow().is_none();
        if is_first {
            let context = entry.start_context(ContextSource::Default, (self.wake)(CONTEXT))?;
            self.context.replace(Some(context));
        }
        Ok(is_first)
    }

    /// Begins with a page that has its data, in the layout that stands if it is of that type.
    /// `None` when something is not of this page: then nothing has changed.
    pub fn begin(
        &self,
        entry: &PageEntry,
        params: &Params,
        data: &[u8],
        path: &str,
    ) -> Option<NextPage> {
        let context = self.context()?;
        let (owner, handle) = self.new_handle(&context);
        // Before `init` runs, which may look at it.
        let mut path = path.to_owned();
        let mut swap =
            || context.change(&mut |client| mem::swap(&mut client.current_path, &mut path));
        swap();
        let page = entry.start(params, InitSource::Data(data), handle);
        let stands = self.layout.borrow().clone().filter(|it| it.id == (entry.layout)());
        let layout = stands.or_else(|| self.begin_layout(entry, None, &context));
        let (Ok(page), Some(layout)) = (page, layout) else {
            swap();
            return None;
        };
        Some(NextPage { layout, page, owner })
    }

    /// Begins with what the server has rendered: the encoded context, layout and page.
    /// `None` when one of them is not of this page.
    pub fn take_over(
        &self,
        entry: &PageEntry,
        params: &Params,
        [context, layout, page]: [&[u8]; 3],
    ) -> Option<NextPage> {
        let wake = (self.wake)(CONTEXT);
        let context = entry.start_context(ContextSource::Encoded(context), wake).ok()?;
        let (owner, handle) = self.new_handle(&context);
        let page = entry.start(params, InitSource::Model(page), handle).ok()?;
        let layout = self.begin_layout(entry, Some(layout), &context)?;
        self.context.replace(Some(context));
        // The server has put it into the document.
        let head = page.head().unwrap_or_default();
        *self.head.borrow_mut() = head;
        Some(NextPage { layout, page, owner })
    }

    /// Begins with a layout: anew, or from its encoded model.
    fn begin_layout(
        &self,
        entry: &PageEntry,
        model: Option<&[u8]>,
        context: &Rc<dyn AnyContext>,
    ) -> Option<Rc<MountedLayout>> {
        let (owner, handle) = self.new_handle(context);
        let layout = entry.start_layout(model, handle).ok()?;
        let tasks = Rc::new(Tasks::new(self.clock.clone()));
        let (id, mounted) = ((entry.layout)(), Cell::new(false));
        Some(Rc::new(MountedLayout { layout, id, owner, tasks, mounted }))
    }

    fn new_handle(&self, context: &Rc<dyn AnyContext>) -> (Owner, ProgramHandle) {
        let owner = self.last_owner.get() + 1;
        self.last_owner.set(owner);
        (owner, ProgramHandle { context: context.clone(), wake: (self.wake)(owner) })
    }

    /// Puts a page in place of the one before, and its layout unless it stays. The owners
    /// that have ended.
    pub fn show(&self, next_page: &NextPage) -> impl Iterator<Item = Owner> + use<> {
        let tasks = Rc::new(Tasks::new(self.clock.clone()));
        let page = ShownPage { page: next_page.page.clone(), owner: next_page.owner, tasks };
        let left_page = self.page.replace(Some(page));
        let left_layout = self.layout.replace(Some(next_page.layout.clone()));
        let stays = next_page.layout.owner;
        let left_layout = left_layout.map(|left| left.owner).filter(|owner| *owner != stays);
        left_page.map(|left| left.owner).into_iter().chain(left_layout)
    }
}

/// The programs that run.
impl Programs {
    /// The context, once there was a page.
    pub fn context(&self) -> Option<Rc<dyn AnyContext>> {
        self.context.borrow().clone()
    }

    /// The number of the page that is shown.
    pub fn page_owner(&self) -> Option<Owner> {
        self.page.borrow().as_ref().map(|page| page.owner)
    }

    /// The futures of the page that is shown.
    pub fn page_tasks(&self) -> Option<Rc<Tasks>> {
        self.page.borrow().as_ref().map(|page| page.tasks.clone())
    }

    /// The futures of the context.
    pub fn context_tasks(&self) -> &Rc<Tasks> {
        &self.context_tasks
    }

    /// Returns whether an owner still runs.
    pub fn is_running(&self, owner: Owner) -> bool {
        let layout = self.layout.borrow().as_ref().map(|layout| layout.owner);
        owner == CONTEXT || layout == Some(owner) || self.page_owner() == Some(owner)
    }

    /// Returns whether the page that is shown would lose something by a page load.
    pub fn is_dirty(&self) -> Option<bool> {
        Some(self.shown_page()?.page.is_dirty())
    }

    /// Puts what the page says into the document's head, if it says something else.
    pub fn show_head(&self, document: &dyn Document) {
        let Some(head) = self.shown_page().and_then(|shown| shown.page.head()) else { return };
        if *self.head.borrow() != head {
            document.show_head(&head);
            *self.head.borrow_mut() = head;
        }
    }

    fn shown_page(&self) -> Option<ShownPage> {
        self.page.borrow().clone()
    }
}

/// Mounting, messages, and changes.
impl Programs {
    /// The layout stands in the browser: what it starts, the first time.
    pub fn mount_layout(&self) -> Option<Issued> {
        let layout = self.layout.borrow().clone()?;
        let is_first = !layout.mounted.replace(true);
        is_first.then(|| layout.issue(layout.layout.clone().mounted()))
    }

    /// The page stands in the browser: what it starts.
    pub fn mount_page(&self) -> Option<Issued> {
        let shown = self.shown_page()?;
        Some(shown.issue(shown.page.clone().mounted()))
    }

    /// Handles the oldest message: of the context first, so that the others are given
    /// it as it is.
    pub fn step(&self) -> Option<Issued> {
        if let Some(effect) = self.context().and_then(AnyContext::step) {
            let (source, tasks) = (Source::Context, self.context_tasks.clone());
            return Some(Issued { source, owner: CONTEXT, tasks, effect });
        }
        let layout = self.layout.borrow().clone();
        if let Some(layout) = layout
            && let Some(effect) = layout.layout.clone().step()
        {
            return Some(layout.issue(effect));
        }
        let shown = self.shown_page()?;
        Some(shown.issue(shown.page.clone().step()?))
    }

    /// The context is another one than is shown.
    pub fn context_changed(&self) {
        self.context_changed.set(true);
    }

    /// Whether it is, and will be shown now.
    pub fn take_context_changed(&self) -> bool {
        self.context_changed.take()
    }

    /// Changes what the runtime itself says in the context: whether `change` did.
    pub fn change_client(&self, mut change: impl FnMut(&mut ClientContext) -> bool) {
        let Some(context) = self.context() else { return };
        context.change(&mut |client| {
            if change(client) {
                self.context_changed();
            }
        });
    }
}

impl MountedLayout {
    fn issue(&self, effect: Effect<()>) -> Issued {
        Issued { source: Source::Layout, owner: self.owner, tasks: self.tasks.clone(), effect }
    }
}

impl ShownPage {
    fn issue(&self, effect: Effect<()>) -> Issued {
        Issued { source: Source::Page, owner: self.owner, tasks: self.tasks.clone(), effect }
    }
}
