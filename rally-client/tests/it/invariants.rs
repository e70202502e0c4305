//! Invariants that hold for every sequence of events.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use rally_client::platform::Clock;
use rally_core::call::{Call, CallExt, Reply};
use rally_core::frame::{ClientFrame, RequestId, ServerFrame};
use rally_core::http::{HttpError, HttpResponse};

use crate::events::{Event, Response, event};
use crate::pages::{Echo, Msg, Post, take_log};
use crate::platform::Link;
use crate::world::{World, seconds};

/// A call: the page that made it, the time, and the number of times that it
/// ended.
struct CallRecord {
    page: usize,
    at: Duration,
    ended: usize,
}

struct Run {
    world: World,
    calls: Arc<Mutex<Vec<CallRecord>>>,
    page: usize,
    /// The time since when progress is shown.
    waiting: Option<Duration>,
    losses: Vec<Duration>,
    /// The URL in the address bar, and that of the page shown. `None` after the
    /// browser was told to load a document.
    url: String,
    shown: Option<String>,
    navigated_at: Duration,
    /// `true` if the visitor has typed something into the page shown.
    edited: bool,
    reloaded: bool,
    /// The URL of the page that makes calls, and the one that was last sent to
    /// the server as shown.
    page_url: String,
    reported_url: Option<String>,
    /// The times of documents that the visitor did not request, and whether the
    /// document being loaded is such a one.
    unrequested: Vec<Duration>,
    by_itself: bool,
    /// The times at which the server could not decide whether a page may be
    /// shown.
    later: Vec<Duration>,
    responses: usize,
}

impl Run {
    fn new() -> Self {
        let world = World::offline();
        world.app.connect();
        let (page, waiting) = (1, None);
        let (url, navigated_at) = ("/".to_owned(), world.fake.now());
        let (shown, losses) = (Some(url.clone()), Vec::new());
        let (edited, reloaded) = (false, false);
        let calls = Arc::default();
        let (page_url, reported_url) = (url.clone(), None);
        let (unrequested, by_itself, later, responses) = (Vec::new(), false, Vec::new(), 0);
        Self {
            world,
            calls,
            page,
            waiting,
            losses,
            url,
            shown,
            navigated_at,
            edited,
            reloaded,
            page_url,
            reported_url,
            unrequested,
            by_itself,
            later,
            responses,
        }
    }

    fn apply(&mut self, event: Event) {
        let world = &self.world;
        if matches!(event, Event::Visit(_) | Event::Pop(_) | Event::Refuse(..)) {
            self.navigated_at = world.fake.now();
        }
        self.by_itself = false;
        match event {
            Event::Visit(url) => world.visit(url),
            Event::Pop(url) => {
                self.url = world.local(url).path;
                world.pop(url);
            }
            Event::Call => self.call(Echo::new("x")),
            Event::Post => self.call(Post::new("x")),
            Event::Respond(response) => self.respond(response),
            Event::Open if world.fake.link.get().0 == Link::Connecting => world.open(),
            Event::Close if world.fake.link.get().0 != Link::None => world.close(),
            Event::Open | Event::Close => {}
            Event::Online => world.app.online(),
            Event::Edit => {
                self.edited = true;
                world.app.edited();
            }
            Event::Answer(back) => {
                self.reply(back, |id| ServerFrame::Ok { id, body: b"\xa2hi" }.to_bytes())
            }
            Event::Refuse(back, refusal) => {
                self.later.push(world.fake.now());
                self.by_itself = !self.is_enter(back);
                self.reply(back, |id| ServerFrame::Refused { id, refusal }.to_bytes());
            }
            Event::Garbage(bytes) => self.receive(&bytes),
            Event::Advance(time) => world.advance(time),
            Event::Suspend(time) => world.suspend(time),
        }
    }

