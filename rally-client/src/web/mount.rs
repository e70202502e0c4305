//! Start of the app in the document that the server has sent.

use std::rc::Rc;

use rally_core::effect::History;
use rally_core::flags::{ELEMENT_ID, Flags};
use rally_core::registry::{PageEntry, Pages};
use web_sys::{Document, Window, console};

use super::{Browser, events, forms, history, view};
use crate::app::{App, NavigationCause};

/// Starts the app in the browser. Errors are written to the console.
pub fn mount(pages: &'static [PageEntry]) {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    let Some(window) = web_sys::window() else { return };
    if let Err(message) = start(&window, pages) {
        error(&message);
    }
}

fn start(window: &Window, pages: &[PageEntry]) -> Result<(), String> {
    let pages = Pages::new(pages).map_err(|error| error.to_string())?;
    let document = window.document().ok_or("cannot start the app: there is no document")?;
    let root = document.get_element_by_id("app").ok_or(
        "cannot find an element with id=\"app\": write <div id=\"app\"></div> in index.html",
    )?;
    let url = window.location().href().ok().and_then(|url| history::local_url(window, &url));
    let url = url.ok_or("cannot read the URL of the document")?;
    let url = forms::without_form(window, url);
    let flags = take_flags(&document);
    let flags = flags.as_deref().and_then(Flags::read);
    // The document has no page that the client could start, for example because it is an error
    // page.
    if flags == Some(Flags::Static) {
        return Ok(());
    }

    let browser = Browser::new(window.clone());
    let app = App::new(browser.clone(), pages);
    browser.app.replace(Rc::downgrade(&app));
    if flags.is_some_and(|flags| app.hydrate(&url, &flags)) {
        view::start(&root, &app);
    } else {
        if !app.has_page(&url) {
            return Err(format!("cannot start the app: it has no page at {}", url.path));
        }
        // The server's HTML stays until the first page is shown.
        let started = app.clone();
        app.screen().before_first(move || {
            root.set_text_content(None);
            view::start(&root, &started);
        });
        app.navigate(url, NavigationCause::Visit(History::Replace));
    }
    browser.notices.prepare(window);
    events::listen(window, &app, &browser);
    app.connect();
    Ok(())
}

/// Removes the flags from the document, because they describe the first page only, and returns
/// their bytes.
fn take_flags(document: &Document) -> Option<Vec<u8>> {
    let block = document.get_element_by_id(ELEMENT_ID)?;
    block.remove();
    let text = block.text_content()?;
    // Each character of the string that `atob` returns is one byte.
    let bytes = web_sys::window()?.atob(text.trim()).ok()?;
    Some(bytes.chars().map(|byte| byte as u8).collect())
}

fn error(text: &str) {
    console::error_1(&text.into());
}
