//! The app under test: its pages and handlers, and helpers that start it and
//! read its responses.

mod boot;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use rally::Limits;
use rally::PageEntry;
use rally::db::Db;
use rally::prelude::*;
use rally::testing::{Response, Socket, TestApp};
use rally_core::call::call_fingerprint;
use rally_core::codec;
use rally_core::frame::{CallPage, ClientFrame, RequestId, ServerFrame};
use tokio::sync::Notify;

use crate::auth::accounts::{Account, Accounts, Ledger};

#[derive(Default)]
pub struct State {
    /// `Wait` calls notify `started`, wait for `resume`, and notify `finished`.
    pub resume: Notify,
    pub started: Notify,
    pub finished: Notify,
    /// The messages that handlers have received, in order.
    pub messages: Mutex<Vec<String>>,
    pub accounts: Arc<Ledger>,
    /// The hostname that `from_session` has read, or an empty string.
    pub tenant: String,
    pub db: Option<Db>,
}

impl State {
    pub fn db(&self) -> &Db {
        self.db.as_ref().expect("the test has no database")
    }
}

pub type Cx = rally::Cx<Arc<State>, Account>;
pub type HttpCx = rally::HttpCx<Arc<State>, Account>;

pub type TheApp = App<Arc<State>, Account>;

/// The app under test. All tests of this binary share its handlers, because the
/// macros register them for the whole binary.
pub fn app(state: Arc<State>) -> TheApp {
    App::new(state).auth(Accounts)
}

pub const PAGES: &[PageEntry] = &[note::Note::PAGE, plain::Plain::PAGE, leave::Leave::PAGE];

pub fn test_app() -> TestApp {
    configured(|app| app)
}

pub fn test_app_with_state() -> (TestApp, Arc<State>) {
    let state = Arc::new(State::default());
    (TestApp::new(app(state.clone()), PAGES), state)
}

pub fn limited(limits: Limits) -> TestApp {
    configured(|app| app.limits(limits))
}

pub fn configured(configure: impl FnOnce(TheApp) -> TheApp) -> TestApp {
    TestApp::new(configure(app(Arc::default())), PAGES)
}

/// A running app with the pages of `tests/site` and this `index.html`.
pub fn site_app(shell: &str) -> TestApp {
    let files: &[(&str, &[u8])] = &[("index.html", shell.as_bytes())];
    TestApp::with_dist(app(Arc::default()), site::pages::ALL, files)
}

/// A request with any method. A header may be listed more than once.
pub fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    request.body(body.into()).unwrap()
}

pub fn frame<C: Call>(id: RequestId, message: &C) -> Vec<u8> {
    raw_frame::<C>(id, &codec::encode(message).unwrap())
}

/// The frame of a call with any bytes as its message.
pub fn raw_frame<C: Call>(id: RequestId, body: &[u8]) -> Vec<u8> {
    let fingerprint = call_fingerprint::<C>();
    ClientFrame::Call { id, name: C::NAME, fingerprint, page: CallPage::None, body }.to_bytes()
}

/// Runs one test of this binary in another process, where these environment
/// variables are set or removed. Within a process they are shared by all tests.
#[track_caller]
pub fn run_with_variables(test: &str, variables: &[(&str, Option<&str>)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test]);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{test} failed:\n{text}");
}

