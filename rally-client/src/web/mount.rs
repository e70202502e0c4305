//! Start of the app in the document that the server has sent.

use std::rc::Rc;

use rally_core::effect::History;
use rally_core::flags::{ELEMENT_ID, Flags, text};
use rally_core::registry::{PageEntry, Pages};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, ended, events, history, notices, signals, view};
use crate::app::{App, NavigationCause};

#[wasm_bindgen(module = "/src/web/mount.js")]
extern "C" {
    /// Finds the element of the app. Returns `false` if the document has none.
    #[wasm_bindgen(js_name = findRoot)]
    fn find_root() -> bool;
    /// Removes an element, and returns its text.
    #[wasm_bindgen(js_name = takeText)]
    fn take_text(id: &str) -> Option<String>;
    /// Empties the element of the app for its first page. If the runtime ends before this page is in
    /// the document, the server's nodes come back.
    #[wasm_bindgen(js_name = emptyRoot)]
    fn empty_root();
}

/// Starts the app in the browser. An error ends the runtime.
pub fn mount(pages: &'static [PageEntry]) {
    ended::begin();
    if let Err(message) = start(pages) {
        ended::end(message);
    }
}

fn start(pages: &[PageEntry]) -> Result<(), &'static str> {
    // The server has checked the pages, and has described the error.
    let pages = Pages::new(pages).map_err(|_| "cannot start the app: its pages conflict")?;
    if !find_root() {
        return Err(
            "cannot find an element with id=\"app\": write <div id=\"app\"></div> in index.html",
        );
    }
    let url = history::here().ok_or("cannot read the URL of the document")?;
    ended::page_shown();
    let flags = take_flags();
    let flags = flags.as_deref().and_then(Flags::read);
    // The document has no page that the client could start, for example because it is an error
    // page.
    if flags == Some(Flags::Static) {
        return Ok(());
    }

    history::start();
    let app = App::new(Rc::new(Browser), pages);
    signals::listen(&app);
    if flags.as_ref().is_some_and(|flags| app.hydrate(&url, flags)) {
        view::start(&app);
    } else {
        // The error page of another build. It stays as the server sent it.
        if flags.is_some() && !app.has_page(&url) {
            return Ok(());
        }
        if !app.has_page(&url) {
            return Err("cannot start the app: it has no page at this URL");
        }
        // The server's HTML stays until the first page is shown.
        let started = app.clone();
        app.screen().before_first(move || {
            empty_root();
            view::start(&started);
        });
        app.navigate(url, NavigationCause::Visit(History::Replace));
    }
    notices::prepare();
    events::listen();
    app.connect();
    Ok(())
}

/// Removes the flags from the document, because they describe the first page only, and returns
/// their bytes.
fn take_flags() -> Option<Vec<u8>> {
    Some(text::read(&take_text(ELEMENT_ID)?))
}