    /// A call whose message is its number.
    fn call<C: Call>(&self, call: C) {
        let at = self.world.fake.now();
        let number = self.calls.lock().unwrap().len();
        self.calls.lock().unwrap().push(CallRecord { page: self.page, at, ended: 0 });
        let calls = self.calls.clone();
        self.world.perform(call.call(move |_: Reply<C>| {
            calls.lock().unwrap()[number].ended += 1;
            Msg::Note(number.to_string())
        }));
    }

    /// Responds to the oldest request over HTTP, if one is pending.
    fn respond(&mut self, response: Response) {
        let fake = &self.world.fake;
        let Some(waiting) = fake.fetches.borrow_mut().pop_front() else { return };
        let body = fake.fetched.borrow()[self.responses].body.clone().unwrap();
        self.responses += 1;
        let Ok(ClientFrame::Call { id, .. }) = ClientFrame::read(&body) else { panic!() };
        let ok = || ServerFrame::Ok { id, body: b"\xa2hi" }.to_bytes();
        self.by_itself = true;
        let changed = matches!(response, Response::Changed);
        let result = match response {
            Response::Answer => Ok(HttpResponse::new(200, ok())),
            Response::Changed => {
                let headers = vec![("rally-session".to_owned(), "changed".to_owned())];
                Ok(HttpResponse { headers, ..HttpResponse::new(200, ok()) })
            }
            Response::Refused(refusal) => {
                let frame = ServerFrame::Refused { id, refusal }.to_bytes();
                Ok(HttpResponse::new(400, frame))
            }
            Response::Html(status) => Ok(HttpResponse::new(status, "<html>")),
            Response::Lost => Err(HttpError("lost".to_owned())),
        };
        if waiting.send(result).is_ok() && changed {
            // Requests with the old session must not be sent any more.
            self.reported_url = None;
        }
        self.world.settle();
    }

    fn is_enter(&self, back: usize) -> bool {
        let sent = self.world.fake.all_sent.borrow();
        let frame = sent.iter().nth_back(back).map(|sent| ClientFrame::read(sent).unwrap());
        matches!(frame, Some(ClientFrame::LoadPage { .. }))
    }

    /// Replies to a frame, possibly for the second time.
    fn reply(&self, back: usize, frame: impl FnOnce(RequestId) -> Vec<u8>) {
        let id = self.world.fake.all_sent.borrow().iter().nth_back(back).map(|sent| {
            match ClientFrame::read(sent).unwrap() {
                ClientFrame::Call { id, .. }
                | ClientFrame::LoadPage { id, .. }
                | ClientFrame::PageShown { id, .. } => id,
                ClientFrame::Ping => 0,
            }
        });
        self.receive(&frame(id.unwrap_or(77)));
    }

    fn receive(&self, frame: &[u8]) {
        if self.world.fake.link.get().0 == Link::Open {
            self.world.receive(frame);
        }
    }

    fn check(&mut self) {
        let now = self.world.fake.now();
        for line in take_log() {
            match &line[..] {
                "Waiting" => self.waiting = Some(now),
                "Done" => self.waiting = None,
                "Disconnected" => self.losses.push(now),
                line => self.note(line),
            }
        }
        // A navigation ends with a document, or with the previous page at its
        // own URL.
        let agree = self.shown.as_ref().is_none_or(|shown| *shown == self.url);
        assert!(agree || now < self.navigated_at + seconds(30), "{:?} at {}", self.shown, self.url);
        self.check_frames();
        self.check_documents(now);
        self.check_calls(now);
        self.check_timers(now);
    }

    /// Before any request on a connection, the server is told which page is
    /// shown.
    fn check_frames(&mut self) {
        for line in self.world.fake.take_frames() {
            if line == "connect" {
                self.reported_url = None;
            } else if let Some(shown) = line.strip_prefix("show ") {
                self.reported_url = shown.split(' ').next_back().map(str::to_owned);
            } else if line != "ping" {
                assert_eq!(self.reported_url.as_ref(), Some(&self.page_url), "{line}");
            }
        }
    }

