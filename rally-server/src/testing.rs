//! Tests of a whole app: requests, cookies, forms, calls and sockets, without a
//! port and without a browser.

mod answer;
mod jar;
#[cfg(feature = "jobs")]
mod jobs;
mod multipart;
mod request;
mod socket;

use std::any::TypeId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request};
use rally_core::call::Call;
use rally_core::registry::KnownPage;
use rally_core::route::Route;
use tempfile::TempDir;
use tokio::io::DuplexStream;

pub use answer::Response;
pub use multipart::Multipart;
pub use request::{TestCall, TestRequest};
pub use socket::{Socket, TestSocket};

use crate::app::{App, Clients, Service};
use crate::config::BootError;
use crate::server::listener;
use jar::Jar;

/// The host that a test's requests name.
const HOST: &str = "localhost";

/// What the documents of an app look like that was not told of a `dist`.
const SHELL: &str = "<!DOCTYPE html><html><head></head><body><div id=\"app\"></div></body></html>";

/// How much may be on its way on one connection, in each direction.
const ON_ITS_WAY: usize = 64 * 1024;

/// An app that runs for a test, and a browser tab that asks it.
///
/// What is asked goes through the server's own HTTP, over a connection in
/// memory: so a test needs no port, and `#[tokio::test(start_paused = true)]`
/// lets hours pass at once. Cookies are kept and sent as a browser does, and
/// what a browser says about where a request comes from is said. A redirect is
/// an answer like any other, and is followed on request.
///
/// A clone is another tab of the same browser: it has the same cookies.
/// [`another_browser`](Self::another_browser) has none.
///
/// ```
/// use rally_server::app::App;
/// use rally_server::testing::TestApp;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Of an app it is `pages::ALL`.
/// let app = TestApp::new(App::new(()), &[]);
/// let answer = app.get("/nowhere").header("accept-language", "de").await;
/// assert_eq!(answer.status(), 404);
/// assert!(answer.html().contains("<p>There is no page here.</p>"));
/// # }
/// ```
///
/// The app runs in [`Environment::Development`](crate::config::Environment), unless
/// [`App::environment`] sets another one: `APP_ENV` and `RALLY_DEV` are ignored.
///
/// Whatever cannot be told of in an answer is a panic with the place of the
/// test: an app that does not boot, a connection that ends too soon.
#[derive(Clone)]
pub struct TestApp {
    app: Arc<Service>,
    /// Removed with the last tab.
    _dist: Option<Arc<TempDir>>,
    jar: Arc<Mutex<Jar>>,
    headers: HeaderMap,
    /// `false` for a native client: cookies and the headers of a browser are left out.
    is_browser: bool,
}

impl TestApp {
    /// Starts the app. Without [`App::dist`] it gets an HTML file of its own,
    /// so that the browser side need not be built.
    ///
    /// What the app logs as an error is printed with the test that fails, unless
    /// the test has a subscriber of its own: an answer of 500 says no more than
    /// where to find it.
    ///
    /// # Panics
    ///
    /// When the app's parts do not fit together.
    #[track_caller]
    pub fn new<S, I>(app: App<S, I>, clients: impl Into<Clients>) -> Self
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
    {
        booted(Self::try_new(app, clients))
    }

    /// Starts the app, as [`new`](Self::new) does, or returns the error that the
    /// server would print at boot.
    ///
    /// ```
    /// use rally_server::app::App;
    /// use rally_server::testing::TestApp;
    ///
    /// let error = TestApp::try_new(App::new(()).allow_origin("shop"), &[]).err().unwrap();
    /// assert!(error.to_string().contains("shop"));
    /// ```
    ///
    /// # Errors
    ///
    /// When the app's parts do not fit together, or [`App::dist`] has no
    /// `index.html`.
    pub fn try_new<S, I>(app: App<S, I>, clients: impl Into<Clients>) -> Result<Self, BootError>
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
    {
        match app.has_dist() {
            true => Self::start(app, clients.into(), None),
            false => Self::start(app, clients.into(), Some(dist_of(&[]))),
        }
    }

    /// Starts the app with a temporary directory of these files as its
    /// [`App::dist`]. Without an `index.html` among them it has a minimal one.
    ///
    /// ```
    /// use rally_server::app::App;
    /// use rally_server::testing::TestApp;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let files: &[(&str, &[u8])] = &[("robots.txt", b"User-agent: *")];
    /// let app = TestApp::with_dist(App::new(()), &[], files);
    /// assert_eq!(app.get("/robots.txt").await.text(), "User-agent: *");
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the app's parts do not fit together, or a file cannot be written.
    #[track_caller]
    pub fn with_dist<S, I>(
        app: App<S, I>,
        clients: impl Into<Clients>,
        files: &[(&str, &[u8])],
    ) -> Self
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
    {
        booted(Self::start(app, clients.into(), Some(dist_of(files))))
    }

