//! Mounting: the browser takes over the server's document.

use std::rc::Rc;

use rally_core::effect::History;
use rally_core::flags::{ELEMENT_ID, Flags};
use rally_core::registry::{PageEntry, Pages};
use wasm_bindgen::JsValue;
use web_sys::{Document, Window, console};

use super::{Browser, events, forms, history};
use crate::app::{App, Cause};
use crate::platform::Clock;

/// Dioxus asks the server for what its components suspended on. Rally's pages
/// have their data before they render, so there is nothing: an empty CBOR map
/// in base64.
const NO_HYDRATION_DATA: &str = "gA==";

/// What Dioxus hydrates as a screen without a page.
const EMPTY_SCREEN: &str = "<!--placeholder0-->";

/// Starts the app in the browser. What is wrong is said in the console.
pub fn mount(pages: &'static [PageEntry]) {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    let Some(window) = web_sys::window() else { return };
    if let Err(mistake) = start(&window, pages) {
        error(&mistake);
    }
}

fn start(window: &Window, pages: &[PageEntry]) -> Result<(), String> {
    let pages = Pages::new(pages).map_err(|error| error.to_string())?;
    let document = window.document().ok_or("Rally needs a document")?;
    let root = document.get_element_by_id("app").ok_or(
        "Rally found no element with id=\"app\": write <div id=\"app\"></div> in index.html",
    )?;
    let url = window.location().href().ok().and_then(|url| history::local_url(window, &url));
    let url = url.ok_or("the document has no URL")?;
    let url = forms::without_form(window, url);
    forms::prepare();
    let flags = take_flags(&document);
    let flags = flags.as_deref().and_then(Flags::read);
    // The server said that this is no page, an error's document for one.
    if flags == Some(Flags::Static) {
        return Ok(());
    }

    let browser = Browser::new(window.clone());
    let app = App::new(browser.clone(), pages);
    browser.app.replace(Rc::downgrade(&app));
    if flags.is_some_and(|flags| app.take_over(&url, &flags)) {
        render(window, &browser, &app);
    } else {
        if !app.has_page(&url) {
            return Err(format!("this app has no page at {}", url.path));
        }
        // What the server sent is shown until there is something to put there.
        let (window, browser, rendered) = (window.clone(), browser.clone(), app.clone());
        app.screen().before_first(move || {
            root.set_inner_html(EMPTY_SCREEN);
            render(&window, &browser, &rendered);
        });
        app.navigate(url, Cause::Visit(History::Replace));
    }
    browser.notices.prepare(window);
    events::listen(window, &app, &browser);
    app.connect();
    Ok(())
}

/// The flags' bytes. They are removed: what was true of the first page must
/// not be taken for a later one.
fn take_flags(document: &Document) -> Option<Vec<u8>> {
    let block = document.get_element_by_id(ELEMENT_ID)?;
    block.remove();
    let text = block.text_content()?;
    // `atob` gives a string whose every character is one byte.
    let bytes = web_sys::window()?.atob(text.trim()).ok()?;
    Some(bytes.chars().map(|byte| byte as u8).collect())
}

/// Runs Dioxus for the rest of the document's life.
fn render(window: &Window, browser: &Rc<Browser>, app: &Rc<App>) {
    let set = |name: &str, value: JsValue| {
        let _ = js_sys::Reflect::set(window, &name.into(), &value);
    };
    set("hydrate_queue", js_sys::Array::new().into());
    set("initial_dioxus_hydration_data", NO_HYDRATION_DATA.into());
    let dom = app.screen().dom();
    browser.spawn(Box::pin(async move {
        dioxus_web::run(dom, dioxus_web::Config::new().rootname("app")).await;
    }));
}

fn error(text: &str) {
    console::error_1(&text.into());
}
