//! Forms that sign in or out or need a sign-in, and forms of layouts.

use std::sync::Arc;

use rally::PageEntry;
use rally::prelude::*;
use rally::testing::{Multipart, TestApp};
use rally::{Cookie, Head, Layout};

use super::{assert_redirect, send_whole};
use crate::app::{Cx, HttpCx, State};
use crate::auth::accounts::Ledger;
use door::Door;
use room::Room;

const PAGES: &[PageEntry] = &[
    PageEntry::of::<door::Model, Door, Frame>("it::render::forms::sign_in::door::Door"),
    PageEntry::of::<room::Model, Room, Frame>("it::render::forms::sign_in::room::Room").guarded(),
    letter::Letter::PAGE,
];

/// The layout of both pages: signs out, and sets language and theme.
#[derive(Wire)]
struct Frame {
    notice: String,
}

enum FrameMsg {
    Leave,
    Left(Reply<Leave>),
    Chosen(FormValues),
}

impl Layout for Frame {
    type Context = ClientContext;
    type Msg = FrameMsg;

    fn init(_: &ClientContext) -> Self {
        Self { notice: String::new() }
    }

    fn update(&mut self, msg: FrameMsg, _: &ClientContext) -> Effect<FrameMsg> {
        match msg {
            FrameMsg::Leave => Leave.call(FrameMsg::Left),
            FrameMsg::Left(Ok(())) => Effect::navigate(Door),
            FrameMsg::Left(Err(error)) => {
                self.notice = error.to_string();
                Effect::none()
            }
            FrameMsg::Chosen(values) => {
                let dark = Effect::set_dark_mode(values.get("dark").map(|dark| dark == "yes"));
                Effect::batch([Effect::set_lang(values.text("lang")), dark])
            }
        }
    }

    fn view(
        &self,
        content: Element,
        dispatch: Dispatch<FrameMsg>,
        client: &ClientContext,
    ) -> Element {
        rsx! {
            form { ..dispatch.raw_form("leave", |_| FrameMsg::Leave), button { "Leave" } }
            form { ..dispatch.raw_form("choose", FrameMsg::Chosen), button { "Choose" } }
            p { "{client.lang} {client.dark_mode} {self.notice}" }
            {content}
        }
    }
}

#[derive(Debug, PartialEq, Wire)]
struct Leave;

#[server(signed_in, http)]
async fn leave(_: Leave, cx: &HttpCx) -> Result<()> {
    cx.state().accounts.remove(cx.session());
    cx.sign_out();
    Ok(())
}

/// `/door`: signs in, and then calls as the new account.
mod door {
    use super::*;

    rally::pages!();

    #[page("/door")]
    pub struct Door;

    #[derive(Wire)]
    pub struct Model {
        name: String,
        notice: String,
    }

    pub enum Msg {
        Submitted(FormValues),
        Entered(Reply<Enter>),
        Looked(Reply<room::Look>),
    }

    #[derive(Debug, PartialEq, Wire)]
    pub struct Enter(pub String);

    #[server(public, http)]
    async fn enter(msg: Enter, cx: &HttpCx) -> Result<(), CallError<String>> {
        if msg.0.is_empty() {
            return Err(CallError::App("Who is there?".to_owned()));
        }
        let session = cx.sign_in();
        cx.state().accounts.add(session, &msg.0);
        cx.set_cookie(Cookie::new("last", msg.0));
        Ok(())
    }

    impl Page for Model {
        type Route = Door;
        type Msg = Msg;

        fn init(_: Door, (): (), _: &ClientContext) -> Self {
            Self { name: String::new(), notice: String::new() }
        }

        fn head(&self, _: &ClientContext) -> Head {
            Head::title(format!("Door {}", self.name))
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Submitted(values) => {
                    self.name = values.text("name").to_owned();
                    Enter(self.name.clone()).call(Msg::Entered)
                }
                Msg::Entered(Ok(())) => room::Look.call(Msg::Looked),
                Msg::Entered(Err(error)) => {
                    self.notice = error.to_string();
                    Effect::none()
                }
                Msg::Looked(Ok(name)) if name == self.name => Effect::navigate(Room),
                Msg::Looked(reply) => {
                    self.notice = format!("{reply:?}");
                    Effect::none()
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                form {
                    ..dispatch.raw_form("enter", Msg::Submitted),
                    input { name: "name", value: "{self.name}" }
                }
                p { role: "alert", "{self.notice}" }
            }
        }
    }
}

