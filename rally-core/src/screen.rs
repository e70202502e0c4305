//! The screen: a page in its layout, as the document shows them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::codec::DecodeError;
use crate::running::{AnyLayout, AnyPage};
use crate::view::{Element, Ops, RawEvent, Reaction, Tree};

/// The number of the tree of the layout.
const LAYOUT: u32 = 0;

/// The number of the tree of the page. The layout has an outlet for it.
const PAGE: u32 = 1;

/// The page and the layout that a document shows.
///
/// Each has its own tree, so a change of one does not render the other.
#[derive(Clone, Default)]
pub struct Screen(Rc<State>);

/// A callback that performs operations in the document. Returns `false` if the document is damaged.
type Apply = dyn Fn(&Ops) -> bool;

#[derive(Default)]
struct State {
    page: RefCell<Option<Rc<dyn AnyPage>>>,
    layout: RefCell<Option<Rc<dyn AnyLayout>>>,
    trees: RefCell<Trees>,
    /// The changes since the last render.
    page_change: Cell<Change>,
    layout_change: Cell<Change>,
    /// `true` if the document already contains the HTML of the first page.
    hydrates: Cell<bool>,
    is_scheduled: Cell<bool>,
    schedule: RefCell<Option<Rc<dyn Fn()>>>,
    apply: RefCell<Option<Rc<Apply>>>,
    after_show: RefCell<Option<Box<dyn FnOnce()>>>,
    after_render: RefCell<Vec<Box<dyn FnOnce()>>>,
    before_first: RefCell<Option<Box<dyn FnOnce()>>>,
}

struct Trees {
    layout: Tree,
    page: Tree,
}

impl Default for Trees {
    fn default() -> Self {
        Self { layout: Tree::new(LAYOUT), page: Tree::new(PAGE) }
    }
}

/// The change of a program since the last render.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    #[default]
    None,
    /// The state of the program may have changed.
    Redraw,
    /// Another program is shown.
    Replace,
}

impl Screen {
    /// Makes the first render hydrate the HTML that the document already contains.
    pub fn hydrate(&self) {
        self.0.hydrates.set(true);
    }

    /// Sets a callback that runs once, before the first page is shown.
    pub fn before_first(&self, begin: impl FnOnce() + 'static) {
        self.0.before_first.replace(Some(Box::new(begin)));
    }

    /// Sets a callback that makes [`Self::render`] be called soon.
    pub fn set_schedule(&self, schedule: impl Fn() + 'static) {
        self.0.schedule.replace(Some(Rc::new(schedule)));
    }

    /// Sets the callback that performs operations in the document. Nothing is
    /// rendered before.
    ///
    /// If the callback returns `false`, the document is damaged: something else has
    /// changed its nodes. The callback then gets operations that hydrate the document
    /// again, which repairs it.
    pub fn attach(&self, apply: impl Fn(&Ops) -> bool + 'static) {
        self.0.apply.replace(Some(Rc::new(apply)));
        self.schedule();
    }

    /// Shows a page in a layout, in place of the current page.
    ///
    /// A layout that is already shown stays. `after` runs after the next render,
    /// unless another page is shown before.
    pub fn show(
        &self,
        layout: Rc<dyn AnyLayout>,
        page: Rc<dyn AnyPage>,
        after: impl FnOnce() + 'static,
    ) {
        if let Some(begin) = self.0.before_first.take() {
            begin();
        }
        self.0.page.replace(Some(page));
        raise(&self.0.page_change, Change::Replace);
        let same_layout = self.0.layout.borrow().as_ref().is_some_and(|it| Rc::ptr_eq(it, &layout));
        // A layout that stays may show the URL.
        raise(&self.0.layout_change, if same_layout { Change::Redraw } else { Change::Replace });
        self.0.layout.replace(Some(layout));
        self.0.after_show.replace(Some(Box::new(after)));
        self.schedule();
    }

