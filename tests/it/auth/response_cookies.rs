//! Cookies that handlers and loaders set.

use std::sync::Arc;
use std::time::Duration;

use rally::prelude::*;
use rally::testing::TestApp;
use rally::{Cookie, Refusal};

use crate::app::{HttpCx, State};

pub mod page {
    use super::*;

    rally::pages!();

    /// A page whose loader sets cookies and ends as `end` selects.
    #[page("/cookies/:end", loader)]
    pub struct Cookies {
        pub end: String,
    }

    #[derive(Wire)]
    pub struct Model(String);

    impl Page for Model {
        type Route = Cookies;
        type Msg = Never;

        fn init(_: Cookies, end: String, _: &ClientContext) -> Self {
            Self(end)
        }

        fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
            rsx! { p { "{self.0}" } }
        }
    }

    #[loader(public)]
    async fn load(page: Cookies, cx: &HttpCx) -> Result<String, LoadError> {
        cx.state().accounts.record(format!("load {}", page.end));
        match &*page.end {
            "sign-in" => drop(cx.sign_in()),
            "sign-out" => cx.sign_out(),
            "wrong" => cx.set_cookie(Cookie::new("a\r\nset-cookie: b", "")),
            _ => {
                cx.set_cookie(
                    Cookie::new("theme", "dark; Domain=x").max_age(Duration::from_secs(60)),
                );
                cx.remove_cookie("old");
            }
        }
        match &*page.end {
            "redirect" => Err(LoadError::Redirect("/cookies/end".to_owned())),
            "forbidden" => Err(LoadError::Forbidden),
            "not-found" => Err(LoadError::NotFound),
            "fails" => Err(std::io::Error::other("secret").into()),
            "panics" => panic!("secret"),
            _ => Ok(page.end),
        }
    }
}

const THEME: &str = "theme=dark%3B%20Domain=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60";
const OLD: &str = "old=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";

/// Sets a cookie in the way that the number selects.
#[derive(Debug, Wire)]
pub struct Set(pub u8);

#[server(public, http)]
async fn set(Set(how): Set, cx: &HttpCx) -> Result<u8, CallError<u8>> {
    match how {
        1 => cx.set_cookie(Cookie::new("rally_session", "planted")),
        2 => cx.set_cookie(Cookie::new("a; Domain=evil", "")),
        3 => cx.set_cookie(Cookie::new("a", "b").path("/\r\nset-cookie: c=d")),
        4 => drop(cx.sign_in()),
        5 => cx.sign_out(),
        _ => cx.set_cookie(Cookie::new("a", "b\r\nset-cookie: c=d")),
    }
    match how {
        10 => Err(CallError::App(10)),
        11 => Err(std::io::Error::other("secret").into()),
        12 => panic!("secret"),
        how => Ok(how),
    }
}

fn app() -> TestApp {
    let app = crate::app::app(Arc::new(State::default()));
    let app = TestApp::new(app, &[page::Cookies::PAGE]);
    app.set_cookie("rally_session", "00112233445566778899aabbccddeeff");
    app
}

#[tokio::test]
async fn a_loader_sets_cookies_with_its_page() {
    let app = app();
    let response = app.get("/cookies/end").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.cookies(), [THEME, OLD]);
    assert_eq!(app.cookie("theme").as_deref(), Some("dark%3B%20Domain=x"));
}

#[tokio::test]
async fn a_loader_sets_cookies_with_its_redirect() {
    let response = app().get("/cookies/redirect").await;
    assert_eq!((response.status().as_u16(), response.location()), (303, Some("/cookies/end")));
    assert_eq!(response.cookies(), [THEME, OLD]);
    assert!(response.bytes().is_empty());
}

#[tokio::test]
async fn a_loader_signs_in_and_out() {
    let app = app();
    let before = app.cookie("rally_session");
    app.get("/cookies/sign-in").await;
    let after = app.cookie("rally_session");
    assert!(after.is_some() && after != before);
    assert_eq!(app.get("/cookies/sign-out").await.cookies().len(), 1);
    assert_eq!(app.cookie("rally_session"), None);
}

#[tokio::test]
async fn a_loader_that_fails_sets_no_cookies() {
    for (end, status) in [("forbidden", 403), ("not-found", 404), ("fails", 500), ("panics", 500)] {
        let response = app().get(&format!("/cookies/{end}")).await;
        assert_eq!(response.status(), status);
        assert!(response.cookies().is_empty(), "{response:?}");
    }
}

#[tokio::test]
async fn an_invalid_cookie_is_an_internal_error() {
    let response = app().get("/cookies/wrong").await;
    assert_eq!(response.status(), 500);
    assert!(
        response.cookies().is_empty() && !response.text().contains("set-cookie"),
        "{response:?}"
    );
}

/// The browser loads the document of such a page, whose response can set cookies.
#[tokio::test]
async fn a_loader_with_an_http_context_does_not_run_for_a_navigation() {
    let state = Arc::new(State::default());
    let app = TestApp::new(crate::app::app(state.clone()), &[page::Cookies::PAGE]);
    let mut socket = app.socket().await;
    for end in ["end", "redirect", "sign-in", "sign-out", "forbidden", "not-found", "fails"] {
        let answer = socket.load_page(page::Cookies { end: end.to_owned() }).await;
        assert_eq!(answer.unwrap_err(), Refusal::OverHttp, "{end}");
    }
    assert!(!state.accounts.log().contains("load"));
    app.get("/cookies/end").await;
    assert!(state.accounts.log().contains("load end"));
}

#[tokio::test]
async fn a_call_over_http_sets_cookies() {
    let app = app();
    let response = app.call(Set(0)).response().await;
    let expected = "a=b%0D%0Aset-cookie:%20c=d; Path=/; HttpOnly; SameSite=Lax";
    assert_eq!((response.status().as_u16(), response.cookies()), (200, vec![expected.to_owned()]));
    assert_eq!(response.header("rally-session"), None);
    // An error of the app is a response too.
    let response = app.call(Set(10)).response().await;
    assert_eq!((response.status().as_u16(), response.cookies().len()), (200, 1));
}

#[tokio::test]
async fn a_call_that_fails_sets_no_cookies() {
    let app = app();
    for how in [11, 12] {
        let response = app.call(Set(how)).response().await;
        assert_eq!(response.status(), 500);
        assert!(response.cookies().is_empty(), "{response:?}");
    }
}

#[tokio::test]
async fn a_cookie_cannot_inject_a_header_or_another_cookie() {
    let app = app();
    for how in [1, 2, 3] {
        let response = app.call(Set(how)).response().await;
        assert_eq!(response.status(), 500, "{how}");
        assert!(
            response.cookies().is_empty() && !response.text().contains("set-cookie"),
            "{response:?}"
        );
    }
    assert_eq!(app.cookie("rally_session").as_deref(), Some("00112233445566778899aabbccddeeff"));
}
