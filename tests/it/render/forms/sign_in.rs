//! Forms of those who have signed in, sign in, or are to; and of layouts.

use std::sync::Arc;

use rally::__private::PageEntry;
use rally::prelude::*;
use rally::testing::{Multipart, TestApp};
use rally::{Cookie, Head, Layout};

use super::{leads_to, sent_whole};
use crate::app::{Cx, State};
use crate::auth::accounts::Ledger;
use door::Door;
use room::Room;

const PAGES: &[PageEntry] = &[
    PageEntry::of::<door::Model, Door, Walls>("it::render::forms::sign_in::door::Door"),
    PageEntry::of::<room::Model, Room, Walls>("it::render::forms::sign_in::room::Room").guarded(),
    letter::__RALLY_PAGE,
];

/// The layout of both: it signs out, and changes language and theme.
#[derive(Wire)]
struct Walls {
    notice: String,
}

enum WallsMsg {
    Leave,
    Left(Reply<Leave>),
    Chosen(FormValues),
}

impl Layout for Walls {
    type Context = ClientContext;
    type Msg = WallsMsg;

    fn init(_: &ClientContext) -> Self {
        Self { notice: String::new() }
    }

    fn update(&mut self, msg: WallsMsg, _: &ClientContext) -> Effect<WallsMsg> {
        match msg {
            WallsMsg::Leave => Leave.call(WallsMsg::Left),
            WallsMsg::Left(Ok(())) => Effect::navigate(Door),
            WallsMsg::Left(Err(error)) => {
                self.notice = error.to_string();
                Effect::none()
            }
            WallsMsg::Chosen(values) => {
                let dark = Effect::set_dark_mode(values.get("dark").map(|dark| dark == "yes"));
                Effect::batch([Effect::set_lang(values.text("lang")), dark])
            }
        }
    }

    fn view(&self, content: Element, dispatch: Dispatch<WallsMsg>, cx: &ClientContext) -> Element {
        rsx! {
            form { ..dispatch.form("leave", |_| WallsMsg::Leave), button { "Leave" } }
            form { ..dispatch.form("choose", WallsMsg::Chosen), button { "Choose" } }
            p { "{cx.lang} {cx.dark_mode} {self.notice}" }
            {content}
        }
    }
}

#[derive(Debug, PartialEq, Wire)]
struct Leave;

#[server(signed_in, http)]
async fn leave(_: Leave, cx: &Cx) -> Result<()> {
    cx.state().accounts.forgets(cx.session());
    cx.sign_out();
    Ok(())
}

/// `/door`: signs in, and asks who that was.
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
    async fn enter(msg: Enter, cx: &Cx) -> Result<(), CallError<String>> {
        if msg.0.is_empty() {
            return Err(CallError::App("Who is there?".to_owned()));
        }
        let session = cx.sign_in();
        cx.state().accounts.knows(session, &msg.0);
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
                    ..dispatch.form("enter", Msg::Submitted),
                    input { name: "name", value: "{self.name}" }
                }
                p { role: "alert", "{self.notice}" }
            }
        }
    }
}

/// `/room`: for those who have signed in.
mod room {
    use super::*;

    rally::pages!();

    #[page("/room", load, signed_in)]
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
        cx.state().accounts.note("look");
        Ok(cx.identity().map(|who| who.name.clone()).unwrap_or_default())
    }

    #[server(load, page)]
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
                form { ..dispatch.form("look", |_| Msg::Looking) }
                form { ..dispatch.form("choose", |_| Msg::Looking) }
                p { "Welcome, {self.0}." }
            }
        }
    }
}

/// `/letter`: what it is opened with is who it is, and its loader signs in.
mod letter {
    use super::*;

    rally::pages!();

    #[page("/letter", load)]
    pub struct Letter;

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {
        Answered,
        Looked,
    }

