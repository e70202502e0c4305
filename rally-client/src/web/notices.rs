//! The elements that the runtime adds to the document: banners, progress bar, and the announcer for
//! screen readers.
//!
//! The styles are set by script, which a strict content security policy allows. An app can override
//! the styles of a class with `!important`.

use std::cell::RefCell;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Window};

use crate::platform::{ConnectionStatus, Progress, Version};

#[derive(Default)]
pub(super) struct Notices {
    /// The banner that says that the connection is lost.
    banner: RefCell<Option<Element>>,
    outdated: RefCell<Option<Element>>,
    bar: RefCell<Option<Element>>,
    /// An invisible element whose text screen readers read aloud.
    announcer: RefCell<Option<Element>>,
}

type Styles = &'static [(&'static str, &'static str)];

const BANNER: Styles = &[
    ("position", "fixed"),
    ("inset", "auto 0 0 0"),
    ("z-index", "2147483647"),
    ("padding", "0.5rem 1rem"),
    ("background", "#8a1c1c"),
    ("color", "#fff"),
    ("text-align", "center"),
    ("font", "1rem system-ui, sans-serif"),
];

const BUTTON: Styles = &[
    ("margin-left", "1rem"),
    ("padding", "0.25rem 0.75rem"),
    ("border", "1px solid"),
    ("border-radius", "0.25rem"),
    ("background", "none"),
    ("color", "inherit"),
    ("font", "inherit"),
    ("cursor", "pointer"),
];

const BAR: Styles = &[
    ("position", "fixed"),
    ("inset", "0 0 auto 0"),
    ("z-index", "2147483647"),
    ("height", "3px"),
    ("background", "currentColor"),
    ("transform-origin", "0 0"),
];

const VISUALLY_HIDDEN: Styles = &[
    ("position", "absolute"),
    ("width", "1px"),
    ("height", "1px"),
    ("overflow", "hidden"),
    ("clip-path", "inset(50%)"),
    ("white-space", "nowrap"),
];

impl Notices {
    pub(super) fn connection(&self, window: &Window, connection: ConnectionStatus) {
        if connection == ConnectionStatus::Connected {
            if let Some(banner) = self.banner.take() {
                banner.remove();
            }
        } else if self.banner.borrow().is_none() {
            let class = "rally-banner rally-banner--disconnected";
            let banner = add(window, class, &[("role", "status")], BANNER);
            if let Some(banner) = &banner {
                banner.set_text_content(Some("Disconnected from server. Reconnecting..."));
            }
            self.banner.replace(banner);
        }
    }

    pub(super) fn version(&self, window: &Window, version: Version) {
        if version == Version::Current {
            if let Some(banner) = self.outdated.take() {
                banner.remove();
            }
        } else if self.outdated.borrow().is_none() {
            let class = "rally-banner rally-banner--outdated";
            let banner = add(window, class, &[("role", "status")], BANNER);
            if let Some(banner) = &banner {
                banner.set_text_content(Some("This page is out of date."));
                let _ = add_reload(window, banner);
            }
            self.outdated.replace(banner);
        }
    }

    pub(super) fn progress(&self, window: &Window, progress: Progress) {
        if let Some(bar) = self.bar.take() {
            bar.remove();
        }
        if progress == Progress::Waiting {
            let attributes = [("role", "progressbar"), ("aria-label", "Loading")];
            let bar = add(window, "rally-progress", &attributes, BAR);
            if let Some(bar) = &bar {
                animate(bar);
            }
            self.bar.replace(bar);
        }
    }

    /// Adds the announcer without a text. The text follows later, because some screen readers do
    /// not read an element that is added together with its text.
    pub(super) fn prepare(&self, window: &Window) {
        let attributes = [("aria-live", "assertive"), ("aria-atomic", "true")];
        self.announcer.replace(add(window, "rally-announcer", &attributes, VISUALLY_HIDDEN));
    }

    /// Announces the page that was just shown. Without a page load, screen readers would not notice
    /// the new page.
    pub(super) fn announce(&self, window: &Window) {
        if let (Some(announcer), Some(document)) = (&*self.announcer.borrow(), window.document()) {
            // The heading within `main` is preferred, because the layout may have its own heading.
            let find = |selector| document.query_selector(selector).ok().flatten();
            let heading = find("#app main h1").or_else(|| find("#app h1"));
            let name = heading.and_then(|heading| heading.text_content());
            let name = name.unwrap_or_else(|| document.title());
            // The text is emptied now and set after 50 ms, because screen readers do not read an
            // unchanged text.
            announcer.set_text_content(None);
            let announcer = announcer.clone();
            Timeout::new(50, move || announcer.set_text_content(Some(&name))).forget();
        }
    }
}

fn add(
    window: &Window,
    class: &str,
    attributes: &[(&str, &str)],
    styles: Styles,
) -> Option<Element> {
    let body = window.document()?.body()?;
    add_to(&body, "div", class, attributes, styles)
}

fn add_reload(window: &Window, banner: &Element) -> Option<()> {
    let button = add_to(banner, "button", "rally-reload", &[("type", "button")], BUTTON)?;
    button.set_text_content(Some("Reload"));
    let window = window.clone();
    EventListener::new(&button, "click", move |_| super::history::reload(&window)).forget();
    Some(())
}

fn add_to(
    parent: &Element,
    tag: &str,
    class: &str,
    attributes: &[(&str, &str)],
    styles: Styles,
) -> Option<Element> {
    let element = parent.owner_document()?.create_element(tag).ok()?;
    element.set_class_name(class);
    for (name, value) in attributes {
        element.set_attribute(name, value).ok()?;
    }
    let style = element.dyn_ref::<HtmlElement>()?.style();
    for (name, value) in styles {
        style.set_property(name, value).ok()?;
    }
    parent.append_child(&element).ok()?;
    Some(element)
}

/// Lets the bar grow to only 95 %, because the end of the navigation is not known.
fn animate(bar: &Element) {
    let Some(bar) = bar.dyn_ref::<HtmlElement>() else { return };
    let style = bar.style();
    let _ = style.set_property("transform", "scaleX(0.1)");
    // Reading the width makes the browser apply the first style, so that the transition starts
    // there.
    let _ = bar.offset_width();
    let _ = style.set_property("transition", "transform 10s cubic-bezier(0, 0.7, 0.3, 1)");
    let _ = style.set_property("transform", "scaleX(0.95)");
}
