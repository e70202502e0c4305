//! What stands around the pages: their context and layout, and the one loop that
//! handles the messages of all.

use std::any::TypeId;
use std::cell::Cell;
use std::rc::Rc;

use rally_core::effect::Effect;
use rally_core::registry::PageEntry;
use rally_core::running::{AnyContext, AnyLayout, ContextOrigin, Place};

use super::{App, CONTEXT};
use crate::network::in_flight::Owner;
use crate::platform::Tasks;

/// A layout, for as long as pages are shown in it.
pub(super) struct Standing {
    pub(super) layout: Rc<dyn AnyLayout>,
    /// The type of its model.
    id: TypeId,
    owner: Owner,
    tasks: Rc<Tasks>,
    mounted: Cell<bool>,
}

/// Whose messages an effect came from.
enum Source {
    Context,
    Layout,
    Page,
}

impl App {
    pub(super) fn context(&self) -> Option<Rc<dyn AnyContext>> {
        self.context.borrow().clone()
    }

    /// The context, which begins with the first page.
    pub(super) fn context_for(self: &Rc<Self>, entry: &PageEntry) -> Option<Rc<dyn AnyContext>> {
        if self.context.borrow().is_none() {
            let context = entry.start_context(ContextOrigin::Default, self.wake(CONTEXT)).ok()?;
            self.context.replace(Some(context));
            self.follow_visitor();
        }
        self.context()
    }

    /// The layout of a page: the one that stands, if it is of that type.
    pub(super) fn layout_for(
        self: &Rc<Self>,
        entry: &PageEntry,
        cx: &Rc<dyn AnyContext>,
    ) -> Option<Rc<Standing>> {
        let stands = self.layout.borrow().clone().filter(|it| it.id == (entry.layout)());
        stands.or_else(|| self.begin_layout(entry, None, cx))
    }

    /// Begins with a layout: anew, or from its encoded model.
    pub(super) fn begin_layout(
        self: &Rc<Self>,
        entry: &PageEntry,
        model: Option<&[u8]>,
        cx: &Rc<dyn AnyContext>,
    ) -> Option<Rc<Standing>> {
        let owner = self.new_owner();
        let place = Place { cx: cx.clone(), wake: self.wake(owner) };
        let layout = entry.start_layout(model, place).ok()?;
        let tasks = Rc::new(Tasks::new(self.platform.clone()));
        let (id, mounted) = ((entry.layout)(), Cell::new(false));
        Some(Rc::new(Standing { layout, id, owner, tasks, mounted }))
    }

    /// Ends the layout before, unless it stays.
    pub(super) fn stand(&self, layout: Rc<Standing>) {
        let owner = layout.owner;
        if let Some(left) = self.layout.replace(Some(layout))
            && left.owner != owner
        {
            self.calls.borrow_mut().cancel_all(left.owner);
        }
    }

    /// Page and layout stand in the browser.
    pub(super) fn mounted(self: Rc<Self>) {
        let shown = self.owner();
        let layout = self.layout.borrow().clone();
        if let Some(standing) = layout.filter(|standing| !standing.mounted.replace(true)) {
            let effect = standing.layout.clone().mounted();
            self.perform(standing.owner, &standing.tasks, effect);
        }
        let page = self.current.borrow().as_ref().map(|it| (it.page.clone(), it.tasks.clone()));
        // The layout may have led to another page, which is not there yet.
        if let (Some((page, tasks)), Some(owner)) = (page, self.owner())
            && shown == Some(owner)
        {
            self.perform(owner, &tasks, page.mounted());
        }
        self.drain();
    }

    pub(super) fn is_running(&self, owner: Owner) -> bool {
        let layout = self.layout.borrow().as_ref().map(|standing| standing.owner);
        owner == CONTEXT || layout == Some(owner) || self.owner() == Some(owner)
    }

    /// Handles every message of context, layout and page, then renders once
    /// what they have changed.
    pub(super) fn drain(self: &Rc<Self>) {
        let shown = self.owner();
        let (mut layout, mut page) = (false, false);
        while let Some((source, owner, tasks, effect)) = self.step() {
            match source {
                Source::Context => self.context_changed.set(true),
                Source::Layout => layout = true,
                Source::Page => page = true,
            }
            self.perform(owner, &tasks, effect);
        }
        let all = self.context_changed.take();
        if all || layout {
            self.screen.redraw_layout();
        }
        // Another page is rendered anyway.
        if (all || page) && self.owner() == shown {
            self.screen.redraw_page();
            self.show_head();
        }
        self.reconsider();
    }

    /// Handles one message: of the context first, so that the others are given
    /// it as it is.
    fn step(&self) -> Option<(Source, Owner, Rc<Tasks>, Effect<()>)> {
        if let Some(effect) = self.context().and_then(AnyContext::step) {
            return Some((Source::Context, CONTEXT, self.context_tasks.clone(), effect));
        }
        let standing = self.layout.borrow().clone();
        if let Some(standing) = standing
            && let Some(effect) = standing.layout.clone().step()
        {
            return Some((Source::Layout, standing.owner, standing.tasks.clone(), effect));
        }
        let current = self.current.borrow();
        let (page, owner, tasks) =
            current.as_ref().map(|it| (it.page.clone(), it.owner, it.tasks.clone()))?;
        drop(current);
        Some((Source::Page, owner, tasks, page.step()?))
    }

    /// Puts what the page says into the document's head, if it says something else.
    pub(super) fn show_head(&self) {
        let page = self.current.borrow().as_ref().map(|current| current.page.clone());
        let Some(head) = page.and_then(|page| page.head()) else { return };
        if *self.head.borrow() != head {
            self.platform.show_head(&head);
            *self.head.borrow_mut() = head;
        }
    }
}
