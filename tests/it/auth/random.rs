//! Random sequences of events with an identity service that fails at random: no
//! guarded handler runs for an anonymous caller, and each socket behaves as a
//! simple model predicts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use rally::prelude::*;
use rally::testing::{Socket, TestApp};
use rally::{Call, PageEntry, href};
use rally::{Refusal, Reply};
use rally_core::effect::CallRequest;
use rally_core::frame::{CallPage, ClientFrame, RequestId, ServerFrame};
use rally_core::route::Route;
use tokio::time::Instant;

use super::site::{Edit, Pay, Publish, SignIn, SignOut, Who, draft, open, orders, site, vault};
use crate::auth::accounts::{Ledger, Service};

#[derive(Debug, Clone)]
enum Step {
    /// A tab opens its socket with the current cookie of the browser.
    Open(usize),
    Show(usize, Page),
    Enter(usize, Page),
    Call(usize, Request),
    /// A call that was made on the page before the shown one.
    Late(usize, Request),
    /// The same call over HTTP.
    Post(Request),
    Get(Page),
    SignIn(&'static str),
    SignOut,
    /// The account is removed from the session without a sign-out.
    Revoke,
    Service(Service),
    Seconds(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Open,
    Orders,
    Draft,
    Vault,
}

#[derive(Debug, Clone, Copy)]
enum Request {
    Who,
    Pay,
    Edit,
    Publish,
    Of(Page),
}

const TABS: usize = 2;

fn step() -> impl Strategy<Value = Step> {
    let tab = || 0..TABS;
    let page = || prop::sample::select(vec![Page::Open, Page::Orders, Page::Draft, Page::Vault]);
    let request = || {
        prop_oneof![
            prop::sample::select(vec![Request::Who, Request::Pay, Request::Edit, Request::Publish]),
            page().prop_map(Request::Of),
        ]
    };
    prop_oneof![
        2 => tab().prop_map(Step::Open),
        4 => (tab(), page()).prop_map(|(tab, page)| Step::Show(tab, page)),
        2 => (tab(), page()).prop_map(|(tab, page)| Step::Enter(tab, page)),
        10 => (tab(), request()).prop_map(|(tab, request)| Step::Call(tab, request)),
        2 => (tab(), request()).prop_map(|(tab, request)| Step::Late(tab, request)),
        2 => request().prop_map(Step::Post),
        1 => page().prop_map(Step::Get),
        3 => prop::sample::select(vec!["ann", "editor", "half"]).prop_map(Step::SignIn),
        1 => Just(Step::SignOut),
        1 => Just(Step::Revoke),
        3 => prop::sample::select(vec![Service::Up, Service::Down])
            .prop_map(Step::Service),
        3 => prop::sample::select(vec![1, 60, 899, 1799, 1800, 1801]).prop_map(Step::Seconds),
    ]
}

/// The access rule of a page or call.
#[derive(Clone, Copy)]
struct Policy {
    signed_in: bool,
    may_edit: bool,
}

impl Page {
    fn policy(self) -> Policy {
        let (signed_in, may_edit) = match self {
            Self::Open => (false, false),
            Self::Orders => (true, false),
            Self::Draft => (false, true),
            Self::Vault => (true, true),
        };
        Policy { signed_in, may_edit }
    }
}

impl Request {
    fn policy(self) -> Policy {
        match self {
            Self::Who => Policy { signed_in: false, may_edit: false },
            Self::Pay => Policy { signed_in: true, may_edit: false },
            Self::Edit => Policy { signed_in: false, may_edit: true },
            Self::Publish => Policy { signed_in: true, may_edit: true },
            Self::Of(page) => page.policy(),
        }
    }
}

/// The name of the caller that the handler ran for, or the reason why it did
/// not run.
type Outcome = Result<String, &'static str>;

impl Policy {
    fn decide(self, name: Option<&str>) -> Outcome {
        let name_if_signed_in = name.filter(|name| *name != "half");
        match name_if_signed_in {
            None if self.signed_in => Err("sign in"),
            None if self.may_edit => Err("denied"),
            Some(name) if self.may_edit && name != "editor" => Err("denied"),
            _ => Ok(name.unwrap_or("nobody").to_owned()),
        }
    }
}

/// The model of a socket.
struct Tab {
    session: Option<String>,
    /// The account name if there is one, or an error if the identity service
    /// failed.
    name: Result<Option<String>, ()>,
    authenticated_at: Instant,
    /// `true` if the session has changed since the authentication.
    is_changed: bool,
    /// The page that the guard has admitted last, with its number.
    admitted: Option<(u32, Page)>,
    /// The number of the page that the tab shows. It counts refused pages too.
    shown: u32,
}

#[derive(Default)]
struct Model {
    known: HashMap<String, String>,
    cookie: Option<String>,
    is_down: bool,
    tabs: [Option<Tab>; TABS],
}

impl Model {
    fn find(&self, session: Option<&String>) -> Result<Option<String>, ()> {
        if self.is_down { Err(()) } else { Ok(session.and_then(|id| self.known.get(id)).cloned()) }
    }

    fn open(&mut self, tab: usize) {
        let session = self.cookie.clone();
        let name = self.find(session.as_ref());
        let authenticated_at = Instant::now();
        self.tabs[tab] = Some(Tab {
            session,
            name,
            authenticated_at,
            is_changed: false,
            admitted: None,
            shown: 0,
        });
    }

    /// Predicts the result of a message on a socket.
    fn message(&mut self, tab: usize, policy: Policy) -> Outcome {
        let found = self.find(self.tabs[tab].as_ref().unwrap().session.as_ref());
        let tab = self.tabs[tab].as_mut().unwrap();
        let is_old = tab.authenticated_at.elapsed() > Duration::from_secs(1800);
        if is_old || tab.is_changed || tab.name.is_err() {
            (tab.name, tab.authenticated_at, tab.is_changed) = (found, Instant::now(), false);
        }
        match &tab.name {
            Err(()) if policy.signed_in || policy.may_edit => Err("denied"),
            Err(()) => policy.decide(None),
            Ok(name) => policy.decide(name.as_deref()),
        }
    }

    fn show(&mut self, tab: usize, page: Page) -> Outcome {
        let result = self.message(tab, page.policy());
        let tab = self.tabs[tab].as_mut().unwrap();
        tab.shown += 1;
        if result.is_ok() {
            tab.admitted = Some((tab.shown, page));
        }
        result
    }

    /// `back` is how many pages ago the call was made.
    fn call(&mut self, tab: usize, request: Request, back: u32) -> Outcome {
        let result = self.message(tab, request.policy());
        let tab = self.tabs[tab].as_ref().unwrap();
        let made_on = tab.shown.checked_sub(back);
        match request {
            Request::Of(page)
                if made_on.is_none_or(|number| tab.admitted != Some((number, page))) =>
            {
                Err("denied")
            }
            _ => result,
        }
    }

    /// Predicts the result of a request over HTTP.
    fn post(&self, policy: Policy) -> Outcome {
        match self.find(self.cookie.as_ref()) {
            Err(()) => Err("failed"),
            Ok(name) => policy.decide(name.as_deref()),
        }
    }

    /// The browser gets another session, or loses its session.
    fn change(&mut self, cookie: Option<String>) {
        let old = std::mem::replace(&mut self.cookie, cookie);
        for tab in self.tabs.iter_mut().flatten() {
            tab.is_changed |= old.is_some() && tab.session == old;
        }
        if let Some(old) = old {
            self.known.remove(&old);
        }
    }
}

fn result<T>(reply: Result<T, Failure<Never>>, name: impl FnOnce(T) -> String) -> Outcome {
    match reply {
        Ok(response) => Ok(name(response)),
        Err(Failure::SignedOut) => Err("sign in"),
        Err(Failure::Denied) => Err("denied"),
        Err(Failure::Internal { .. }) => Err("failed"),
        Err(other) => panic!("{other:?}"),
    }
}

fn refused(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::SignIn { .. } => "sign in",
        Refusal::Denied => "denied",
        other => panic!("{other:?}"),
    }
}

/// A tab with its socket, which reports pages and names them as a browser does.
struct Browser {
    socket: Socket,
    last_id: RequestId,
    /// The reports of the shown page and of the page before.
    reports: [Option<RequestId>; 2],
}

impl Browser {
    fn id(&mut self) -> RequestId {
        self.last_id += 1;
        self.last_id
    }