pub async fn receive<T>(socket: &mut Socket, read: impl FnOnce(ServerFrame<'_>) -> T) -> T {
    read(ServerFrame::read(&socket.receive().await).unwrap())
}

pub async fn close_code(socket: &mut Socket) -> u16 {
    socket.closed().await.expect("a close frame with a code").0
}

/// Returns the flags that are embedded in a document, read as the browser reads them.
#[track_caller]
pub fn flags(response: &Response) -> Vec<u8> {
    let document = response.text();
    let (_, rest) = document.split_once("id=\"rally-flags\">").expect("a script with flags");
    let (text, _) = rest.split_once("</script>").expect("the end of the script");
    rally_core::flags::text::read(text)
}

pub fn sets_only_the_session(response: &Response) -> bool {
    response.cookies().iter().all(|cookie| cookie.starts_with("rally_session="))
}

/// `/notes/:id?tone=`: the id selects what the loader returns.
pub mod note {
    use super::*;

    rally::pages!();

    #[page("/notes/:id", loader)]
    pub struct Note {
        pub id: i64,
        #[query(default)]
        pub tone: u8,
    }

    #[derive(Wire)]
    pub struct Model {
        text: String,
    }

    pub enum Msg {}

    impl Page for Model {
        type Route = Note;
        type Msg = Msg;

        fn init(_: Note, text: String, _: &ClientContext) -> Self {
            Self { text }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            assert!(self.text != "unviewable", "the view's secret");
            rsx! {
                p { title: "{self.text}", "{self.text}" }
            }
        }
    }

    #[loader(public)]
    async fn load(page: Note, _: &Cx) -> Result<String, LoadError> {
        match page.id {
            1 => Ok(format!("tone {}", page.tone)),
            2 => Ok("</script><script>alert(1)</script><!-- \u{2028}\0\" '&".to_owned()),
            3 => Err(LoadError::redirect(Note { id: 1, tone: 7 })),
            4 => Err(LoadError::Forbidden),
            5 => Err("x".parse::<i64>().unwrap_err().into()),
            6 => panic!("the loader's secret"),
            7 => Ok("unviewable".to_owned()),
            8 => Err(LoadError::Redirect("/a\r\nset-cookie: b".to_owned())),
            _ => Err(LoadError::NotFound),
        }
    }
}

/// `/plain`: without a loader.
pub mod plain {
    use super::*;

    rally::pages!();

    #[page("/plain")]
    pub struct Plain;

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {}

    impl Page for Model {
        type Route = Plain;
        type Msg = Msg;

        fn init(_: Plain, _: (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, client: &ClientContext) -> Element {
            rsx! {
                p { "{client.current_path}" }
            }
        }
    }
}

/// `/leave?to=`: redirects to `to`.
pub mod leave {
    use super::*;

    rally::pages!();

    #[page("/leave", loader)]
    pub struct Leave {
        #[query(default)]
        pub to: LocalPath,
    }

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {}

    impl Page for Model {
        type Route = Leave;
        type Msg = Msg;

        fn init(_: Leave, _: (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {}
        }
    }

    #[loader(public)]
    async fn load(page: Leave, _: &Cx) -> Result<(), LoadError> {
        Err(LoadError::Redirect(page.to.into()))
    }
}

#[derive(Debug, Wire)]
pub struct Echo(pub String);

#[server(public)]
async fn echo(msg: Echo, _: &Cx) -> Result<String, Never> {
    Ok(msg.0)
}

/// Fails in the way that the number selects.
#[derive(Wire)]
pub struct Fail(pub u8);

#[derive(Debug, PartialEq, Wire)]
pub struct Invalid {
    pub field: String,
}

#[server(public)]
async fn fail(msg: Fail, _: &Cx) -> Result<(), CallError<Invalid>> {
    match msg.0 {
        0 => Err(CallError::App(Invalid { field: "name".to_owned() })),
        1 => Err("x".parse::<i64>().unwrap_err().into()),
        _ => panic!("the handler's secret"),
    }
}

/// Nested lists; returned as they are.
#[derive(Wire)]
pub struct Nest(pub Vec<Nest>);

#[server(public)]
async fn nest(msg: Nest, _: &Cx) -> Result<Nest, Never> {
    Ok(msg)
}

/// Values that are small on the wire and large in memory; the response is their
/// number.
#[derive(Wire)]
pub struct Count(pub Vec<Option<[u64; 32]>>);

#[server(public)]
async fn count(msg: Count, _: &Cx) -> Result<usize, Never> {
    Ok(msg.0.len())
}

/// A value of every kind that can be sent; returned as it is.
#[derive(Debug, PartialEq, Wire)]
pub struct Rich {
    pub numbers: (u8, i64, f64, f32),
    pub text: String,
    pub letter: char,
    pub bytes: Vec<u8>,
    pub time: Duration,
    pub map: BTreeMap<String, Option<u16>>,
    pub set: BTreeSet<i32>,
    pub kind: Kind,
    pub inner: Vec<Rich>,
}

#[derive(Debug, PartialEq, Wire)]
pub enum Kind {
    Plain,
    Holding(u32),
    Named { first: bool, second: [u8; 3] },
    Result(Box<Result<(), String>>),
}

#[server(public)]
async fn rich(msg: Rich, _: &Cx) -> Result<Rich, Never> {
    Ok(msg)
}

/// Waits until the test notifies [`State::resume`].
#[derive(Wire)]
pub struct Wait;

#[server(public)]
async fn wait(_: Wait, cx: &Cx) -> Result<(), Never> {
    cx.state().started.notify_one();
    cx.state().resume.notified().await;
    cx.state().finished.notify_one();
    Ok(())
}

/// Returns that many bytes.
#[derive(Wire)]
pub struct Fill(pub usize);

#[server(public)]
async fn fill(msg: Fill, _: &Cx) -> Result<Vec<u8>, Never> {
    Ok(vec![7; msg.0])
}
