//! The running programs: the client context, the layout and the page.
//!
//! The app's code in a program may send messages, which calls this module again. Therefore each
//! method clones the `Rc` of a program out of its `RefCell`, and runs the program while nothing is
//! borrowed.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use rally_core::context::ClientContext;
use rally_core::effect::Actions;
use rally_core::head::Head;
use rally_core::registry::{PageEntry, PageStartError};
use rally_core::route::Params;
use rally_core::running::{
    AnyContext, AnyLayout, AnyPage, ContextSource, InitSource, ProgramHandle, Signal,
};

use crate::network::Owner;
use crate::platform::{Clock, Document, Tasks};

/// The owner number of the client context, whose requests survive page changes.
pub const CONTEXT: Owner = 1;

/// The running programs. Each has an owner number; when the program ends, its requests are
/// cancelled by this number.
pub struct Programs {
    clock: Rc<dyn Clock>,
    /// Raised when a program has a message to handle.
    signal: Signal,
    last_owner: Cell<Owner>,
    /// The client context, which all pages share. It is created with the first page.
    context: RefCell<Option<Rc<dyn AnyContext>>>,
    context_tasks: Rc<Tasks>,
    context_changed: Cell<bool>,
    layout: RefCell<Option<Rc<MountedLayout>>>,
    page: RefCell<Option<ShownPage>>,
    /// The head that was last written into the document.
    head: RefCell<Head>,
    /// `true` if the browser asks the visitor before the document is left.
    asks: Cell<bool>,
}

struct MountedLayout {
    layout: Rc<dyn AnyLayout>,
    /// Type of the layout's model.
    id: TypeId,
    owner: Owner,
    tasks: Rc<Tasks>,
    mounted: Cell<bool>,
}

#[derive(Clone)]
struct ShownPage {
    page: Rc<dyn AnyPage>,
    owner: Owner,
    tasks: Rc<Tasks>,
}

/// A page that is about to be shown, with its layout.
pub struct NextPage {
    layout: Rc<MountedLayout>,
    page: Rc<dyn AnyPage>,
    owner: Owner,
}

impl NextPage {
    /// Returns the programs that the screen renders.
    pub fn programs(&self) -> (Rc<dyn AnyLayout>, Rc<dyn AnyPage>) {
        (self.layout.layout.clone(), self.page.clone())
    }

    /// Returns the page's owner number.
    pub fn owner(&self) -> Owner {
        self.owner
    }
}

/// The actions of an effect, with the program that returned it.
pub struct Issued {
    /// Kind of the program.
    pub source: Source,
    /// Owner number of the program.
    pub owner: Owner,
    /// Futures and timers of the program, including those that the actions start.
    pub tasks: Rc<Tasks>,
    /// The actions.
    pub actions: Actions,
}

/// The kind of program that returned an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The client context.
    Context,
    /// The layout.
    Layout,
    /// The page.
    Page,
}

