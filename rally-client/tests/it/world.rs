//! The app with everything around it: the tests' hands on clock, server and
//! visitor.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use dioxus_core::{NoOpMutations, VirtualDom};
use rally_client::app::App;
use rally_client::platform::{Clock, LocalUrl, Location};
use rally_core::codec;
use rally_core::context::ClientContext;
use rally_core::effect::{Effect, History};
use rally_core::flags::Flags;
use rally_core::frame::{ClientFrame, Refusal, RequestId, ServerFrame};
use rally_core::http::HttpResult;
use rally_core::registry::{PageEntry, Pages};

use crate::pages::{self, Home, Model, Msg, PAGES};
use crate::platform::{Fake, Link};

/// What no test needs; beyond it something runs in circles.
const TOO_OFTEN: usize = 1000;

pub(crate) struct World {
    pub(crate) app: Rc<App>,
    pub(crate) fake: Rc<Fake>,
    dom: RefCell<VirtualDom>,
}

impl World {
    /// An app that shows nothing, and is not connected.
    pub(crate) fn empty() -> Self {
        Self::of(&PAGES)
    }

    /// The same with other pages.
    pub(crate) fn of(pages: &[PageEntry]) -> Self {
        pages::forget();
        let fake = Rc::new(Fake::default());
        // No clock begins at zero.
        fake.clock.set(seconds(1000));
        let app = App::new(fake.clone(), Pages::new(pages).unwrap());
        let dom = RefCell::new(app.screen().dom());
        Self { app, fake, dom }
    }

    /// The home page, taken over and connected.
    pub(crate) fn start() -> Self {
        let world = Self::offline();
        world.app.connect();
        world.open();
        pages::take_log();
        world
    }

    /// The home page, before there is a connection.
    pub(crate) fn offline() -> Self {
        let world = Self::empty();
        let model = codec::encode(&Model::<Home>::new("home".to_owned())).unwrap();
        assert!(world.take_over("/", &PAGES[0], &model));
        world.render();
        pages::take_log();
        world
    }

    /// Takes over a page with a context of which nothing is known, and no layout.
    pub(crate) fn take_over(&self, url: &str, page: &PageEntry, model: &[u8]) -> bool {
        let context = &codec::encode(&ClientContext::default()).unwrap();
        let (page, fingerprint) = (page.name, (page.fingerprint)());
        let layout = b"\xc0";
        let max_frame = rally_core::frame::MAX_FRAME as u32;
        let flags = Flags::Page { page, fingerprint, max_frame, context, layout, model };
        self.app.take_over(&self.local(url), &flags)
    }

    /// Renders for the first time, as the browser does once it has started.
    pub(crate) fn render(&self) {
        self.dom.borrow_mut().rebuild_in_place();
        self.settle();
    }

    /// What is rendered first, before anything else happens.
    pub(crate) fn first_html(&self) -> String {
        self.dom.borrow_mut().rebuild_in_place();
        self.html()
    }

    /// Lets everything happen that does not wait for time or the server.
    #[track_caller]
    pub(crate) fn settle(&self) {
        for _ in 0..TOO_OFTEN {
            // Both, whatever the first says.
            if !(self.fake.executor.turn() | self.rendered()) {
                return;
            }
        }
        panic!("the app runs in circles");
    }

    /// One turn of the loop in `dioxus_web::run`; what was queued by
    /// `queue_effect` runs while it waits for work.
    fn rendered(&self) -> bool {
        let dom = &mut *self.dom.borrow_mut();
        let cx = &mut Context::from_waker(Waker::noop());
        let work = Box::pin(dom.wait_for_work()).as_mut().poll(cx).is_ready();
        if work {
            dom.render_immediate(&mut NoOpMutations);
        }
        work
    }

    /// What the visitor sees.
    pub(crate) fn html(&self) -> String {
        dioxus_ssr::render(&self.dom.borrow())
    }

