//! The screen: the one Dioxus tree, with the layout as its keyed child, and the
//! page as the layout's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use dioxus_core::{VNode, VirtualDom, queue_effect, schedule_update, use_hook};

use crate::running::{AnyLayout, AnyPage};
use crate::view::*;

/// What the browser shows. It adds no node to those of layout and page: what
/// the server has written of them alone is what it takes over.
#[derive(Clone, Default)]
pub struct Screen(Rc<State>);

#[derive(Default)]
struct State {
    page: RefCell<Option<Rc<dyn AnyPage>>>,
    layout: RefCell<Option<Rc<dyn AnyLayout>>>,
    /// Count the pages and the layouts shown. As the page's key it makes a page
    /// that is entered anew begin with a fresh component; the layout's changes
    /// with the layout only.
    page_key: Cell<u64>,
    layout_key: Cell<u64>,
    redraw_frame: RefCell<Option<Redraw>>,
    redraw_layout: RefCell<Option<Redraw>>,
    redraw_page: RefCell<Option<Redraw>>,
    after_show: RefCell<Option<Box<dyn FnOnce()>>>,
    before_first: RefCell<Option<Box<dyn FnOnce()>>>,
    /// Whether the first thing rendered is a page that is in the document
    /// already, rather than nothing.
    taking_over: Cell<bool>,
}

type Redraw = Arc<dyn Fn() + Send + Sync>;

impl Screen {
    /// The first page is in the document already.
    pub fn take_over(&self) {
        self.0.taking_over.set(true);
    }

    /// Runs this before the first page is shown.
    pub fn before_first(&self, begin: impl FnOnce() + 'static) {
        self.0.before_first.replace(Some(Box::new(begin)));
    }

    /// The tree, not yet built. Build one for each screen.
    pub fn dom(&self) -> VirtualDom {
        VirtualDom::new_with_props(Frame, FrameProps { screen: self.clone() })
    }

    /// Puts a page in place of the one before, within this layout. When it is
    /// the one that stands there already it stays. `after` runs once the HTML of
    /// both is in the document.
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
        self.0.page_key.set(self.0.page_key.get() + 1);
        let stands = self.0.layout.borrow().as_ref().is_some_and(|it| Rc::ptr_eq(it, &layout));
        if !stands {
            self.0.layout.replace(Some(layout));
            self.0.layout_key.set(self.0.layout_key.get() + 1);
        }
        self.0.after_show.replace(Some(Box::new(after)));
        call(&self.0.redraw_frame);
    }

    /// Renders the page again, soon.
    pub fn redraw_page(&self) {
        call(&self.0.redraw_page);
    }

    /// Renders the layout again, soon.
    pub fn redraw_layout(&self) {
        call(&self.0.redraw_layout);
    }
}

fn call(redraw: &RefCell<Option<Redraw>>) {
    if let Some(redraw) = &*redraw.borrow() {
        redraw();
    }
}

/// Two handles are equal when they are the same screen: properties must say.
impl PartialEq for Screen {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[component]
fn Frame(screen: Screen) -> Element {
    use_hook(|| screen.0.redraw_frame.replace(Some(schedule_update())));
    let is_first = use_hook(|| Rc::new(Cell::new(true))).replace(false);
    if is_first && !screen.0.taking_over.get() {
        // Hydration finds nothing in the document, and must find nothing here:
        // the page, if there is one by now, comes with the next rendering.
        queue_effect(move || call(&screen.0.redraw_frame));
        return VNode::empty();
    }
    if screen.0.page.borrow().is_none() {
        return VNode::empty();
    }
    // Not left to the page's component: a layout may not show its page yet, or
    // never, and has to be mounted all the same.
    if let Some(after) = screen.0.after_show.take() {
        queue_effect(after);
    }
    // A key counts only among siblings in a list, so the layout is a list of one.
    let keys = [screen.0.layout_key.get()];
    let page = screen.0.page_key.get();
    rsx! {
        for key in keys {
            LayoutView { key: "{key}", screen: screen.clone(), page }
        }
    }
}

/// It is rendered again for another `page`.
#[component]
fn LayoutView(screen: Screen, page: u64) -> Element {
    use_hook(|| screen.0.redraw_layout.replace(Some(schedule_update())));
    // Kept by the component: while it is being replaced it is still its own.
    let layout = use_hook(|| screen.0.layout.borrow().clone());
    let content = rsx! {
        for key in [page] {
            PageView { key: "{key}", screen: screen.clone() }
        }
    };
    match layout {
        Some(layout) => layout.view(content),
        None => content,
    }
}

#[component]
fn PageView(screen: Screen) -> Element {
    use_hook(|| screen.0.redraw_page.replace(Some(schedule_update())));
    // Kept, as the layout is.
    let page = use_hook(|| screen.0.page.borrow().clone());
    match page {
        Some(page) => page.view(),
        None => VNode::empty(),
    }
}
