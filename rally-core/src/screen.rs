//! The screen: the one Dioxus tree of an app in the browser.
//!
//! The layout is a keyed child of the tree, and the page is a keyed child of the layout.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use dioxus_core::{VNode, VirtualDom, queue_effect, schedule_update, use_hook};

use crate::running::{AnyLayout, AnyPage};
use crate::view::*;

/// The browser's view of a page in its layout. The screen adds no nodes, so the
/// browser hydrates exactly the nodes that the server rendered for layout and
/// page.
#[derive(Clone, Default)]
pub struct Screen(Rc<State>);

#[derive(Default)]
struct State {
    page: RefCell<Option<Rc<dyn AnyPage>>>,
    layout: RefCell<Option<Rc<dyn AnyLayout>>>,
    /// Number of pages shown so far. It is the key of the page's component, so
    /// that each shown page has a new component.
    page_key: Cell<u64>,
    /// Number of layouts shown so far. It is the key of the layout's component.
    layout_key: Cell<u64>,
    redraw_frame: RefCell<Option<Redraw>>,
    redraw_layout: RefCell<Option<Redraw>>,
    redraw_page: RefCell<Option<Redraw>>,
    after_show: RefCell<Option<Box<dyn FnOnce()>>>,
    before_first: RefCell<Option<Box<dyn FnOnce()>>>,
    /// `true` if the document already contains the HTML of the first page. If
    /// `false`, the first render is empty.
    hydrates: Cell<bool>,
}

type Redraw = Arc<dyn Fn() + Send + Sync>;

impl Screen {
    /// Makes the first render hydrate the HTML that the document already contains.
    pub fn hydrate(&self) {
        self.0.hydrates.set(true);
    }

    /// Sets a callback that runs once, before the first page is shown.
    pub fn before_first(&self, begin: impl FnOnce() + 'static) {
        self.0.before_first.replace(Some(Box::new(begin)));
    }

    /// Makes the Dioxus tree of the screen, without building it.
    ///
    /// Call this method only once for each screen.
    pub fn dom(&self) -> VirtualDom {
        VirtualDom::new_with_props(Frame, FrameProps { screen: self.clone() })
    }

    /// Shows a page in a layout, in place of the current page.
    ///
    /// A layout that is already shown keeps its component. `after` runs after
    /// the next render of the screen, unless another page is shown before.
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
        let same_layout = self.0.layout.borrow().as_ref().is_some_and(|it| Rc::ptr_eq(it, &layout));
        if !same_layout {
            self.0.layout.replace(Some(layout));
            self.0.layout_key.set(self.0.layout_key.get() + 1);
        }
        self.0.after_show.replace(Some(Box::new(after)));
        call(&self.0.redraw_frame);
    }

    /// Schedules another render of the page.
    pub fn redraw_page(&self) {
        call(&self.0.redraw_page);
    }

    /// Schedules another render of the layout.
    pub fn redraw_layout(&self) {
        call(&self.0.redraw_layout);
    }
}

fn call(redraw: &RefCell<Option<Redraw>>) {
    if let Some(redraw) = &*redraw.borrow() {
        redraw();
    }
}

/// Handles of the same screen are equal. Dioxus compares them as properties of components.
impl PartialEq for Screen {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[component]
fn Frame(screen: Screen) -> Element {
    use_hook(|| screen.0.redraw_frame.replace(Some(schedule_update())));
    let is_first = use_hook(|| Rc::new(Cell::new(true))).replace(false);
    if is_first && !screen.0.hydrates.get() {
        // The document has no HTML to hydrate, so the first render must be
        // empty. The next render shows the page, if it has been set by then.
        queue_effect(move || call(&screen.0.redraw_frame));
        return VNode::empty();
    }
    if screen.0.page.borrow().is_none() {
        return VNode::empty();
    }
    // `after` is not queued in the page's component: a layout may render its page
    // later or never, and even then `after` must run.
    if let Some(after) = screen.0.after_show.take() {
        queue_effect(after);
    }
    // Dioxus compares keys only within a list, so the layout is in a list of one
    // element.
    let keys = [screen.0.layout_key.get()];
    let page = screen.0.page_key.get();
    rsx! {
        for key in keys {
            LayoutView { key: "{key}", screen: screen.clone(), page }
        }
    }
}

/// The layout's component. Dioxus renders it again when the value of `page` changes.
#[component]
fn LayoutView(screen: Screen, page: u64) -> Element {
    use_hook(|| screen.0.redraw_layout.replace(Some(schedule_update())));
    // The hook keeps the layout of this component's first render. While another
    // layout replaces it, this component may render again, and must render the
    // old layout.
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
    // The hook keeps the page of this component's first render. While another
    // page replaces it, this component may render again, and must render the
    // old page.
    let page = use_hook(|| screen.0.page.borrow().clone());
    match page {
        Some(page) => page.view(),
        None => VNode::empty(),
    }
}