/// `/room`: needs a sign-in.
mod room {
    use super::*;

    rally::pages!();

    #[page("/room", loader, signed_in)]
    pub struct Room;

    #[derive(Wire)]
    pub struct Model(String);

    pub enum Msg {
        Looking,
        Looked(Reply<Look>),
    }

    #[derive(Debug, PartialEq, Wire)]
    pub struct Look;

    #[server(signed_in)]
    async fn look(_: Look, cx: &Cx) -> Result<String> {
        cx.state().accounts.record("look");
        Ok(cx.identity().map(|who| who.name.clone()).unwrap_or_default())
    }

    #[loader(page)]
    async fn load(_: Room, cx: &Cx) -> Result<String, LoadError> {
        Ok(cx.identity().map(|who| who.name.clone()).unwrap_or_default())
    }

    impl Page for Model {
        type Route = Room;
        type Msg = Msg;

        fn init(_: Room, name: String, _: &ClientContext) -> Self {
            Self(name)
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Looking => Look.call(Msg::Looked),
                Msg::Looked(reply) => {
                    self.0 = format!("{reply:?}");
                    Effect::none()
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                form { ..dispatch.raw_form("look", |_| Msg::Looking) }
                form { ..dispatch.raw_form("choose", |_| Msg::Looking) }
                p { "Welcome, {self.0}." }
            }
        }
    }
}

/// `/letter`: its loader signs in.
mod letter {
    use super::*;

    rally::pages!();

    #[page("/letter", loader)]
    pub struct Letter;

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {
        Answered,
        Looked,
    }

    #[loader(public)]
    async fn load(_: Letter, cx: &HttpCx) -> Result<(), LoadError> {
        cx.state().accounts.add(cx.sign_in(), "Ada");
        Ok(())
    }

    impl Page for Model {
        type Route = Letter;
        type Msg = Msg;

        fn init(_: Letter, (): (), _: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Answered => room::Look.call(|_| Msg::Looked),
                Msg::Looked => Effect::none(),
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                form { ..dispatch.raw_form("answer", |_| Msg::Answered) }
            }
        }
    }
}

fn site() -> (TestApp, Arc<Ledger>) {
    let state = State::default();
    let ledger = state.accounts.clone();
    (TestApp::new(crate::app::app(Arc::new(state)), PAGES), ledger)
}

