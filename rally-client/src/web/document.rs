//! The document: its head, notices and focus, and the browser's language and theme.

use rally_core::head::Head;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MediaQueryList, Window, console};

use super::{Browser, head};
use crate::platform::{ConnectionStatus, Document, Progress, Version};

impl Document for Browser {
    fn language(&self) -> Option<String> {
        self.window.navigator().language()
    }

    fn prefers_dark(&self) -> bool {
        dark_query(&self.window).is_some_and(|query| query.matches())
    }

    fn show_head(&self, head: &Head) {
        let _ = head::show(&self.window, head);
    }

    fn show_lang(&self, lang: &str, chosen: bool) {
        head::show_lang(&self.window, lang, chosen);
    }

    fn show_theme(&self, dark: bool) {
        head::show_theme(&self.window, dark);
    }

    fn show_connection(&self, connection: ConnectionStatus) {
        self.notices.connection(&self.window, connection);
    }

    fn show_version(&self, version: Version) {
        self.notices.version(&self.window, version);
    }

    fn show_progress(&self, progress: Progress) {
        self.notices.progress(&self.window, progress);
    }

    fn report(&self, text: &str) {
        console::error_1(&text.into());
    }
}

pub(super) fn dark_query(window: &Window) -> Option<MediaQueryList> {
    window.match_media("(prefers-color-scheme: dark)").ok().flatten()
}

/// Moves the focus as a page load would: to the target of the fragment, or else to an element with
/// `autofocus`, or else to the page's element `#app`.
pub(super) fn focus(window: &Window, target: Option<Element>) {
    let Some(document) = window.document() else { return };
    let autofocus = || document.query_selector("#app [autofocus]").ok().flatten();
    let page = || document.get_element_by_id("app");
    let Some(element) = target.or_else(autofocus).or_else(page) else { return };
    let Some(element) = element.dyn_ref::<HtmlElement>() else { return };
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        // Makes the element focusable by script but not by the tab key, and removes its outline.
        element.set_tab_index(-1);
        let _ = element.style().set_property("outline", "none");
    }
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}
