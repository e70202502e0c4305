//! Tests of a whole app with requests, forms, calls and sockets, without a port or a browser.

mod jar;
#[cfg(feature = "jobs")]
mod jobs;
mod multipart;
mod request;
mod response;
mod socket;

use std::any::TypeId;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request};
use rally_core::call::Call;
use rally_core::form::{self, Form, FormValues, name_of, write_form};
use rally_core::registry::KnownPage;
use rally_core::route::Route;
use tempfile::TempDir;
use tokio::io::DuplexStream;

pub use multipart::Multipart;
pub use request::{TestCall, TestRequest};
pub use response::Response;
pub use socket::{Socket, TestSocket};

use crate::app::{App, Clients, Service};
use crate::config::BootError;
use crate::server::listener;
use jar::CookieJar;

const HOST: &str = "localhost";

/// The `index.html` of an app without its own `index.html`.
const SHELL: &str = "<!DOCTYPE html><html><head></head><body><div id=\"app\"></div></body></html>";

/// Maximum number of bytes in flight on one connection, in each direction.
const MAX_IN_FLIGHT: usize = 64 * 1024;

/// A running app in a test, and a browser tab that sends requests to the app.
///
/// Requests use the server's real HTTP code, over a connection in memory. With
/// `#[tokio::test(start_paused = true)]` a test does not wait for timers: while all tasks are
/// idle, the clock jumps to the next timer.
///
/// As a browser does, the tab keeps and sends cookies, and sends `Origin` and
/// `Sec-Fetch-Site`. It follows redirects only with [`follow`](TestRequest::follow). A clone
/// is another tab with the same cookies. [`another_browser`](Self::another_browser) returns
/// a tab with other cookies.
///
/// ```
/// use rally_server::app::App;
/// use rally_server::testing::TestApp;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Instead of `&[]` an app passes `pages::ALL`.
/// let app = TestApp::new(App::new(()), &[]);
/// let response = app.get("/nowhere").header("accept-language", "de").await;
/// assert_eq!(response.status(), 404);
/// assert!(response.html().contains("<p>There is no page here.</p>"));
/// # }
/// ```
///
/// The app runs in [`Environment::Development`](crate::config::Environment), unless
/// [`App::environment`] sets another environment. `APP_ENV` and `RALLY_DEV` are ignored.
///
/// A method panics if an argument is invalid, such as a header name. Awaiting a request panics
/// if the connection ends before the response.
#[derive(Clone)]
pub struct TestApp {
    app: Arc<Service>,
    /// The temporary directory, deleted when the last clone of this app is dropped.
    _dist: Option<Arc<TempDir>>,
    jar: Arc<Mutex<CookieJar>>,
    headers: HeaderMap,
    /// `false` for a native client, for which no cookies and no headers of a browser are added.
    is_browser: bool,
}

impl TestApp {
    /// Starts the app. If [`App::dist`] is not set, the app has a minimal `index.html`.
    ///
    /// A response with status 500 contains only the id of an error in the log. So a failing
    /// test prints the errors that the app logs, unless another `tracing` subscriber has been
    /// set.
    ///
    /// # Panics
    ///
    /// If the app cannot start: see [`try_new`](Self::try_new).
    #[track_caller]
    pub fn new<S, I>(app: App<S, I>, clients: impl Into<Clients>) -> Self
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
    {
        booted(Self::try_new(app, clients))
    }

    /// Starts the app as [`new`](Self::new) does, but returns an error instead of panicking.
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
    /// If a check of the app fails, for example because [`App::dist`] has no `index.html`, or
    /// because a handler expects another state type.
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

    /// Starts the app with these files in [`App::dist`]. A missing `index.html` is added.
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
    /// If the app cannot start, or a file cannot be written.
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

    /// Returns a tab of another browser, which has no cookies yet.
    #[must_use]
    pub fn another_browser(&self) -> Self {
        Self { jar: Arc::default(), ..self.clone() }
    }

    /// Returns a client that is not a browser, such as a mobile app.
    ///
    /// The client keeps no cookies. It sends `Origin` and `Sec-Fetch-Site` only if the test sets
    /// them.
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

