//! The history: URLs, clicks on links, scroll positions and focus.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use rally_core::effect::History;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent, ScrollRestoration, Url, Window};

use crate::app::App;
use crate::platform::{Arrival, LocalUrl};

/// Where each history entry was scrolled to. An entry's `state` is its number.
pub(super) struct Positions {
    /// The entry of the URL in the address bar.
    current: Cell<u32>,
    /// The entry of the page on the screen: another one while the page that
    /// the back button leads to is being loaded.
    shown: Cell<u32>,
    positions: RefCell<BTreeMap<u32, Position>>,
}

impl Positions {
    pub(super) fn new(window: &Window) -> Self {
        let positions = kept(window);
        let state = window.history().ok().and_then(|history| history.state().ok());
        // An entry of a document before may be returned to: its number is taken.
        let next = || positions.keys().last().map_or(0, |last| last + 1);
        let current = number(state).unwrap_or_else(next);
        if let Ok(history) = window.history() {
            let _ = history.replace_state(&JsValue::from_f64(current.into()), "");
        }
        restore(window, ScrollRestoration::Manual);
        Self {
            current: Cell::new(current),
            shown: Cell::new(current),
            positions: RefCell::new(positions),
        }
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
    fn popped(&self, window: &Window, state: JsValue) -> Entry {
        self.save(window);
        if let Some(number) = number(Some(state)) {
            self.current.set(number);
            return Entry::Known;
        }
        let number = self.current.get() + 1;
        self.current.set(number);
        self.shown.set(number);
        self.positions.borrow_mut().remove(&number);
        if let Ok(history) = window.history() {
            let _ = history.replace_state(&JsValue::from_f64(number.into()), "");
        }
        Entry::New
    }

    fn save(&self, window: &Window) {
        let (x, y) = (window.scroll_x().unwrap_or(0.0), window.scroll_y().unwrap_or(0.0));
        let position = (x as i32, y as i32);
        self.positions.borrow_mut().insert(self.shown.get(), position);
    }

    /// Keeps the positions for the next document of this tab.
    fn keep(&self, window: &Window) {
        let positions = self.positions.borrow();
        let lines = positions.iter().map(|(number, (x, y))| format!("{number} {x} {y}\n"));
        let lines: String = lines.collect();
        if let Ok(Some(storage)) = window.session_storage() {
            // Without room or permission for it, they are lost.
            let _ = storage.set_item(KEPT, &lines);
        }
    }

    /// Scrolls, and moves the focus, as a page load would.
    pub(super) fn arrive(&self, window: &Window, url: &LocalUrl, arrival: Arrival) {
        self.shown.set(self.current.get());
        let saved = self.positions.borrow().get(&self.current.get()).copied();
        let target = target(window, &url.fragment);
        match (arrival, saved, &target) {
            (Arrival::Returned, Some((x, y)), _) => {
                window.scroll_to_with_x_and_y(x.into(), y.into());
            }
            (_, _, Some(target)) => target.scroll_into_view(),
            _ => window.scroll_to_with_x_and_y(0.0, 0.0),
        }
        super::document::focus(window, target);
    }
}

/// In whole pixels: reading and writing fractions would weigh 15 KB.
type Position = (i32, i32);

/// A history entry that was gone to.
#[derive(PartialEq)]
enum Entry {
    /// One that has a number.
    Known,
    /// One that the browser has made itself, for a link to a fragment. It has
    /// scrolled there already.
    New,
}

/// Says who scrolls after the back button. The runtime does, once the page is
/// there; but what is left by a page load is the browser's to restore.
fn restore(window: &Window, by: ScrollRestoration) {
    if let Ok(history) = window.history() {
        let _ = history.set_scroll_restoration(by);
    }
}

/// Where positions are kept while another document is loaded.
const KEPT: &str = "rally-scroll";

fn kept(window: &Window) -> BTreeMap<u32, Position> {
    let storage = window.session_storage().ok().flatten();
    let lines = storage.and_then(|storage| storage.get_item(KEPT).ok()?).unwrap_or_default();
    let position = |line: &str| {
        let mut words = line.split(' ');
        let number = words.next()?.parse().ok()?;
        Some((number, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
    };
    lines.lines().filter_map(position).collect()
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
    // Not `hash`, which does not tell an empty fragment from none.
    let href = url.href();
    let fragment = href.find('#').map_or("", |start| &href[start..]);
    Some(LocalUrl { path: url.pathname() + &url.search(), fragment: fragment.to_owned() })
}

pub(super) fn load_document(window: &Window, url: &str, how: History) {
    let location = window.location();
    let base = location.href().unwrap_or_default();
    let Ok(target) = Url::new_with_base(url, &base) else { return };
    // `javascript:` would run in this very page, and the URL may be a visitor's.
    if !matches!(&*target.protocol(), "http:" | "https:" | "mailto:" | "tel:") {
        return;
    }
    let _ = match how {
        History::Push => location.assign(url),
        History::Replace => location.replace(url),
    };
}

/// As the browser's own button does, so that the scroll position is kept.
pub(super) fn reload(window: &Window) {
    let _ = window.location().reload();
}

/// Listens to clicks on links, to what is typed, and to the back and forward buttons, for as long
/// as the page lives.
pub(super) fn listen(window: &Window, app: &Rc<App>, browser: &Rc<super::Browser>) {
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
        this.history.keep(&this.window);
        restore(&this.window, ScrollRestoration::Auto);
    })
    .forget();

    // A document that comes back from the browser's cache runs on.
    let (kept, this) = (app.clone(), window.clone());
    EventListener::new(window, "pageshow", move |_| {
        restore(&this, ScrollRestoration::Manual);
        kept.kept();
    })
    .forget();

    // Seen on its way down: a handler of the page may stop it. What a script
    // changes is the page's own affair.
    let edited = app.clone();
    let options = EventListenerOptions::run_in_capture_phase();
    EventListener::new_with_options(window, "input", options, move |event| {
        if event.is_trusted() {
            edited.edited();
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
