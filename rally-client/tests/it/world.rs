//! The app in its fake environment, with functions that act as the clock, the
//! server and the visitor.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rally_client::app::App;
use rally_client::platform::{Clock, LocalUrl, Location};
use rally_core::codec;
use rally_core::context::ClientContext;
use rally_core::effect::{Effect, History};
use rally_core::flags::Flags;
use rally_core::frame::{ClientFrame, MAX_FRAME, Refusal, RequestId, ServerFrame};
use rally_core::html;
use rally_core::http::HttpResult;
use rally_core::registry::{PageEntry, Pages};
use rally_core::route::Params;
use rally_core::running::Encoded;

use crate::document::Document;
use crate::pages::{self, Home, Model, Msg, PAGES};
use crate::platform::{Fake, Link};

/// Maximum number of steps. A test that needs more is in a loop.
const MAX_STEPS: usize = 1000;

pub(crate) struct World {
    pub(crate) app: Rc<App>,
    pub(crate) fake: Rc<Fake>,
    pub(crate) document: Rc<RefCell<Document>>,
}

impl World {
    /// An app that shows no page, and is not connected.
    pub(crate) fn empty() -> Self {
        Self::of(&PAGES)
    }

    /// The same with other pages.
    pub(crate) fn of(pages: &[PageEntry]) -> Self {
        pages::forget();
        let fake = Rc::new(Fake::default());
        // A real clock does not start at zero.
        fake.clock.set(seconds(1000));
        let app = App::new(fake.clone(), Pages::new(pages).unwrap());
        let document = Rc::new(RefCell::new(Document::new("")));
        Self { app, fake, document }
    }

    /// The home page, hydrated and connected.
    pub(crate) fn start() -> Self {
        let world = Self::offline();
        world.app.connect();
        world.open();
        pages::take_log();
        world
    }

    /// The home page, without a connection.
    pub(crate) fn offline() -> Self {
        let world = Self::empty();
        let model = codec::encode(&Model::<Home>::new("home".to_owned())).unwrap();
        let context = codec::encode(&ClientContext::default()).unwrap();
        let (page, fingerprint) = (PAGES[0].name, (PAGES[0].fingerprint)());
        let max_frame = MAX_FRAME as u32;
        let (context, layout, model) = (&context, b"\xc0", &model);
        let flags = Flags::Page { page, fingerprint, max_frame, context, layout, model };
        assert!(world.hydrate("/", &PAGES, &flags));
        world.render();
        pages::take_log();
        world
    }

    /// Hydrates a page. If that is possible, the document contains the server's HTML of the page.
    pub(crate) fn hydrate(&self, url: &str, pages: &[PageEntry], flags: &Flags<'_>) -> bool {
        let url = self.local(url);
        let hydrates = self.app.hydrate(&url, flags);
        if hydrates {
            let html = server_html(&url.path, &Pages::new(pages).unwrap(), flags);
            self.document.replace(Document::new(&html));
        }
        hydrates
    }

    /// Renders for the first time, as the browser does after the start.
    pub(crate) fn render(&self) {
        self.attach();
        self.settle();
    }

    /// The HTML after the first rendering, before anything else happens.
    pub(crate) fn first_html(&self) -> String {
        self.attach();
        self.app.screen().render();
        self.html()
    }

    fn attach(&self) {
        let document = self.document.clone();
        self.app.screen().attach(move |ops| {
            document.borrow_mut().apply(ops);
            true
        });
    }

    /// Runs everything that does not wait for the clock or the server.
    #[track_caller]
    pub(crate) fn settle(&self) {
        for _ in 0..MAX_STEPS {
            if !self.fake.executor.turn() {
                return;
            }
        }
        panic!("the app does not come to rest");
    }

    /// The HTML of the document, without comments.
    pub(crate) fn html(&self) -> String {
        self.document.borrow().html()
    }

    pub(crate) fn local(&self, url: &str) -> LocalUrl {
        self.fake.local_url(url).expect("not a URL of the app")
    }

    pub(crate) fn visit(&self, url: &str) {
        self.app.visit(url, History::Push);
        self.settle();
    }

    pub(crate) fn pop(&self, url: &str) {
        self.app.popped(self.local(url));
        self.settle();
    }