    /// Sets a header that this tab sends with each request that does not have the header.
    #[track_caller]
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set(&mut self.headers, name, value);
        self
    }

    /// Requests a path with GET. The path may have a query.
    pub fn get(&self, path: &str) -> TestRequest {
        self.build_request(Method::GET, path, Bytes::new())
    }

    /// Posts a body to a path.
    pub fn post(&self, path: &str, body: impl Into<Bytes>) -> TestRequest {
        self.build_request(Method::POST, path, body.into())
    }

    /// Posts names and values, as a form does.
    ///
    /// The path of the form `sign` is `/?/sign` on the page `/`, and `/a?b=2&/sign` on the page
    /// `/a?b=2`.
    pub fn post_form(&self, path: &str, values: &[(&str, &str)]) -> TestRequest {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        let form = "application/x-www-form-urlencoded";
        self.post(path, body).header("content-type", form)
    }

    /// Posts the form of the type `T` on the page of this URL, with the values that show `value`.
    ///
    /// For a form with a key, use [`submit_keyed`](Self::submit_keyed), and for one of
    /// [`Dispatch::post`](rally_core::dispatch::Dispatch::post) [`submit_post`](Self::submit_post).
    /// [`post_form`](Self::post_form) posts values that no `T` has.
    ///
    /// ```
    /// # use rally_server::testing::TestApp;
    /// # use rally_core::form::Form;
    /// async fn join<NewAccount: Form>(app: &TestApp, account: &NewAccount) {
    ///     let response = app.submit("/join", account).follow().await;
    ///     assert!(response.html().contains("Welcome."));
    /// }
    /// ```
    pub fn submit<T: Form>(&self, url: &str, value: &T) -> TestRequest {
        self.submit_values(url, T::FORM_NAME, T::KIND.has_files(), &write_form(value))
    }

    /// Posts the form of the type `T` with this key, like [`submit`](Self::submit).
    pub fn submit_keyed<T: Form>(&self, url: &str, key: impl Display, value: &T) -> TestRequest {
        let name = format!("{}/{key}", T::FORM_NAME);
        self.submit_values(url, &name, T::KIND.has_files(), &write_form(value))
    }

    /// Posts the form without fields that `dispatch.post` has made for this value, on the page of
    /// this URL.
    pub fn submit_post<T: Form>(&self, url: &str, value: &T) -> TestRequest {
        self.submit_values(url, &name_of(value), false, &FormValues::new())
    }

    fn submit_values(
        &self,
        url: &str,
        name: &str,
        has_files: bool,
        values: &FormValues,
    ) -> TestRequest {
        let path = url.split('?').next().unwrap_or(url);
        let url = format!("{path}{}", form::action(url, name));
        match has_files {
            true => self.post_multipart(&url, Multipart::from(values)),
            false => self.post_form(&url, &values.texts().collect::<Vec<_>>()),
        }
    }

    /// Posts names, values and files, as a form with files does.
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

    /// Sends a request. The headers and cookies of this tab are added if the request lacks them.
    pub fn request(&self, request: Request<Bytes>) -> TestRequest {
        TestRequest::new(self.clone(), request)
    }

    /// Opens a connection for raw bytes, such as invalid HTTP that no client library sends.
    pub fn connect(&self) -> DuplexStream {
        let (client, server) = tokio::io::duplex(MAX_IN_FLIGHT);
        self.app.lifecycle().spawn(listener::serve(server, self.app.http.clone()));
        client
    }

    /// Returns the value of a cookie that this browser sends with a request for `/`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get("/", name)
    }

    /// Sets a cookie in the browser, for every path.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar().keep("/", &format!("{name}={value}; path=/"));
    }

    /// Removes all cookies of the browser.
    pub fn clear_cookies(&self) {
        *self.jar() = CookieJar::default();
    }

    fn build_request(&self, method: Method, path: &str, body: Bytes) -> TestRequest {
        let request = Request::builder().method(method).uri(path).body(body);
        self.request(
            request.unwrap_or_else(|error| panic!("`{path}` is not a valid path: {error}")),
        )
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page<R: Route>(&self) -> &KnownPage {
        let mut pages = self.app.calls().registry.pages();
        let page = pages.find(|it| (it.route)() == TypeId::of::<R>());
        page.unwrap_or_else(|| panic!("`{}` is not a page of this app", std::any::type_name::<R>()))
    }

    /// Adds the headers of this tab or client that the request lacks.
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
        let accept = HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8");
        or_insert(headers, &header::ACCEPT, accept);
        let site = HeaderName::from_static("sec-fetch-site");
        or_insert(headers, &site, HeaderValue::from_static("same-origin"));
        // Browsers send `Origin` if a request may change state, and with a WebSocket handshake.
        if !is_safe || headers.contains_key(header::UPGRADE) {
            or_insert(headers, &header::ORIGIN, HeaderValue::from_static("http://localhost"));
        }
        if let Ok(cookies) = HeaderValue::from_str(&cookies)
            && !cookies.is_empty()
        {
            or_insert(headers, &header::COOKIE, cookies);
        }
    }

    fn remember(&self, path: &str, headers: &HeaderMap) {
        let cookies = self.is_browser.then(|| headers.get_all(header::SET_COOKIE));
        for cookie in cookies.into_iter().flatten() {
            self.jar().keep(path, &String::from_utf8_lossy(cookie.as_bytes()));
        }
    }
}

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
    let name: HeaderName =
        name.parse().unwrap_or_else(|_| panic!("`{name}` is not a valid header name"));
    let value = value.parse().unwrap_or_else(|_| panic!("`{value}` is not a valid header value"));
    headers.insert(name, value);
}
