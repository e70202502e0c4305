//! The fake browser, which logs what it is told to do.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::{mpsc, oneshot};
use futures_util::Stream;
use rally_client::platform::{
    self, Arrival, ConnectionStatus, Document, LocalFuture, LocalUrl, Location, Network, Progress,
    Storage, Version,
};
use rally_core::carried::FLASH_COOKIE;
use rally_core::codec;
use rally_core::context::{CONTEXT_CALL, ClientContext};
use rally_core::effect::{ElementAction, FormAction, History};
use rally_core::frame::{ClientFrame, RequestId};
use rally_core::head::Head;
use rally_core::http::{HttpError, HttpRequest, HttpResult};

use crate::clock::{Clock, Executor};
use crate::pages::note_down;

const ORIGIN: &str = "https://app.test";

#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) clock: Rc<Clock>,
    pub(crate) executor: Executor,
    pub(crate) random: Cell<f64>,
    /// Every frame that was sent, except those that say which page is shown.
    /// The log has none of those either; they are in `frames`.
    pub(crate) sent: RefCell<Vec<Vec<u8>>>,
    /// One line for every frame and for every connection.
    pub(crate) all_sent: RefCell<Vec<Vec<u8>>>,
    frames: RefCell<Vec<String>>,
    /// The ids of requests. Tests use the positions in this list, from 1.
    ids: RefCell<Vec<RequestId>>,
    pub(crate) fetched: RefCell<Vec<HttpRequest>>,
    pub(crate) fetches: RefCell<VecDeque<oneshot::Sender<HttpResult>>>,
    pub(crate) listeners: RefCell<Vec<mpsc::UnboundedSender<Option<String>>>>,
    /// The memory of the tab, which survives documents.
    pub(crate) memory: RefCell<BTreeMap<String, String>>,
    /// `true` if the tab cannot remember anything.
    pub(crate) forgetful: Cell<bool>,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
    /// The language of the browser, and `true` if the system is dark.
    pub(crate) language: RefCell<Option<String>>,
    pub(crate) dark: Cell<bool>,
    /// The changes of whether the browser asks before the document is left.
    pub(crate) asks: RefCell<Vec<bool>>,
    /// `true` if the browser asks now.
    is_asking: Cell<bool>,
    /// The visitor has changed fields before the start.
    pub(crate) early_input: Cell<bool>,
    said: RefCell<BTreeMap<&'static str, String>>,
    /// The state of the connection, and the time since when it has that state.
    pub(crate) link: Cell<(Link, Duration)>,
    /// The state of the connection when the document was reloaded.
    pub(crate) reloaded_on: Cell<Link>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Link {
    #[default]
    None,
    Connecting,
    Open,
}

impl Fake {
    pub(crate) fn set_link(&self, link: Link) {
        self.link.set((link, self.clock.now()));
    }

    /// Logs an attribute of the document if it has changed.
    fn log_attribute(&self, what: &'static str, value: &str, at_first: &str) {
        let before = self.said.borrow_mut().insert(what, value.to_owned());
        if before.as_deref().unwrap_or(at_first) != value {
            note_down(format!("{what} {value}"));
        }
    }

    /// Returns the frames that were sent and connections that were opened since
    /// the last call.
    pub(crate) fn take_frames(&self) -> Vec<String> {
        self.frames.take()
    }

    /// The id of a request, by its number in the log. Returns an id without a
    /// request if there are fewer.
    pub(crate) fn id(&self, number: usize) -> RequestId {
        let nobody = 1_000_000 + number as RequestId;
        self.ids.borrow().get(number - 1).copied().unwrap_or(nobody)
    }

    fn number(&self, id: RequestId) -> usize {
        let ids = &mut *self.ids.borrow_mut();
        let known = ids.iter().position(|known| *known == id);
        let index = known.unwrap_or_else(|| {
            ids.push(id);
            ids.len() - 1
        });
        index + 1
    }

    /// One line for a frame, with the number of its request.
    fn describe(&self, frame: &[u8]) -> String {
        match ClientFrame::read(frame).expect("the runtime sent a malformed frame") {
            ClientFrame::Ping => "ping".to_owned(),
            ClientFrame::LoadPage { id, page, url, .. } => {
                format!("enter#{} {page} {url}", self.number(id))
            }
            ClientFrame::PageShown { page, url, .. } => format!("show {page} {url}"),
            ClientFrame::Call { id, name: CONTEXT_CALL, body, .. } => {
                let (page, browser): (String, ClientContext) = codec::decode(body).unwrap();
                let ClientContext { current_path, lang, dark_mode, flash } = browser;
                assert_eq!(flash, None);
                format!("context#{} {page} {current_path} {lang} {dark_mode}", self.number(id))
            }
            ClientFrame::Call { id, name, body, .. } => {
                let text: String =
                    codec::decode(body).expect("the message of a call is not a text");
                format!("call#{} {name} {text}", self.number(id))
            }
        }
    }
}

impl platform::Clock for Fake {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn random(&self) -> f64 {
        self.random.get()
    }

    fn spawn(&self, future: LocalFuture<()>) {
        self.executor.spawn(future);
    }

    fn sleep(&self, time: Duration) -> LocalFuture<()> {
        self.clock.sleep(time)
    }
}