    pub(crate) fn perform(&self, effect: Effect<Msg>) {
        pages::perform(effect);
        self.settle();
    }

    pub(crate) fn note(&self, note: &'static str) {
        self.perform(Effect::task(async move { Msg::Note(note.to_owned()) }));
    }

    /// Advances the clock, timer by timer.
    #[track_caller]
    pub(crate) fn advance(&self, time: Duration) {
        let end = self.fake.now() + time;
        for _ in 0..MAX_STEPS {
            match self.fake.clock.next().filter(|due| *due <= end) {
                Some(due) => self.fake.clock.set(due),
                None => return self.fake.clock.set(end),
            }
            self.settle();
        }
        panic!("timers fire without end");
    }

    /// Advances the clock as if the computer had slept: all timers are due at
    /// once.
    pub(crate) fn suspend(&self, time: Duration) {
        self.fake.clock.set(self.fake.now() + time);
        self.settle();
    }

    pub(crate) fn open(&self) {
        assert_eq!(self.fake.link.get().0, Link::Connecting);
        self.fake.set_link(Link::Open);
        self.app.opened();
        self.settle();
    }

    pub(crate) fn close(&self) {
        assert_ne!(self.fake.link.get().0, Link::None);
        self.fake.set_link(Link::None);
        self.app.closed();
        self.settle();
    }

    /// The id of a request, by its number in the log.
    pub(crate) fn id(&self, number: usize) -> RequestId {
        self.fake.id(number)
    }

    pub(crate) fn answer(&self, number: usize, text: &str) {
        let id = self.id(number);
        let body = &codec::encode(&text.to_owned()).unwrap()[..];
        self.receive(&ServerFrame::Ok { id, body }.to_bytes());
    }

    pub(crate) fn refuse(&self, number: usize, refusal: Refusal) {
        let id = self.id(number);
        self.receive(&ServerFrame::Refused { id, refusal }.to_bytes());
    }

    pub(crate) fn refuse_shown(&self, refusal: Refusal) {
        let id = self.shown_id();
        self.receive(&ServerFrame::Refused { id, refusal }.to_bytes());
    }

    /// The id of the last report of the page shown.
    pub(crate) fn shown_id(&self) -> RequestId {
        let sent = self.fake.all_sent.borrow();
        let mut ids = sent.iter().filter_map(|frame| match ClientFrame::read(frame) {
            Ok(ClientFrame::PageShown { id, .. }) => Some(id),
            _ => None,
        });
        ids.next_back().expect("no page was reported as shown")
    }

    /// Responds to the oldest pending request over HTTP.
    pub(crate) fn respond(&self, result: HttpResult) {
        let waiting = self.fake.fetches.borrow_mut().pop_front().expect("no request is pending");
        // A page that was left does not receive the response.
        let _ = waiting.send(result);
        self.settle();
    }

    pub(crate) fn receive(&self, frame: &[u8]) {
        self.app.received(frame);
        self.settle();
    }

    /// Checks the log since the last check, and the HTML on the screen.
    #[track_caller]
    pub(crate) fn check(&self, expected: &[&str], screen: &str) {
        assert_eq!(pages::take_log(), expected);
        assert_eq!(self.html(), screen);
    }
}

/// The HTML of a page, as the server renders it from the same flags.
fn server_html(path: &str, pages: &Pages, flags: &Flags<'_>) -> String {
    let Flags::Page { page, context, layout, model, .. } = *flags else {
        panic!("there is no page")
    };
    let encoded = Encoded { context: context.into(), layout: layout.into(), model: model.into() };
    let error = pages.error_page().filter(|error| error.name == page);
    let (page, params) = match error {
        Some(error) => (error, Params::default()),
        None => pages.find(path).unwrap(),
    };
    let tree = page.decode_tree(&params, &encoded).unwrap();
    html::for_hydration(tree.layout, tree.page).unwrap()
}

/// The refusal of a guest.
pub(crate) fn sign_in() -> Refusal {
    Refusal::SignIn { url: "/sign-in".to_owned() }
}

pub(crate) fn to(url: &str) -> Refusal {
    Refusal::Redirect { url: url.to_owned() }
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