impl Programs {
    /// Creates an empty set of programs.
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        Self {
            context_tasks: Rc::new(Tasks::new(clock.clone())),
            clock,
            signal: Signal::default(),
            last_owner: Cell::new(CONTEXT),
            context: RefCell::default(),
            context_changed: Cell::default(),
            layout: RefCell::default(),
            page: RefCell::default(),
            head: RefCell::default(),
            asks: Cell::default(),
        }
    }

    /// Starts the client context if it does not run yet. Returns `true` if it was started: this is
    /// the first page.
    pub fn begin_context(&self, entry: &PageEntry) -> Result<bool, PageStartError> {
        let is_first = self.context.borrow().is_none();
        if is_first {
            let context = entry.start_context(ContextSource::Default, self.signal.clone())?;
            self.context.replace(Some(context));
        }
        Ok(is_first)
    }

    /// Starts a page with `data`, the encoded data of its loader. If the current layout has the
    /// right type, it stays. Clears the flash message, unless the page keeps it. Returns `None`, and
    /// leaves the context unchanged, if `params` or `data` do not belong to this page.
    pub fn begin(
        &self,
        entry: &PageEntry,
        params: &Params,
        data: &[u8],
        path: &str,
        keeps_flash: bool,
    ) -> Option<NextPage> {
        let context = self.context()?;
        let (owner, handle) = self.new_handle(&context);
        // Path and flash are set before `init` runs, because `init` may read them.
        let (mut path, mut flash) = (path.to_owned(), None);
        let mut swap = || {
            context.change(&mut |client| {
                mem::swap(&mut client.current_path, &mut path);
                if !keeps_flash {
                    mem::swap(&mut client.flash, &mut flash);
                }
            });
        };
        swap();
        let page = entry.start(params, InitSource::Data(data), handle);
        let current = self.layout.borrow().clone().filter(|it| it.id == (entry.layout)());
        let layout = current.or_else(|| self.begin_layout(entry, None, &context));
        let (Ok(page), Some(layout)) = (page, layout) else {
            swap();
            return None;
        };
        Some(NextPage { layout, page, owner })
    }

    /// Starts the programs of a page that the server has rendered, from the encoded models of
    /// context, layout and page. Returns `None` if a model or the parameters do not belong to this
    /// page.
    pub fn hydrate(
        &self,
        entry: &PageEntry,
        params: &Params,
        [context, layout, page]: [&[u8]; 3],
    ) -> Option<NextPage> {
        let source = ContextSource::Encoded(context);
        let context = entry.start_context(source, self.signal.clone()).ok()?;
        let (owner, handle) = self.new_handle(&context);
        let page = entry.start(params, InitSource::Model(page), handle).ok()?;
        let layout = self.begin_layout(entry, Some(layout), &context)?;
        self.context.replace(Some(context));
        // The server has already written the head of this page into the document, so the head is
        // only recorded here.
        let head = page.head().unwrap_or_default();
        *self.head.borrow_mut() = head;
        Some(NextPage { layout, page, owner })
    }

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
        (owner, ProgramHandle { context: context.clone(), signal: self.signal.clone() })
    }

    /// Replaces the shown page. Also replaces the layout, if the next page has another one. Returns
    /// the owner numbers of the programs that end.
    pub fn show(&self, next_page: &NextPage) -> impl Iterator<Item = Owner> + use<> {
        let tasks = Rc::new(Tasks::new(self.clock.clone()));
        let page = ShownPage { page: next_page.page.clone(), owner: next_page.owner, tasks };
        let old_page = self.page.replace(Some(page));
        let old_layout = self.layout.replace(Some(next_page.layout.clone()));
        let kept = next_page.layout.owner;
        let old_layout = old_layout.map(|layout| layout.owner).filter(|owner| *owner != kept);
        old_page.map(|page| page.owner).into_iter().chain(old_layout)
    }
}

impl Programs {
    /// Returns the signal that a message is queued. It is raised for all programs, even for those
    /// that have ended.
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Returns the client context, or `None` before the first page.
    pub fn context(&self) -> Option<Rc<dyn AnyContext>> {
        self.context.borrow().clone()
    }

    /// Returns the owner number of the shown page.
    pub fn page_owner(&self) -> Option<Owner> {
        self.page.borrow().as_ref().map(|page| page.owner)
    }

    /// Returns the futures and timers of the shown page.
    pub fn page_tasks(&self) -> Option<Rc<Tasks>> {
        self.page.borrow().as_ref().map(|page| page.tasks.clone())
    }

    /// Returns the futures and timers of the client context.
    pub fn context_tasks(&self) -> &Rc<Tasks> {
        &self.context_tasks
    }

    /// Removes the navigations from the delayed actions of all programs.
    pub fn forget_delayed_navigations(&self) {
        self.context_tasks.forget_navigations();
        self.layout.borrow().iter().for_each(|layout| layout.tasks.forget_navigations());
        self.page.borrow().iter().for_each(|page| page.tasks.forget_navigations());
    }

    /// Returns `Some(true)` if a page load would lose data of the shown page. `None` if no page is
    /// shown.
    pub fn is_dirty(&self) -> Option<bool> {
        Some(self.shown_page()?.page.is_dirty())
    }

