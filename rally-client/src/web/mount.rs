//! Start of the app in the document that the server has sent.

use std::rc::Rc;

use rally_core::effect::History;
use rally_core::flags::{ELEMENT_ID, Flags, text};
use rally_core::registry::{PageEntry, Pages};
use web_sys::Document;

use super::{Browser, ended, events, history, notices, signals, view};
use crate::app::{App, NavigationCause};

/// Starts the app in the browser. An error ends the runtime.
pub fn mount(pages: &'static [PageEntry]) {
    ended::begin();
    if let Err(message) = start(pages) {
        ended::end(&message);
    }
}

fn start(pages: &[PageEntry]) -> Result<(), String> {
    let pages = Pages::new(pages).map_err(|error| error.to_string())?;
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or("cannot start the app: there is no document")?;
    let root = document.get_element_by_id("app").ok_or(
        "cannot find an element with id=\"app\": write <div id=\"app\"></div> in index.html",
    )?;
    let url = history::here().ok_or("cannot read the URL of the document")?;
    ended::page_shown();
    let flags = take_flags(&document);
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
        view::start(&root, &app);
    } else {
        // The error page of another build. It stays as the server sent it.
        if flags.is_some() && !app.has_page(&url) {
            return Ok(());
        }
        if !app.has_page(&url) {
            return Err(format!("cannot start the app: it has no page at {}", url.path));
        }
        // The server's HTML stays until the first page is shown.
        let started = app.clone();
        app.screen().before_first(move || {
            ended::empty(&root);
            view::start(&root, &started);
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
fn take_flags(document: &Document) -> Option<Vec<u8>> {
    let block = document.get_element_by_id(ELEMENT_ID)?;
    block.remove();
    Some(text::read(&block.text_content()?))
}