    #[server(load, public)]
    async fn load(_: Letter, cx: &Cx) -> Result<(), LoadError> {
        cx.state().accounts.knows(cx.sign_in(), "Ada");
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
                form { ..dispatch.form("answer", |_| Msg::Answered) }
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
async fn a_form_signs_in_and_its_next_call_is_somebody() {
    let (app, _) = site();
    app.get("/door").await;
    let before = app.cookie("rally_session").unwrap();
    let answer = app.post_form("/door?/enter", &[("name", "Ada")]).await;
    leads_to(&answer, "/room");
    assert_ne!(app.cookie("rally_session").unwrap(), before, "the session is another one");
    assert_eq!(app.cookie("last").as_deref(), Some("Ada"));
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_browser_without_cookies_signs_in_by_its_first_post() {
    let (app, _) = site();
    let answer = app.post_form("/door?/enter", &[("name", "Ada")]).await;
    leads_to(&answer, "/room");
    let sessions = answer.cookies();
    assert_eq!(sessions.iter().filter(|it| it.starts_with("rally_session=")).count(), 1);
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_loader_signs_in_and_the_forms_call_is_somebody() {
    let (app, _) = site();
    let answer = app.post_form("/letter?/answer", &[]).await;
    leads_to(&answer, "/letter");
    let sessions = answer.cookies();
    assert_eq!(sessions.iter().filter(|it| it.starts_with("rally_session=")).count(), 1);
    assert!(app.get("/room").await.html().contains("Welcome, Ada."));
}

#[tokio::test]
async fn a_sign_in_that_fails_shows_the_form() {
    let (app, _) = site();
    let answer = app.post_form("/door?/enter", &[("name", "")]).await;
    assert_eq!(answer.status(), 422);
    let html = answer.html();
    assert!(html.contains("Who is there?") && html.contains("<title>Door"), "{html}");
    assert!(app.cookie("rally_session").is_some(), "a page is given with its session");
}

#[tokio::test]
async fn a_guarded_pages_form_is_guarded_before_it_is_read() {
    let (app, ledger) = site();
    let to = "/sign-in?return_to=/room";
    leads_to(&app.post_form("/room?/look", &[]).await, to);
    // Not one byte of it was looked at, nor of what is no form.
    leads_to(&app.post("/room?/look", "nonsense").await, to);
    assert!(!ledger.log().contains("look"));
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert_eq!(app.post("/room?/look", "nonsense").await.status(), 415);
    leads_to(&app.post_form("/room?/look", &[]).await, "/room");
}

/// A browser sends all of it before it reads, and would see a connection that
/// breaks.
#[tokio::test]
async fn a_large_form_of_a_guest_is_sent_to_the_end_and_leads_to_the_sign_in() {
    let (app, _) = site();
    let (kind, body) = Multipart::new().file("photo", "a", "", vec![7; 5_000_000]).into_body();
    let answer = sent_whole(app.connect(), "/room?/look", &kind, &body).await;
    assert!(answer.contains("location: /sign-in?return_to=/room"), "{answer}");
    let form = "application/x-www-form-urlencoded";
    let answer = sent_whole(app.connect(), "/room?/look", form, &body).await;
    assert!(answer.contains("location: /sign-in?return_to=/room"), "{answer}");
}

#[tokio::test]
async fn a_call_that_needs_somebody_leads_to_where_one_signs_in() {
    let (app, _) = site();
    let answer = app.post_form("/door?/leave", &[]).await;
    leads_to(&answer, "/sign-in?return_to=/door");
}

#[tokio::test]
async fn a_layouts_form_is_posted_to_whichever_page() {
    let (app, _) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    assert!(app.get("/room").await.html().contains("<form action=\"?/leave\" method=\"post\">"));
    leads_to(&app.post_form("/room?/leave", &[]).await, "/door");
    assert_eq!(app.cookie("rally_session"), None);
    leads_to(&app.get("/room").await, "/sign-in?return_to=/room");
}

/// Both have a form "choose": the page's must not be taken for the layout's.
#[tokio::test]
async fn a_form_of_the_page_and_one_of_its_layout_of_one_name_are_an_error_in_the_log() {
    let (app, ledger) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    ledger.log();
    assert_eq!(app.post_form("/room?/choose", &[("lang", "de")]).await.status(), 500);
    assert!(!ledger.log().contains("look"));
}

#[tokio::test]
async fn what_is_chosen_without_script_is_kept() {
    let (app, _) = site();
    let answer = app.post_form("/door?a&/choose", &[("lang", "de-AT"), ("dark", "yes")]).await;
    leads_to(&answer, "/door?a");
    let kept = answer.cookies().join("\n");
    assert!(kept.contains("__rally_lang=de; Path=/; SameSite=Lax; Max-Age=31536000"), "{kept}");
    assert!(kept.contains("__rally_dark_mode=1; Path=/; SameSite=Lax"), "scripts read it: {kept}");
    assert!(app.get("/door").await.html().contains("<p>de true </p>"));
    app.post_form("/door?/choose", &[("lang", "no language")]).await;
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

/// Another site's form would be sent without the session; one that is sent with
/// it, by a browser that does not know better, is refused.
#[tokio::test]
async fn another_site_cannot_post_in_somebodys_name() {
    let (app, ledger) = site();
    app.post_form("/door?/enter", &[("name", "Ada")]).await;
    ledger.log();
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let post = app.post_form("/room?/look", &[]).header(name, value);
        assert_eq!(post.await.status(), 403);
    }
    assert_eq!(ledger.log(), "");
}

/// The identity service cannot say: nothing is done.
#[tokio::test]
async fn without_the_identity_service_no_form_is_taken() {
    let (app, ledger) = site();
    ledger.service(crate::auth::accounts::Service::Down);
    assert_eq!(app.post_form("/room?/look", &[]).await.status(), 500);
    assert!(!ledger.log().contains("look"));
}