#[tokio::test]
async fn a_form_signs_in_and_its_next_call_is_signed_in() {
    let (app, _) = site();
    app.get("/door").await;
    let before = app.cookie("rally_session").unwrap();
    let response = app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert_redirect(&response, "/room");
    assert_ne!(app.cookie("rally_session").unwrap(), before, "the session was not replaced");
    assert_eq!(app.cookie("last").as_deref(), Some("Ada"));
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_browser_without_cookies_signs_in_by_its_first_post() {
    let (app, _) = site();
    let response = app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert_redirect(&response, "/room");
    let sessions = response.cookies();
    assert_eq!(sessions.iter().filter(|it| it.starts_with("rally_session=")).count(), 1);
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_loader_signs_in_and_the_forms_call_is_signed_in() {
    let (app, _) = site();
    let response = app.post_form("/letter?/answer", &[]).await;
    assert_redirect(&response, "/letter");
    let sessions = response.cookies();
    assert_eq!(sessions.iter().filter(|it| it.starts_with("rally_session=")).count(), 1);
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_failed_sign_in_shows_the_form() {
    let (app, _) = site();
    let response = app.post_form("/door?/enter", &[("name", "")]).await;
    assert_eq!(response.status(), 422);
    let html = response.html();
    assert!(html.contains("Who is there?") && html.contains("<title>Door"), "{html}");
    assert!(app.cookie("rally_session").is_some(), "the document set no session");
}

#[tokio::test]
async fn the_guard_of_a_page_decides_before_its_form_is_read() {
    let (app, ledger) = site();
    let to = "/sign-in?return_to=/room";
    assert_redirect(&app.post_form("/room?/look", &[]).await, to);
    // Neither a form nor any other body is read before the guard decides.
    assert_redirect(&app.post("/room?/look", "nonsense").await, to);
    assert!(!ledger.log().contains("look"));
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert_eq!(app.post("/room?/look", "nonsense").await.status(), 415);
    assert_redirect(&app.post_form("/room?/look", &[]).await, "/room");
}

/// A browser sends the whole body before it reads the response, and would see a
/// reset connection.
#[tokio::test]
async fn a_large_form_of_a_guest_is_read_to_the_end_and_redirected_to_sign_in() {
    let (app, _) = site();
    let (kind, body) = Multipart::new().file("photo", "a", "", vec![7; 5_000_000]).into_body();
    let response = send_whole(app.connect(), "/room?/look", &kind, &body).await;
    assert!(response.contains("location: /sign-in?return_to=/room"), "{response}");
    let form = "application/x-www-form-urlencoded";
    let response = send_whole(app.connect(), "/room?/look", form, &body).await;
    assert!(response.contains("location: /sign-in?return_to=/room"), "{response}");
}

#[tokio::test]
async fn a_guest_whose_form_needs_a_sign_in_is_redirected_to_it() {
    let (app, _) = site();
    let response = app.post_form("/door?/leave", &[]).await;
    assert_redirect(&response, "/sign-in?return_to=/door");
}

#[tokio::test]
async fn a_form_of_a_layout_can_be_posted_to_every_page() {
    let (app, _) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert!(app.get("/room").await.html().contains("<form action=\"?/leave\" method=\"post\">"));
    assert_redirect(&app.post_form("/room?/leave", &[]).await, "/door");
    assert_eq!(app.cookie("rally_session"), None);
    assert_redirect(&app.get("/room").await, "/sign-in?return_to=/room");
}

/// Both have a form `choose`. The page's form must not be taken for the
/// layout's.
#[tokio::test]
async fn a_form_of_the_page_and_one_of_its_layout_with_one_name_are_an_internal_error() {
    let (app, ledger) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    ledger.log();
    assert_eq!(app.post_form("/room?/choose", &[("lang", "de")]).await.status(), 500);
    assert!(!ledger.log().contains("look"));
}

#[tokio::test]
async fn preferences_chosen_without_script_are_kept_in_cookies() {
    let (app, _) = site();
    let response = app.post_form("/door?a&/choose", &[("lang", "de-AT"), ("dark", "yes")]).await;
    assert_redirect(&response, "/door?a");
    let kept = response.cookies().join("\n");
    assert!(kept.contains("__rally_lang=de; Path=/; SameSite=Lax; Max-Age=31536000"), "{kept}");
    assert!(
        kept.contains("__rally_dark_mode=1; Path=/; SameSite=Lax"),
        "scripts must be able to read the cookie: {kept}"
    );
    assert!(app.get("/door").await.html().contains("<p>de true </p>"));
    app.post_form("/door?/choose", &[("lang", "no language")]).await;
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

/// A browser that honors `SameSite` sends no session with such a form. One that
/// sends it is refused.
#[tokio::test]
async fn another_site_cannot_post_with_the_visitors_session() {
    let (app, ledger) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    ledger.log();
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let post = app.post_form("/room?/look", &[]).header(name, value);
        assert_eq!(post.await.status(), 403);
    }
    assert_eq!(ledger.log(), "");
}

#[tokio::test]
async fn while_the_identity_service_is_down_no_form_is_handled() {
    let (app, ledger) = site();
    ledger.set_service(crate::auth::accounts::Service::Down);
    assert_eq!(app.post_form("/room?/look", &[]).await.status(), 500);
    assert!(!ledger.log().contains("look"));
}
