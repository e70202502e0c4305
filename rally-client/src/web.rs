//! The browser: the only part that names `web_sys`.

mod connection;
mod document;
mod fetch;
mod forms;
mod head;
mod history;
mod mount;
mod preferences;
mod storage;
mod timer;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use futures_util::Stream;
use rally_core::effect::History;
use rally_core::head::Head;
use rally_core::http::{HttpRequest, HttpResult};
use web_sys::Window;

use crate::app::App;
use crate::platform::{Arrival, Connection, Local, LocalUrl, Platform, Progress, Version};

pub use mount::mount;

/// The browser's window, as the runtime's platform.
struct Browser {
    window: Window,
    socket: RefCell<Option<connection::Connection>>,
    history: history::Positions,
    notices: document::Notices,
    /// Set once the app is made, which needs this first.
    app: RefCell<Weak<App>>,
}

impl Browser {
    fn new(window: Window) -> Rc<Self> {
        Rc::new(Self {
            history: history::Positions::new(&window),
            notices: document::Notices::default(),
            socket: RefCell::default(),
            app: RefCell::default(),
            window,
        })
    }
}

impl Platform for Browser {
    fn now(&self) -> Duration {
        let performance = self.window.performance();
        let now = performance.map_or(0.0, |clock| clock.time_origin() + clock.now());
        Duration::from_secs_f64(now.max(0.0) / 1000.0)
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn spawn(&self, future: Local<()>) {
        wasm_bindgen_futures::spawn_local(future);
    }

    fn sleep(&self, time: Duration) -> Local<()> {
        Box::pin(timer::Sleep::new(time))
    }

    fn connect(&self) {
        // The old one goes first: its handlers must not be called any more.
        self.socket.replace(None);
        let app = self.app.borrow().clone();
        self.socket.replace(connection::Connection::open(&self.window, app));
    }

    fn send(&self, frame: &[u8]) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(frame);
        }
    }

    fn disconnect(&self) {
        self.socket.replace(None);
    }

    fn fetch(&self, request: HttpRequest) -> Local<HttpResult> {
        Box::pin(fetch::send(self.window.clone(), request))
    }

    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>> {
        Box::pin(storage::Changes::new(&self.window, key))
    }

    fn store(&self, key: &str, value: Option<&str>) {
        storage::write(&self.window, key, value);
    }

    fn remembered(&self, key: &str) -> Option<String> {
        storage::remembered(&self.window, key)
    }

    fn remember(&self, key: &str, value: &str) -> bool {
        storage::remember(&self.window, key, value)
    }

    fn cookie(&self, name: &str) -> Option<String> {
        preferences::cookie(&self.window, name)
    }

    fn set_cookie(&self, name: &str, value: Option<&str>) {
        preferences::set_cookie(&self.window, name, value);
    }

    fn language(&self) -> Option<String> {
        preferences::language(&self.window)
    }

    fn prefers_dark(&self) -> bool {
        preferences::prefers_dark(&self.window)
    }

    fn local_url(&self, url: &str) -> Option<LocalUrl> {
        history::local_url(&self.window, url)
    }

    fn load_document(&self, url: &str, history: History) {
        history::load_document(&self.window, url, history);
    }

    fn reload(&self) {
        history::reload(&self.window);
    }

    fn write_history(&self, url: &LocalUrl, history: History) {
        self.history.write(&self.window, url, history);
    }

    fn arrived(&self, url: &LocalUrl, arrival: Arrival) {
        self.history.arrive(&self.window, url, arrival);
        self.notices.announce(&self.window);
    }

    fn show_head(&self, head: &Head) {
        // A document without a head has nothing to say it in.
        let _ = head::show(&self.window, head);
    }

    fn show_lang(&self, lang: &str, chosen: bool) {
        head::show_lang(&self.window, lang, chosen);
    }

    fn show_theme(&self, dark: bool) {
        head::show_theme(&self.window, dark);
    }

    fn report(&self, text: &str) {
        web_sys::console::error_1(&text.into());
    }

    fn show_connection(&self, connection: Connection) {
        self.notices.connection(&self.window, connection);
    }

    fn show_version(&self, version: Version) {
        self.notices.version(&self.window, version);
    }

    fn show_progress(&self, progress: Progress) {
        self.notices.progress(&self.window, progress);
    }
}
