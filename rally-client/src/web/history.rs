//! The history: URLs, page loads and scroll positions.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rally_core::effect::History;
use wasm_bindgen::JsValue;
use web_sys::{Element, ScrollRestoration, Url, Window};

use super::Browser;
use crate::platform::{Arrival, LocalUrl, Location};

impl Location for Browser {
    fn local_url(&self, url: &str) -> Option<LocalUrl> {
        local_url(&self.window, url)
    }

    fn write_history(&self, url: &LocalUrl, history: History) {
        self.history.write(&self.window, url, history);
    }

    fn arrived(&self, url: &LocalUrl, arrival: Arrival) {
        self.history.arrive(&self.window, url, arrival);
        self.notices.announce(&self.window);
    }

    fn load_document(&self, url: &str, history: History) {
        load_document(&self.window, url, history);
    }

    fn reload(&self) {
        reload(&self.window);
    }
}

/// The scroll positions of the history entries. The `state` of an entry is its number.
pub(super) struct Positions {
    /// Number of the entry whose URL is in the address bar.
    current: Cell<u32>,
    /// Number of the entry whose page is shown. May differ from `current` during a back or forward
    /// navigation.
    shown: Cell<u32>,
    positions: RefCell<BTreeMap<u32, Position>>,
}

impl Positions {
    pub(super) fn new(window: &Window) -> Self {
        let positions = load(window);
        let state = window.history().ok().and_then(|history| history.state().ok());
        // The number follows those that earlier documents of this tab have stored.
        let next = || positions.keys().last().map_or(0, |last| last + 1);
        let current = number(state).unwrap_or_else(next);
        if let Ok(history) = window.history() {
            let _ = history.replace_state(&JsValue::from_f64(current.into()), "");
        }
        set_restoration(window, ScrollRestoration::Manual);
        Self {
            current: Cell::new(current),
            shown: Cell::new(current),
            positions: RefCell::new(positions),
        }
    }

    fn write(&self, window: &Window, url: &LocalUrl, mode: History) {
        let Ok(history) = window.history() else { return };
        let url = format!("{}{}", url.path, url.fragment);
        let _ = match mode {
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

    /// Handles the `popstate` event. The page of the previous entry is still shown, so its scroll
    /// position is saved now. `state` is the state of the new entry.
    pub(super) fn popped(&self, window: &Window, state: JsValue) -> Entry {
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

    /// Stores the positions for the next document of this tab.
    pub(super) fn store(&self, window: &Window) {
        let positions = self.positions.borrow();
        let lines = positions.iter().map(|(number, (x, y))| format!("{number} {x} {y}\n"));
        let lines: String = lines.collect();
        if let Ok(Some(storage)) = window.session_storage() {
            // If the storage is full or forbidden, the positions are lost.
            let _ = storage.set_item(STORAGE_KEY, &lines);
        }
    }

    /// Scrolls and moves the focus, as a page load would.
    fn arrive(&self, window: &Window, url: &LocalUrl, arrival: Arrival) {
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

/// A scroll position (x, y), in whole pixels. Parsing and printing floats would add 15 KB of code.
type Position = (i32, i32);

/// The history entry to which the visitor moved.
#[derive(PartialEq)]
pub(super) enum Entry {
    Known,
    /// An entry that the browser has added for a link to a fragment. The browser has scrolled
    /// already.
    New,
}

/// Sets the browser's scroll restoration for back and forward navigations. While the document is
/// shown, the mode is `Manual`: the runtime scrolls once the page is shown. When the document is
/// left, the mode is `Auto`: the browser scrolls.
pub(super) fn set_restoration(window: &Window, mode: ScrollRestoration) {
    if let Ok(history) = window.history() {
        let _ = history.set_scroll_restoration(mode);
    }
}

const STORAGE_KEY: &str = "rally-scroll";

fn load(window: &Window) -> BTreeMap<u32, Position> {
    let storage = window.session_storage().ok().flatten();
    let lines = storage.and_then(|storage| storage.get_item(STORAGE_KEY).ok()?).unwrap_or_default();
    let position = |line: &str| {
        let mut words = line.split(' ');
        let number = words.next()?.parse().ok()?;
        Some((number, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
    };
    lines.lines().filter_map(position).collect()
}

fn number(state: Option<JsValue>) -> Option<u32> {
    state?.as_f64().map(|number| number as u32)
}

fn target(window: &Window, fragment: &str) -> Option<Element> {
    let id = fragment.strip_prefix('#').filter(|id| !id.is_empty())?;
    let id = js_sys::decode_uri_component(id).ok()?;
    window.document()?.get_element_by_id(&String::from(id))
}

pub(super) fn local_url(window: &Window, url: &str) -> Option<LocalUrl> {
    let location = window.location();
    let url = Url::new_with_base(url, &location.href().ok()?).ok()?;
    if url.origin() != location.origin().ok()? {
        return None;
    }
    // `Url::hash` is not used: it is empty for an empty fragment (`#`), and also without a
    // fragment.
    let href = url.href();
    let fragment = href.find('#').map_or("", |start| &href[start..]);
    Some(LocalUrl { path: url.pathname() + &url.search(), fragment: fragment.to_owned() })
}

fn load_document(window: &Window, url: &str, mode: History) {
    let location = window.location();
    let base = location.href().unwrap_or_default();
    let Ok(target) = Url::new_with_base(url, &base) else { return };
    // A `javascript:` URL would run in this page, and the URL may be a visitor's input.
    if !matches!(&*target.protocol(), "http:" | "https:" | "mailto:" | "tel:") {
        return;
    }
    let _ = match mode {
        History::Push => location.assign(url),
        History::Replace => location.replace(url),
    };
}

/// Reloads the document. The scroll position is kept, as with the browser's reload button.
pub(super) fn reload(window: &Window) {
    let _ = window.location().reload();
}