    /// Sets whether the browser asks the visitor before it leaves the document: if the shown page is
    /// dirty.
    pub fn guard_leaving(&self, document: &dyn Document) {
        let is_dirty = self.is_dirty() == Some(true);
        if self.asks.replace(is_dirty) != is_dirty {
            document.ask_before_leaving(is_dirty);
        }
    }

    /// Stops asking, because the app reloads the document on purpose.
    pub fn let_leave(&self, document: &dyn Document) {
        if self.asks.take() {
            document.ask_before_leaving(false);
        }
    }

    /// Changes the URL of the shown page, which keeps its model, and queues its message. Returns
    /// `false`, and changes nothing, if `params` or `data` do not belong to the page.
    pub fn change_url(&self, params: &Params, data: &[u8], path: &str, keeps_flash: bool) -> bool {
        let changes = self.shown_page().is_some_and(|shown| shown.page.change_url(params, data));
        if changes {
            self.set_path(path);
        }
        if changes && !keeps_flash {
            self.change_client(&mut |client| client.flash.take().is_some());
        }
        changes
    }

    /// Sets the URL in the client context, for views and forms.
    pub fn set_path(&self, path: &str) {
        self.change_client(&mut |client| {
            path.clone_into(&mut client.current_path);
            true
        });
    }

    /// Writes the head of the shown page into the document, if the head has changed.
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

/// Mounting, messages and changes of the context.
impl Programs {
    /// Runs `mounted` of the layout, and returns its actions. `None` if `mounted` has run before.
    pub fn mount_layout(&self) -> Option<Issued> {
        let layout = self.layout.borrow().clone()?;
        let is_first = !layout.mounted.replace(true);
        is_first.then(|| layout.issue(layout.layout.clone().mounted()))
    }

    /// Runs `mounted` of the page, and returns its actions.
    pub fn mount_page(&self) -> Option<Issued> {
        let shown = self.shown_page()?;
        Some(shown.issue(shown.page.clone().mounted()))
    }

    /// Runs `navigated` of the client context, and returns its actions.
    pub fn navigated(&self) -> Option<Issued> {
        let actions = self.context()?.navigated();
        Some(self.issue_of_context(actions))
    }

    /// Handles one queued message, and returns the actions. Messages of the client context come
    /// first, so that layout and page see the newest context.
    pub fn step(&self) -> Option<Issued> {
        if let Some(actions) = self.context().and_then(AnyContext::step) {
            return Some(self.issue_of_context(actions));
        }
        let layout = self.layout.borrow().clone();
        if let Some(layout) = layout
            && let Some(actions) = layout.layout.clone().step()
        {
            return Some(layout.issue(actions));
        }
        let shown = self.shown_page()?;
        Some(shown.issue(shown.page.clone().step()?))
    }

    fn issue_of_context(&self, actions: Actions) -> Issued {
        let (source, tasks) = (Source::Context, self.context_tasks.clone());
        Issued { source, owner: CONTEXT, tasks, actions }
    }

    /// Records that the context has changed, so that layout and page must be rendered again.
    pub fn context_changed(&self) {
        self.context_changed.set(true);
    }

    /// Returns `true` if the context has changed since this method was last called.
    pub fn take_context_changed(&self) -> bool {
        self.context_changed.take()
    }

    /// Changes the `ClientContext`, the runtime's part of the app's context. `change` must return
    /// `true` if it has changed a value.
    pub fn change_client(&self, change: &mut dyn FnMut(&mut ClientContext) -> bool) {
        let Some(context) = self.context() else { return };
        context.change(&mut |client| {
            if change(client) {
                self.context_changed();
            }
        });
    }
}

impl MountedLayout {
    fn issue(&self, actions: Actions) -> Issued {
        Issued { source: Source::Layout, owner: self.owner, tasks: self.tasks.clone(), actions }
    }
}

impl ShownPage {
    fn issue(&self, actions: Actions) -> Issued {
        Issued { source: Source::Page, owner: self.owner, tasks: self.tasks.clone(), actions }
    }
}