    pub(crate) fn local(&self, url: &str) -> LocalUrl {
        self.fake.local_url(url).expect("a URL of the app")
    }

    /// The visitor follows a link.
    pub(crate) fn visit(&self, url: &str) {
        self.app.visit(url, History::Push);
        self.settle();
    }

    /// The visitor uses the back button.
    pub(crate) fn pop(&self, url: &str) {
        self.app.popped(self.local(url));
        self.settle();
    }

    /// The page on the screen asks for an effect.
    pub(crate) fn tell(&self, effect: Effect<Msg>) {
        pages::tell(effect);
        self.settle();
    }

    /// The page on the screen changes by a message.
    pub(crate) fn note(&self, note: &'static str) {
        self.tell(Effect::task(async move { Msg::Note(note.to_owned()) }));
    }

    /// Time passes; each timer goes off at its own moment.
    #[track_caller]
    pub(crate) fn advance(&self, time: Duration) {
        let end = self.fake.now() + time;
        for _ in 0..TOO_OFTEN {
            match self.fake.clock.next().filter(|due| *due <= end) {
                Some(due) => self.fake.clock.set(due),
                None => return self.fake.clock.set(end),
            }
            self.settle();
        }
        panic!("timers go off without end");
    }

    /// Time passes while the computer sleeps: everything is due at once.
    pub(crate) fn suspend(&self, time: Duration) {
        self.fake.clock.set(self.fake.now() + time);
        self.settle();
    }

    /// The server accepts the connection.
    pub(crate) fn open(&self) {
        assert_eq!(self.fake.link.get().0, Link::Connecting);
        self.fake.set_link(Link::Open);
        self.app.opened();
        self.settle();
    }

    /// The connection breaks.
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

    /// The server answers with a text.
    pub(crate) fn answer(&self, number: usize, text: &str) {
        let id = self.id(number);
        let body = &codec::encode(&text.to_owned()).unwrap()[..];
        self.receive(&ServerFrame::Ok { id, body }.to_bytes());
    }

    /// The server does not answer the request.
    pub(crate) fn refuse(&self, number: usize, refusal: Refusal) {
        let id = self.id(number);
        self.receive(&ServerFrame::Refused { id, refusal }.to_bytes());
    }

    /// The server does not admit the visitor to the page that is shown.
    pub(crate) fn refuse_shown(&self, refusal: Refusal) {
        let id = self.shown_id();
        self.receive(&ServerFrame::Refused { id, refusal }.to_bytes());
    }

    /// The id of the last frame that said what is shown.
    pub(crate) fn shown_id(&self) -> RequestId {
        let sent = self.fake.all_sent.borrow();
        let mut ids = sent.iter().filter_map(|frame| match ClientFrame::read(frame) {
            Ok(ClientFrame::PageShown { id, .. }) => Some(id),
            _ => None,
        });
        ids.next_back().expect("the server was told what is shown")
    }

    /// The oldest request over HTTP that has no response has this one.
    pub(crate) fn respond(&self, result: HttpResult) {
        let waiting = self.fake.fetches.borrow_mut().pop_front().expect("a request was sent");
        // Whoever has left the page does not hear of it.
        let _ = waiting.send(result);
        self.settle();
    }

    pub(crate) fn receive(&self, frame: &[u8]) {
        self.app.received(frame);
        self.settle();
    }

    /// What has happened since the last look, and what is on the screen now.
    #[track_caller]
    pub(crate) fn check(&self, happened: &[&str], screen: &str) {
        assert_eq!(pages::take_log(), happened);
        assert_eq!(self.html(), screen);
    }
}

/// Who has to sign in, and where.
pub(crate) fn sign_in() -> Refusal {
    Refusal::SignIn { url: "/sign-in".to_owned() }
}

/// Where a redirect leads.
pub(crate) fn to(url: &str) -> Refusal {
    Refusal::Redirect { url: url.to_owned() }
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