impl Network for Fake {
    fn connect(&self) {
        self.set_link(Link::Connecting);
        note_down("connect");
        self.frames.borrow_mut().push("connect".to_owned());
    }

    fn send(&self, frame: &[u8]) {
        assert_eq!(self.link.get().0, Link::Open, "a frame was sent without an open connection");
        let line = self.describe(frame);
        if !line.starts_with("show ") {
            note_down(&line);
            self.sent.borrow_mut().push(frame.to_vec());
        }
        self.all_sent.borrow_mut().push(frame.to_vec());
        self.frames.borrow_mut().push(line);
    }

    fn disconnect(&self) {
        self.set_link(Link::None);
        note_down("disconnect");
    }

    fn fetch(&self, request: HttpRequest) -> LocalFuture<HttpResult> {
        note_down(format!("fetch {} {}", request.method, request.url));
        self.fetched.borrow_mut().push(request);
        let (answer, response) = oneshot::channel();
        self.fetches.borrow_mut().push_back(answer);
        Box::pin(async move { response.await.unwrap_or(Err(HttpError("dropped".to_owned()))) })
    }
}

impl Storage for Fake {
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>> {
        note_down(format!("listen {key}"));
        let (changes, stream) = mpsc::unbounded();
        self.listeners.borrow_mut().push(changes);
        Box::pin(stream)
    }

    fn stored(&self, key: &str) -> Option<String> {
        (key == "draft").then(|| "Dear".to_owned())
    }

    fn store(&self, key: &str, value: Option<&str>) {
        note_down(format!("store {key}={}", value.unwrap_or("nothing")));
    }

    fn remembered(&self, key: &str) -> Option<String> {
        self.memory.borrow().get(key).cloned()
    }

    fn remember(&self, key: &str, value: &str) -> bool {
        let remembers = !self.forgetful.get();
        if remembers {
            self.memory.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
        remembers
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    fn set_flash_cookie(&self, value: &str) {
        note_down(format!("flash cookie {value}"));
        self.cookies.borrow_mut().insert(FLASH_COOKIE.to_owned(), value.to_owned());
    }

    fn set_cookie(&self, name: &str, value: Option<&str>) {
        note_down(format!("cookie {name}={}", value.unwrap_or("nothing")));
        match value {
            Some(value) => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            None => self.cookies.borrow_mut().remove(name),
        };
    }
}

impl Location for Fake {
    fn local_url(&self, url: &str) -> Option<LocalUrl> {
        let local = url.strip_prefix(ORIGIN).unwrap_or(url);
        let (path, fragment) = local.split_at(local.find('#').unwrap_or(local.len()));
        let (path, fragment) = (path.to_owned(), fragment.to_owned());
        local.starts_with('/').then_some(LocalUrl { path, fragment })
    }

    fn load_document(&self, url: &str, history: History) {
        let asks = if self.is_asking.get() { " if the visitor agrees" } else { "" };
        note_down(format!("document {url} {history:?}{asks}"));
    }

    fn reload(&self) {
        self.reloaded_on.set(self.link.get().0);
        note_down("reload");
    }

    fn write_history(&self, url: &LocalUrl, history: History) {
        note_down(format!("history {}{} {history:?}", url.path, url.fragment));
    }

    fn arrived_in_place(&self, url: &LocalUrl, arrival: Arrival) {
        note_down(format!("in place {}{} {arrival:?}", url.path, url.fragment));
    }

    fn arrived(&self, url: &LocalUrl, arrival: Arrival) {
        note_down(format!("arrived {}{} {arrival:?}", url.path, url.fragment));
    }
}

impl Document for Fake {
    fn language(&self) -> Option<String> {
        self.language.borrow().clone()
    }

    fn prefers_dark(&self) -> bool {
        self.dark.get()
    }

    fn report_early_input(&self) -> bool {
        self.early_input.take()
    }

    fn change_form(&self, name: &str, action: FormAction) {
        note_down(format!("form {name} {action:?}"));
    }

    fn show_head(&self, head: &Head) {
        let title = head.title_text().unwrap_or("of the shell");
        note_down(format!("title {title}, {} tags", head.tags().len()));
    }

    fn show_lang(&self, lang: &str, chosen: bool) {
        let how = if chosen { " chosen" } else { "" };
        self.log_attribute("lang", &format!("{lang}{how}"), "en");
    }

    fn show_theme(&self, dark: bool) {
        self.log_attribute("theme", if dark { "dark" } else { "light" }, "light");
    }

    fn act_on_element(&self, action: &ElementAction) -> bool {
        note_down(format!("{action:?}"));
        *action != ElementAction::Focus("missing".to_owned())
    }

    fn copy(&self, text: &str) -> LocalFuture<bool> {
        note_down(format!("copy {text}"));
        Box::pin(std::future::ready(text != "forbidden"))
    }

    fn ask_before_leaving(&self, asks: bool) {
        self.asks.borrow_mut().push(asks);
        self.is_asking.set(asks);
    }

    fn report(&self, text: &str) {
        note_down(format!("report {text}"));
    }

    fn show_connection(&self, connection: ConnectionStatus) {
        note_down(format!("{connection:?}"));
    }

    fn show_version(&self, version: Version) {
        note_down(format!("{version:?}"));
    }

    fn show_progress(&self, progress: Progress) {
        note_down(format!("{progress:?}"));
    }
}