    async fn call<C: Call>(&mut self, message: C, back: u32) -> Reply<C> {
        let id = self.id();
        let page = self.reports[back as usize].map_or(CallPage::None, CallPage::Shown);
        self.socket.send(CallRequest::of(&message).unwrap().to_frame(id, page)).await;
        self.socket.reply::<C>(id).await
    }

    async fn show<R: Route>(&mut self, entry: &PageEntry, route: R) -> Result<(), Refusal> {
        let (id, url) = (self.id(), href(route));
        self.reports = [Some(id), self.reports[0]];
        let (page, fingerprint) = (entry.name, (entry.fingerprint)());
        let shown = ClientFrame::PageShown { id, page, fingerprint, url: &url };
        self.socket.send(shown.to_bytes()).await;
        match ServerFrame::read(&self.socket.receive().await).unwrap() {
            ServerFrame::Refused { refusal, .. } => Err(refusal),
            other => {
                assert_eq!(other, ServerFrame::Ok { id, body: b"\xc0" });
                Ok(())
            }
        }
    }
}

async fn call(tab: &mut Browser, request: Request, back: u32) -> Outcome {
    match request {
        Request::Who => result(tab.call(Who, back).await, |seen| seen.name),
        Request::Pay => result(tab.call(Pay(1), back).await, |name| name),
        Request::Edit => result(tab.call(Edit(1), back).await, |name| name),
        Request::Publish => result(tab.call(Publish(1), back).await, |name| name),
        Request::Of(Page::Open) => result(tab.call(open::OfPage(1), back).await, |name| name),
        Request::Of(Page::Orders) => result(tab.call(orders::OfPage(1), back).await, |name| name),
        Request::Of(Page::Draft) => result(tab.call(draft::OfPage(1), back).await, |name| name),
        Request::Of(Page::Vault) => result(tab.call(vault::OfPage(1), back).await, |name| name),
    }
}

async fn post(app: &TestApp, request: Request) -> Outcome {
    let reply: Reply<Pay> = match request {
        Request::Who => return result(app.call(Who).await, |seen| seen.name),
        Request::Pay => app.call(Pay(1)).await,
        Request::Edit => app.call(Edit(1)).await,
        Request::Publish => app.call(Publish(1)).await,
        Request::Of(Page::Open) => app.call(open::OfPage(1)).await,
        Request::Of(Page::Orders) => app.call(orders::OfPage(1)).await,
        Request::Of(Page::Draft) => app.call(draft::OfPage(1)).await,
        Request::Of(Page::Vault) => app.call(vault::OfPage(1)).await,
    };
    result(reply, |name| name)
}

async fn show(tab: &mut Browser, page: Page) -> Result<(), Refusal> {
    match page {
        Page::Open => tab.show(&open::Route::PAGE, open::Route { tab: 1 }).await,
        Page::Orders => tab.show(&orders::Route::PAGE, orders::Route { tab: 1 }).await,
        Page::Draft => tab.show(&draft::Route::PAGE, draft::Route { tab: 1 }).await,
        Page::Vault => tab.show(&vault::Route::PAGE, vault::Route { tab: 1 }).await,
    }
}

async fn enter(socket: &mut Socket, page: Page) -> Result<String, Refusal> {
    match page {
        Page::Open => socket.load_page(open::Route { tab: 1 }).await,
        Page::Orders => socket.load_page(orders::Route { tab: 1 }).await,
        Page::Draft => socket.load_page(draft::Route { tab: 1 }).await,
        Page::Vault => socket.load_page(vault::Route { tab: 1 }).await,
    }
}

async fn get(app: &TestApp, page: Page) -> Outcome {
    let path = match page {
        Page::Open => "/open",
        Page::Orders => "/orders",
        Page::Draft => "/draft",
        Page::Vault => "/vault",
    };
    let response = app.get(path).await;
    match response.status().as_u16() {
        200 => {
            let html = response.html();
            let (_, name) = html.split_once("<p>for ").unwrap();
            Ok(name.split_once(' ').unwrap().0.to_owned())
        }
        303 => Err("sign in"),
        403 => Err("denied"),
        500 => Err("failed"),
        status => panic!("{status}"),
    }
}

struct World {
    app: TestApp,
    ledger: Arc<Ledger>,
    sockets: [Option<Browser>; TABS],
    model: Model,
}

impl World {
    /// Returns the actual and the predicted result.
    async fn step(&mut self, step: &Step) -> (Outcome, Outcome) {
        let Self { app, ledger, sockets, model } = self;
        let nothing = || (Ok(String::new()), Ok(String::new()));
        match *step {
            Step::Open(tab) => {
                ledger.log();
                let socket = app.socket().await;
                // The test's socket counts its own ids from 1.
                sockets[tab] = Some(Browser { socket, last_id: 1_000_000, reports: [None; 2] });
                model.open(tab);
                // Wait until the socket is authenticated, so that the next step
                // cannot change the result.
                while !ledger.entries().log.iter().any(|it| it.starts_with("from_session")) {
                    tokio::task::yield_now().await;
                }
                nothing()
            }
            Step::Show(tab, page) => match &mut sockets[tab] {
                None => nothing(),
                Some(socket) => {
                    let shown = show(socket, page).await;
                    let expected = model.show(tab, page).map(|_| String::new());
                    (shown.map(|()| String::new()).map_err(|it| refused(&it)), expected)
                }
            },
            Step::Enter(tab, page) => match &mut sockets[tab] {
                None => nothing(),
                Some(socket) => {
                    let entered = enter(&mut socket.socket, page).await;
                    let name = |data: String| data.split_once(' ').unwrap().0.to_owned();
                    let expected = model.message(tab, page.policy());
                    (entered.map(name).map_err(|it| refused(&it)), expected)
                }
            },
            Step::Call(tab, request) => match &mut sockets[tab] {
                None => nothing(),
                Some(socket) => (call(socket, request, 0).await, model.call(tab, request, 0)),
            },
            Step::Late(tab, request) => match &mut sockets[tab] {
                None => nothing(),
                Some(socket) => (call(socket, request, 1).await, model.call(tab, request, 1)),
            },
            Step::Post(request) => (post(app, request).await, model.post(request.policy())),
            Step::Get(page) => {
                let got = get(app, page).await;
                let expected = model.post(page.policy());
                if expected.is_ok() && model.cookie.is_none() {
                    model.cookie = app.cookie("rally_session");
                }
                (got, expected)
            }
            Step::SignIn(name) => {
                let response = app.call(SignIn(name.to_owned())).await;
                let expected = model.post(Policy { signed_in: false, may_edit: false });
                if let Ok(id) = &response {
                    model.change(Some(id.clone()));
                    model.known.insert(id.clone(), name.to_owned());
                }
                (result(response, |_| String::new()), expected.map(|_| String::new()))
            }
            Step::SignOut => {
                let response = app.call(SignOut).await;
                let expected = model.post(Policy { signed_in: true, may_edit: false });
                if response.is_ok() {
                    model.change(None);
                }
                (result(response, |()| String::new()), expected.map(|_| String::new()))
            }
            Step::Revoke => {
                if let Some(id) = &model.cookie {
                    ledger.remove(id);
                    model.known.remove(id);
                }
                nothing()
            }
            Step::Service(service) => {
                ledger.set_service(service);
                model.is_down = service != Service::Up;
                nothing()
            }
            Step::Seconds(seconds) => {
                self.advance_clock(seconds).await;
                nothing()
            }
        }
    }

    /// Advances the clock. The sockets ping, because a silent socket is closed.
    async fn advance_clock(&mut self, seconds: u64) {
        for second in (0..seconds).step_by(60) {
            for Browser { socket, .. } in self.sockets.iter_mut().flatten() {
                socket.send(ClientFrame::Ping.to_bytes()).await;
                socket.receive().await;
            }
            tokio::time::advance(Duration::from_secs(60.min(seconds - second))).await;
        }
    }
}

async fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    let (app, ledger) = site();
    let mut world = World { app, ledger, sockets: Default::default(), model: Model::default() };
    for (index, step) in steps.iter().enumerate() {
        let (found, expected) = world.step(step).await;
        prop_assert_eq!(found, expected, "step {}, {:?} of {:?}", index, step, steps);
        prop_assert_eq!(world.ledger.entries().violations, 0, "{:?}", steps);
        let cookie = world.app.cookie("rally_session");
        prop_assert_eq!(&cookie, &world.model.cookie);
    }
    Ok(())
}

proptest! {
    #[test]
    fn guarded_code_never_runs_for_an_anonymous_caller(steps in prop::collection::vec(step(), 1..80)) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(run(&steps))?;
    }
}