    fn start<S, I>(
        mut app: App<S, I>,
        clients: Clients,
        dist: Option<TempDir>,
    ) -> Result<Self, BootError>
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
    {
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR);
        let _ = log.with_test_writer().with_ansi(false).try_init();
        if let Some(dist) = &dist {
            app = app.dist(dist.path());
        }
        app.is_test = true;
        Ok(Self {
            app: Arc::new(app.start(clients)?),
            _dist: dist.map(Arc::new),
            jar: Arc::default(),
            headers: HeaderMap::new(),
            is_browser: true,
        })
    }

    /// Another browser, without cookies, that asks the same app.
    #[must_use]
    pub fn another_browser(&self) -> Self {
        Self { jar: Arc::default(), ..self.clone() }
    }

    /// A client that is not a browser, such as a mobile app. It has no cookies
    /// and keeps none, and sends `Origin` and `Sec-Fetch-Site` only where the
    /// test sets them.
    ///
    /// ```
    /// use rally_server::app::App;
    /// use rally_server::testing::TestApp;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = TestApp::new(App::new(()), &[]).native_client();
    /// let client = client.with_header("authorization", "Bearer abc");
    /// assert_eq!(client.get("/nowhere").await.status(), 404);
    /// # }
    /// ```
    #[must_use]
    pub fn native_client(&self) -> Self {
        Self { is_browser: false, ..self.another_browser() }
    }

    /// The same tab with a header that it sends with everything from now on.
    ///
    /// # Panics
    ///
    /// When it is no header.
    #[track_caller]
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set(&mut self.headers, name, value);
        self
    }

    /// Asks for a path and query.
    pub fn get(&self, path: &str) -> TestRequest {
        self.ask(Method::GET, path, Bytes::new())
    }

    /// Posts a body.
    pub fn post(&self, path: &str, body: impl Into<Bytes>) -> TestRequest {
        self.ask(Method::POST, path, body.into())
    }

    /// Posts names and values as a form does: to `/?/sign` for the form `sign` of
    /// the page at `/`, to `/notes?page=2&/sign` for one at `/notes?page=2`.
    pub fn post_form(&self, path: &str, values: &[(&str, &str)]) -> TestRequest {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        let form = "application/x-www-form-urlencoded";
        self.post(path, body).header("content-type", form)
    }

    /// Posts names, values and files as a form with files does.
    pub fn post_multipart(&self, path: &str, form: Multipart) -> TestRequest {
        let (kind, body) = form.into_body();
        self.post(path, body).header("content-type", &kind)
    }

    /// Makes a call over HTTP.
    pub fn call<C: Call>(&self, message: C) -> TestCall<C> {
        TestCall::new(self, &message)
    }

    /// Opens a socket.
    pub fn socket(&self) -> TestSocket {
        TestSocket::new(self)
    }

    /// Sends a request as it is, but for the cookies and what this tab says of
    /// itself where the request does not.
    pub fn request(&self, request: Request<Bytes>) -> TestRequest {
        TestRequest::new(self.clone(), request)
    }

    /// A connection, for what no honest client sends.
    pub fn connect(&self) -> DuplexStream {
        let (client, server) = tokio::io::duplex(ON_ITS_WAY);
        self.app.lifecycle().spawn(listener::serve(server, self.app.http.clone()));
        client
    }

    /// The value of a cookie that this browser would send with a request for
    /// `/`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get("/", name)
    }

    /// Has the browser keep a cookie, for every path.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar().keep("/", &format!("{name}={value}; path=/"));
    }

    /// Has the browser forget its cookies.
    pub fn clear_cookies(&self) {
        *self.jar() = Jar::default();
    }

    fn ask(&self, method: Method, path: &str, body: Bytes) -> TestRequest {
        let request = Request::builder().method(method).uri(path).body(body);
        self.request(request.unwrap_or_else(|error| panic!("`{path}` is no path: {error}")))
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page of a route.
    fn page<R: Route>(&self) -> &KnownPage {
        let mut pages = self.app.calls().registry.pages();
        let page = pages.find(|it| (it.route)() == TypeId::of::<R>());
        page.unwrap_or_else(|| panic!("`{}` is no page of this app", std::any::type_name::<R>()))
    }

    /// Says of a request what the browser would.
    fn complete(&self, request: &mut Request<Bytes>) {
        let cookies = self.jar().header(request.uri().path());
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            or_insert(headers, name, value.clone());
        }
        or_insert(headers, &header::HOST, HeaderValue::from_static(HOST));
        if !self.is_browser {
            return;
        }
        let site = HeaderName::from_static("sec-fetch-site");
        or_insert(headers, &site, HeaderValue::from_static("same-origin"));
        // Browsers name the origin of a request that may change something, and of a
        // socket.
        if !is_safe || headers.contains_key(header::UPGRADE) {
            or_insert(headers, &header::ORIGIN, HeaderValue::from_static("http://localhost"));
        }
        if let Ok(cookies) = HeaderValue::from_str(&cookies)
            && !cookies.is_empty()
        {
            or_insert(headers, &header::COOKIE, cookies);
        }
    }

    /// Keeps what an answer sets.
    fn remember(&self, path: &str, headers: &HeaderMap) {
        let cookies = self.is_browser.then(|| headers.get_all(header::SET_COOKIE));
        for cookie in cookies.into_iter().flatten() {
            self.jar().keep(path, &String::from_utf8_lossy(cookie.as_bytes()));
        }
    }
}

/// A directory of these files, and an `index.html`.
fn dist_of(files: &[(&str, &[u8])]) -> TempDir {
    let dist = tempfile::tempdir().expect("cannot create a temporary directory");
    let index: (&str, &[u8]) = ("index.html", SHELL.as_bytes());
    for (name, bytes) in [&[index], files].concat() {
        std::fs::write(dist.path().join(name), bytes).expect("cannot write a temporary file");
    }
    dist
}

#[track_caller]
fn booted(app: Result<TestApp, BootError>) -> TestApp {
    app.unwrap_or_else(|error| panic!("the app does not boot: {error}"))
}

fn or_insert(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

#[track_caller]
fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name: HeaderName = name.parse().unwrap_or_else(|_| panic!("`{name}` is no header"));
    let value = value.parse().unwrap_or_else(|_| panic!("`{value}` is no header's value"));
    headers.insert(name, value);
}
