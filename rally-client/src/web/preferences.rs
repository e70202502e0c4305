//! What the browser says of its visitor, and the cookies that keep what was chosen.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, MediaQueryList, Window};

use crate::app::App;

const A_YEAR: &str = "31536000";

pub(super) fn cookie(window: &Window, name: &str) -> Option<String> {
    let cookies = document(window)?.cookie().ok()?;
    let mut pairs = cookies.split(';').map(str::trim);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The value is a word: nothing in it has a meaning in a cookie.
pub(super) fn set_cookie(window: &Window, name: &str, value: Option<&str>) {
    let Some(document) = document(window) else { return };
    let age = if value.is_some() { A_YEAR } else { "0" };
    let value = value.unwrap_or_default();
    // Where cookies are forbidden it is not kept.
    let _ = document.set_cookie(&format!("{name}={value}; path=/; max-age={age}; SameSite=Lax"));
}

pub(super) fn language(window: &Window) -> Option<String> {
    window.navigator().language()
}

pub(super) fn prefers_dark(window: &Window) -> bool {
    dark(window).is_some_and(|query| query.matches())
}

/// Tells the app whenever the system becomes dark, or light.
pub(super) fn listen(window: &Window, app: &Rc<App>) {
    let Some(query) = dark(window) else { return };
    let app = app.clone();
    EventListener::new(&query, "change", move |_| app.system_changed()).forget();
    // The listener is heard for as long as somebody has the query.
    std::mem::forget(query);
}

fn dark(window: &Window) -> Option<MediaQueryList> {
    window.match_media("(prefers-color-scheme: dark)").ok().flatten()
}

fn document(window: &Window) -> Option<HtmlDocument> {
    window.document()?.dyn_into().ok()
}