    fn check_documents(&mut self, now: Duration) {
        self.unrequested.retain(|at| now < *at + seconds(30));
        assert!(self.unrequested.len() <= 3, "documents redirect in circles");
    }

    fn note(&mut self, line: &str) {
        if let Some(url) = line.strip_prefix("store mounted=") {
            self.page += 1;
            self.shown = Some(url.to_owned());
            url.clone_into(&mut self.page_url);
            self.edited = false;
        } else if let Some(url) = line.strip_prefix("history ") {
            let end = url.find(['#', ' ']).unwrap_or(url.len());
            url[..end].clone_into(&mut self.url);
        } else if line.starts_with("document ") {
            self.shown = None;
            if self.by_itself {
                self.unrequested.push(self.world.fake.now());
            }
        } else if line == "reload" {
            self.check_reload();
        }
    }

    fn check_reload(&mut self) {
        assert!(!self.reloaded, "the document is reloaded again and again");
        self.reloaded = true;
        assert!(!self.edited, "a reload lost the visitor's input");
        let link = self.world.fake.reloaded_on.get();
        assert_eq!(link, Link::Open, "a reload without a connection");
        let calls = self.calls.lock().unwrap();
        let open = calls.iter().any(|call| call.page == self.page && call.ended == 0);
        assert!(!open, "a reload lost a call in flight");
    }

    fn check_calls(&self, now: Duration) {
        let calls = self.calls.lock().unwrap();
        for call in &*calls {
            assert!(call.ended <= 1, "a call ended twice");
            let over = now >= call.at + seconds(30);
            assert!(call.page != self.page || !over || call.ended == 1, "a call never ended");
        }
        let screen = self.world.html();
        let (_, notes) = screen.split_once(": ").expect("no page is shown");
        for note in notes.split(", ").filter(|note| !note.is_empty()) {
            let call = &calls[note.parse::<usize>().unwrap()];
            assert_eq!(call.page, self.page, "a page shows the reply to another page's call");
        }
    }

    fn check_timers(&mut self, now: Duration) {
        let fake = &self.world.fake;
        assert!(
            self.waiting.is_none_or(|since| now < since + seconds(30)),
            "progress is shown without end"
        );
        let (link, since) = fake.link.get();
        // Every state of the connection but an open one ends after a time. An
        // open one ends only if it is silent.
        let longest = match link {
            Link::None => seconds(30),
            Link::Connecting => seconds(10),
            Link::Open => Duration::MAX,
        };
        assert!(now - since <= longest, "the connection stays {:?}", link);
        // One timer, and earlier ones that were replaced. Only a lost
        // connection replaces timers, and they end within 30 s.
        self.losses.retain(|at| now <= *at + seconds(30));
        // One timer for each call over HTTP, and one for a page whose report is
        // repeated.
        self.later.retain(|at| now <= *at + seconds(10));
        let calls = self.calls.lock().unwrap();
        // The request of a call may outlive its page.
        let waits = |it: &&CallRecord| it.ended == 0 && now < it.at + seconds(30);
        let posted = calls.iter().filter(waits).count();
        let max = 2 + 2 * self.losses.len() + self.later.len() + posted;
        let timers = fake.clock.sleeps();
        assert!(timers <= max, "{timers} timers, at most {max} expected");
        // The tasks of page, layout and context, and that of a navigation.
        let (tasks, max) = (fake.executor.tasks(), max + 4);
        assert!(tasks <= max, "{tasks} tasks, at most {max} expected");
        assert!(fake.clock.next().is_some(), "no timer is left");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_and_pages_are_independent_for_every_sequence_of_events(
        events in prop::collection::vec(event(), 1..80)
    ) {
        let mut run = Run::new();
        for event in events {
            run.apply(event);
            run.check();
        }
    }
}