    /// Schedules another render of the page.
    pub fn redraw_page(&self) {
        raise(&self.0.page_change, Change::Redraw);
        self.schedule();
    }

    /// Schedules another render of the layout.
    pub fn redraw_layout(&self) {
        raise(&self.0.layout_change, Change::Redraw);
        self.schedule();
    }

    /// Schedules a render, even if no program has changed.
    ///
    /// After an event, a field must show the value of the model again, also if `update`
    /// has refused what was entered.
    pub fn schedule(&self) {
        if !self.0.is_scheduled.replace(true)
            && let Some(schedule) = self.0.schedule.borrow().clone()
        {
            schedule();
        }
    }

    /// Schedules a render, and runs `after` at its end.
    pub fn after_render(&self, after: Box<dyn FnOnce()>) {
        self.0.after_render.borrow_mut().push(after);
        self.schedule();
    }

    /// Renders the programs that have changed, and performs the differences in the
    /// document.
    pub fn render(&self) {
        let state = &*self.0;
        state.is_scheduled.set(false);
        // A handler runs: it asks the visitor, and the browser goes on meanwhile. The runtime
        // schedules a render when the handler has returned.
        if state.trees.try_borrow_mut().is_err() {
            return;
        }
        let (page, layout) = (state.page.borrow().clone(), state.layout.borrow().clone());
        let apply = state.apply.borrow().clone();
        let (Some(page), Some(layout), Some(apply)) = (page, layout, apply) else { return };
        let (page_change, layout_change) = (state.page_change.take(), state.layout_change.take());
        // The views are code of the app, so nothing is borrowed while they run.
        let layout = (layout_change > Change::None).then(|| layout.view(Element::outlet(PAGE)));
        let page = (page_change > Change::None).then(|| page.view());

        let mut trees = state.trees.borrow_mut();
        let Trees { layout: layout_tree, page: page_tree } = &mut *trees;
        let ops = &mut Ops::default();
        if let Some(layout) = layout {
            if state.hydrates.get() {
                layout_tree.hydrate(layout, ops);
            } else if layout_change == Change::Replace {
                // The nodes of the old page would move into the new layout.
                if page_change == Change::Replace {
                    page_tree.update(Element::empty(), ops);
                }
                layout_tree.replace(layout, ops);
            } else {
                layout_tree.update(layout, ops);
            }
        }
        if let Some(page) = page {
            if state.hydrates.take() {
                page_tree.hydrate(page, ops);
            } else if page_change == Change::Replace {
                page_tree.replace(page, ops);
            } else {
                page_tree.update(page, ops);
            }
        }
        // Performing the operations may cause events.
        drop(trees);
        // Also without operations: a field may have to show the value of the view again.
        if !apply(ops) {
            let mut ops = Ops::default();
            let trees = state.trees.borrow();
            trees.layout.adopt(&mut ops);
            trees.page.adopt(&mut ops);
            drop(trees);
            apply(&ops);
        }
        // Callbacks that are added from here on wait for the next render: they may be about
        // elements that are not in the document yet.
        let after_render = state.after_render.take();
        if let Some(after) = state.after_show.take() {
            after();
        }
        after_render.into_iter().for_each(|after| after());
    }

    /// Runs the handler of a listener.
    ///
    /// `path` is the position of the listener: the number of its tree, pairs of
    /// slot and index, and the slot and the index of the listener. Returns `None`
    /// if there is no listener.
    pub fn handle(
        &self,
        path: &[u32],
        event: RawEvent<'_>,
    ) -> Option<Result<Reaction, DecodeError>> {
        let (tree, path) = path.split_first()?;
        let trees = self.0.trees.borrow();
        match *tree {
            LAYOUT => trees.layout.handle(path, event),
            PAGE => trees.page.handle(path, event),
            _ => None,
        }
    }
}

fn raise(change: &Cell<Change>, to: Change) {
    change.set(change.get().max(to));
}
