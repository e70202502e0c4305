//! The browser's events, passed to the app.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use rally_core::effect::History;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent, ScrollRestoration, Window};

use super::history::{Entry, local_url, set_restoration};
use super::{Browser, document};
use crate::app::{App, NavigationCause};

/// Adds the listeners for the events of the window and the document. They are never removed.
pub(super) fn listen(window: &Window, app: &Rc<App>, browser: &Rc<Browser>) {
    let Some(document) = window.document() else { return };
    let (clicked, this) = (app.clone(), window.clone());
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&document, "click", options, move |event| {
        click(&this, &clicked, event);
    })
    .forget();

    let (popped, this) = (app.clone(), browser.clone());
    EventListener::new(window, "popstate", move |event| {
        let state = event.dyn_ref::<web_sys::PopStateEvent>().map(web_sys::PopStateEvent::state);
        let entry = this.history.popped(&this.window, state.unwrap_or(JsValue::NULL));
        let url = this.window.location().href().ok();
        if let Some(url) = url.and_then(|url| local_url(&this.window, &url))
            && (entry == Entry::Known || !popped.is_current(&url))
        {
            popped.popped(url);
        }
    })
    .forget();

    let this = browser.clone();
    EventListener::new(window, "pagehide", move |_| {
        this.history.store(&this.window);
        set_restoration(&this.window, ScrollRestoration::Auto);
    })
    .forget();

    // The browser may show this document again from the back/forward cache, in its old state.
    let (kept, this) = (app.clone(), window.clone());
    EventListener::new(window, "pageshow", move |_| {
        set_restoration(&this, ScrollRestoration::Manual);
        kept.document_kept();
    })
    .forget();

    // Listen in the capture phase, because a handler of the page may stop the event. Events from
    // scripts are ignored, because they are no input of the visitor.
    let edited = app.clone();
    let options = EventListenerOptions::run_in_capture_phase();
    EventListener::new_with_options(window, "input", options, move |event| {
        if event.is_trusted() {
            edited.edited();
        }
    })
    .forget();

    let online = app.clone();
    EventListener::new(window, "online", move |_| online.online()).forget();

    if let Some(query) = document::dark_query(window) {
        let changed = app.clone();
        EventListener::new(&query, "change", move |_| changed.system_changed()).forget();
        // The query must not be dropped, because the listener is called only while the query
        // exists.
        std::mem::forget(query);
    }
}

/// Handles a plain click on a link to a page. The browser handles all other clicks, such as those
/// with a modifier key, and those on links to another window, a download or an external document.
fn click(window: &Window, app: &Rc<App>, event: &Event) {
    let Some(click) = event.dyn_ref::<MouseEvent>() else { return };
    let modified = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if event.default_prevented() || click.button() != 0 || modified {
        return;
    }
    let Some(link) = link_of(event) else { return };
    let target = link.target();
    let other_window = !target.is_empty() && target != "_self";
    if other_window
        || link.has_attribute("download")
        || link.rel().split(' ').any(|rel| rel == "external")
    {
        return;
    }
    let Some(url) = local_url(window, &link.href()) else { return };
    // The browser loads other documents, and scrolls to fragments of the shown page.
    if !app.has_page(&url) || (app.is_current(&url) && !url.fragment.is_empty()) {
        return;
    }
    event.prevent_default();
    let history = if app.is_current(&url) { History::Replace } else { History::Push };
    app.navigate(url, NavigationCause::Visit(history));
}

fn link_of(event: &Event) -> Option<HtmlAnchorElement> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest("a[href]").ok()??.dyn_into().ok()
}
