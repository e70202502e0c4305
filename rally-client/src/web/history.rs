//! The history: URLs, clicks on links, scroll positions and focus.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use rally_core::effect::History;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent, ScrollRestoration, Url, Window};

use crate::app::App;
use crate::platform::{Arrival, LocalUrl};

/// Where each history entry was scrolled to. An entry's `state` is its number.
pub(super) struct Positions {
    current: Cell<u32>,
    positions: RefCell<HashMap<u32, (f64, f64)>>,
}

impl Positions {
    pub(super) fn new(window: &Window) -> Self {
        let positions = Self { current: Cell::new(0), positions: RefCell::default() };
        if let Ok(history) = window.history() {
            positions.current.set(number(history.state().ok()).unwrap_or(0));
            let state = JsValue::from_f64(positions.current.get().into());
            let _ = history.replace_state(&state, "");
            // The runtime restores positions once a page is there to scroll.
            let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
        }
        positions
    }

    /// Makes a URL the current one.
    pub(super) fn write(&self, window: &Window, url: &LocalUrl, how: History) {
        let Ok(history) = window.history() else { return };
        let url = format!("{}{}", url.path, url.fragment);
        let _ = match how {
            History::Replace => {
                let state = JsValue::from_f64(self.current.get().into());
                history.replace_state_with_url(&state, "", Some(&url))
            }
            History::Push => {
                self.save(window);
                self.current.set(self.current.get() + 1);
                let state = JsValue::from_f64(self.current.get().into());
                history.push_state_with_url(&state, "", Some(&url))
            }
        };
    }

    /// The visitor has gone to another entry. The page of the entry before is
    /// still there, and scrolled as it was left.
    fn popped(&self, window: &Window, state: JsValue) {
        self.save(window);
        if let Some(number) = number(Some(state)) {
            return self.current.set(number);
        }
        // The browser has made this entry for a link to a fragment: it is new,
        // and has been scrolled nowhere yet.
        let number = self.current.get() + 1;
        self.current.set(number);
        self.positions.borrow_mut().remove(&number);
        if let Ok(history) = window.history() {
            let _ = history.replace_state(&JsValue::from_f64(number.into()), "");
        }
    }

    fn save(&self, window: &Window) {
        let position = (window.scroll_x().unwrap_or(0.0), window.scroll_y().unwrap_or(0.0));
        self.positions.borrow_mut().insert(self.current.get(), position);
    }

    /// Scrolls, and moves the focus, as a page load would.
    pub(super) fn arrive(&self, window: &Window, url: &LocalUrl, arrival: Arrival) {
        let saved = self.positions.borrow().get(&self.current.get()).copied();
        let target = target(window, &url.fragment);
        match (arrival, saved, &target) {
            (Arrival::Returned, Some((x, y)), _) => window.scroll_to_with_x_and_y(x, y),
            (_, _, Some(target)) => target.scroll_into_view(),
            _ => window.scroll_to_with_x_and_y(0.0, 0.0),
        }
        super::document::focus(window, target);
    }
}

/// `None` for an entry that this runtime has not numbered.
fn number(state: Option<JsValue>) -> Option<u32> {
    state?.as_f64().map(|number| number as u32)
}

fn target(window: &Window, fragment: &str) -> Option<Element> {
    let id = fragment.strip_prefix('#').filter(|id| !id.is_empty())?;
    let id = js_sys::decode_uri_component(id).ok()?;
    window.document()?.get_element_by_id(&String::from(id))
}

/// Splits a URL of this origin.
pub(super) fn local_url(window: &Window, url: &str) -> Option<LocalUrl> {
    let location = window.location();
    let url = Url::new_with_base(url, &location.href().ok()?).ok()?;
    if url.origin() != location.origin().ok()? {
        return None;
    }
    Some(LocalUrl { path: url.pathname() + &url.search(), fragment: url.hash() })
}

pub(super) fn load_document(window: &Window, url: &str, how: History) {
    let location = window.location();
    let _ = match how {
        History::Push => location.assign(url),
        History::Replace => location.replace(url),
    };
}

/// Listens to clicks on links and to the back and forward buttons, for as long
/// as the page lives.
pub(super) fn listen(window: &Window, app: &Rc<App>, browser: &Rc<super::Browser>) {
    let Some(document) = window.document() else { return };
    let (clicked, this) = (app.clone(), window.clone());
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&document, "click", options, move |event| {
        click(&this, &clicked, event);
    })
    .forget();

    let (popped, browser) = (app.clone(), browser.clone());
    EventListener::new(window, "popstate", move |event| {
        let state = event.dyn_ref::<web_sys::PopStateEvent>().map(web_sys::PopStateEvent::state);
        browser.history.popped(&browser.window, state.unwrap_or(JsValue::NULL));
        if let Some(url) =
            browser.window.location().href().ok().and_then(|url| local_url(&browser.window, &url))
        {
            popped.popped(url);
        }
    })
    .forget();

    // A page that is left by a page load is the browser's to restore.
    let this = window.clone();
    EventListener::new(window, "pagehide", move |_| {
        if let Ok(history) = this.history() {
            let _ = history.set_scroll_restoration(ScrollRestoration::Auto);
        }
    })
    .forget();

    let app = app.clone();
    EventListener::new(window, "online", move |_| app.online()).forget();
}

/// Takes over a click on a link, if it is a plain one to a page of this app.
fn click(window: &Window, app: &Rc<App>, event: &Event) {
    let Some(click) = event.dyn_ref::<MouseEvent>() else { return };
    let modified = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if event.default_prevented() || click.button() != 0 || modified {
        return;
    }
    let Some(link) = link_of(event) else { return };
    let target = link.target();
    let elsewhere = !target.is_empty() && target != "_self";
    if elsewhere
        || link.has_attribute("download")
        || link.rel().split(' ').any(|rel| rel == "external")
    {
        return;
    }
    let Some(url) = local_url(window, &link.href()) else { return };
    // A fragment of this very page is the browser's to scroll to.
    if !app.has_page(&url) || (app.is_current(&url) && !url.fragment.is_empty()) {
        return;
    }
    event.prevent_default();
    let history = if app.is_current(&url) { History::Replace } else { History::Push };
    app.navigate(url, crate::app::Cause::Visit(history));
}

/// The link that was clicked, or one around it.
fn link_of(event: &Event) -> Option<HtmlAnchorElement> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest("a[href]").ok()??.dyn_into().ok()
}
