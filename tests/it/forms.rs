//! Forms that are posted to their page: `update` runs on the server, and with
//! or without script the same comes of it.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use rally::__private::PageEntry;
use rally::prelude::*;
use rally::testing::{Multipart, Response, TestApp};
use rally::{FormLimits, Limits, Simulation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::{Cx, State};
use guests::{Guests, Sign};

const PAGES: &[PageEntry] = &[guests::__RALLY_PAGE, done::__RALLY_PAGE, bare::__RALLY_PAGE];

/// `/guests?page=`: two forms, one that calls and one that only looks.
pub mod guests {
    use super::*;

    rally::pages!();

    #[page("/guests", load)]
    pub struct Guests {
        #[query(default)]
        pub page: u8,
    }

    #[derive(Wire)]
    pub struct Model {
        page: u8,
        guests: Vec<String>,
        name: String,
        values: FormValues,
        notice: String,
    }

    pub enum Msg {
        Submitted(FormValues),
        Signed(Reply<Sign>),
        Counted(FormValues),
        Answered(u8, Reply<Sign>),
    }

    /// Signs, or says why not.
    #[derive(Debug, PartialEq, Wire)]
    pub struct Sign {
        pub name: String,
    }

    impl Page for Model {
        type Route = Guests;
        type Msg = Msg;

        fn init(page: Guests, guests: Vec<String>, _: &ClientContext) -> Self {
            let (values, notice) = (FormValues::new(), String::new());
            Self { page: page.page, guests, name: String::new(), values, notice }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Submitted(values) => {
                    self.values = values;
                    self.name = self.values.text("name").trim().to_owned();
                    if self.name.is_empty() {
                        self.notice = "A name is needed.".to_owned();
                        return Effect::none();
                    }
                    Sign { name: self.name.clone() }.call(Msg::Signed)
                }
                Msg::Signed(Ok(())) if self.values.is_checked("then") => {
                    Effect::navigate(done::Done { name: self.name.clone() })
                }
                Msg::Signed(Ok(())) => Effect::none(),
                Msg::Signed(Err(error)) => {
                    self.notice = error.to_string();
                    Effect::none()
                }
                Msg::Counted(values) => {
                    self.values = values;
                    match self.values.parse::<u8>("times") {
                        Ok(times) => self.again(times),
                        Err(error) => {
                            self.notice = error.to_string();
                            Effect::none()
                        }
                    }
                }
                Msg::Answered(0, _) => Effect::none(),
                Msg::Answered(times, _) => self.again(times - 1),
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { role: "alert", "{self.notice}" }
                form {
                    ..dispatch.form("sign", Msg::Submitted),
                    input { name: "name", value: "{self.values.text(\"name\")}" }
                    textarea { name: "text", "{self.values.text(\"text\")}" }
                    input { name: "then", r#type: "checkbox", checked: self.values.is_checked("then") }
                }
                Child { dispatch }
                form { ..dispatch.form("twice", Msg::Submitted) }
                form { ..dispatch.form("twice", Msg::Submitted) }
                form { ..dispatch.form("photo", Msg::Submitted).files(), input { r#type: "file", name: "photo" } }
                for guest in &self.guests {
                    li { "{guest}" }
                }
            }
        }
    }

    impl Model {
        fn again(&mut self, times: u8) -> Effect<Msg> {
            let sign = Sign { name: format!("guest {times}") };
            sign.call(move |reply| Msg::Answered(times, reply))
        }
    }

    /// A form in a component of its own.
    #[component]
    fn Child(dispatch: Dispatch<Msg>) -> Element {
        rsx! {
            form { ..dispatch.form("count", Msg::Counted), input { name: "times" } }
        }
    }

    #[server(load, public)]
    async fn load(page: Guests, cx: &Cx) -> Result<Vec<String>, LoadError> {
        match page.page {
            0 => Ok(cx.state().told.lock().unwrap().clone()),
            1 => Ok(Vec::new()),
            2 => Err(LoadError::Forbidden),
            3 => Err(LoadError::redirect(Guests { page: 1 })),
            _ => Err(LoadError::NotFound),
        }
    }

    #[server(public)]
    async fn sign(msg: Sign, cx: &Cx) -> Result<(), CallError<String>> {
        match &*msg.name {
            "banned" => Err(CallError::App("Not you.".to_owned())),
            "broken" => Err("x".parse::<i64>().unwrap_err().into()),
            _ => {
                cx.state().told.lock().unwrap().push(msg.name);
                Ok(())
            }
        }
    }
}

/// `/done/:name`: where a form leads.
pub mod done {
    use super::*;

    rally::pages!();

    #[page("/done/:name")]
    pub struct Done {
        pub name: String,
    }

    #[derive(Wire)]
    pub struct Model {
        name: String,
    }

    pub enum Msg {}

    impl Page for Model {
        type Route = Done;
        type Msg = Msg;

        fn init(page: Done, _: (), _: &ClientContext) -> Self {
            Self { name: page.name }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {}
        }

        fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { "Thank you, {self.name}." }
            }
        }
    }
}

/// `/bare`: what update does that no browser is there for.
pub mod bare {
    use super::*;

    rally::pages!();

    #[page("/bare")]
    pub struct Bare;

    #[derive(Wire)]
    pub struct Model {
        tries: u32,
    }

    pub enum Msg {
        Go(&'static str, FormValues),
        Ran,
    }

    impl Page for Model {
        type Route = Bare;
        type Msg = Msg;

        fn init(_: Bare, _: (), _: &ClientContext) -> Self {
            Self { tries: 0 }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Go("panic", _) => panic!("the page's secret"),
                Msg::Go("reload", _) => Effect::reload(),
                Msg::Go("chance", _) => {
                    let name = fastrand::u64(..).to_string();
                    Sign { name }.call(|_| Msg::Ran)
                }
                Msg::Go("elsewhere", values) => {
                    Effect::navigate_to(values.text("to"), rally::History::Push)
                }
                Msg::Go(..) => {
                    self.tries += 1;
                    Effect::batch([
                        Effect::task(async { Msg::Ran }),
                        Effect::after(Duration::ZERO, || Msg::Ran),
                        Effect::store("key", None),
                    ])
                }
                Msg::Ran => {
                    self.tries += 100;
                    Effect::none()
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, cx: &ClientContext) -> Element {
            let go = |what| dispatch.form(what, move |values| Msg::Go(what, values));
            rsx! {
                p { "{self.tries} at {cx.current_path}" }
                for what in ["panic", "reload", "chance", "elsewhere", "effects"] {
                    form { ..go(what) }
                }
            }
        }
    }
}

fn app() -> (TestApp, Arc<State>) {
    limited(Limits::default())
}

fn limited(limits: Limits) -> (TestApp, Arc<State>) {
    let state = Arc::new(State::default());
    (TestApp::new(App::new(state.clone()).limits(limits), PAGES), state)
}

fn told(state: &State) -> Vec<String> {
    state.told.lock().unwrap().clone()
}

#[track_caller]
fn leads_to(answer: &Response, to: &str) {
    assert_eq!((answer.status().as_u16(), answer.location()), (303, Some(to)), "{answer:?}");
}

#[tokio::test]
async fn a_form_has_what_a_browser_without_script_needs() {
    let html = app().0.get("/guests?page=1").await.html();
    assert!(html.contains("<form action=\"?page=1&#38;/sign\" method=\"post\">"), "{html}");
    let files =
        "<form action=\"?page=1&#38;/photo\" enctype=\"multipart/form-data\" method=\"post\">";
    assert!(html.contains(files), "{html}");
    let html = app().0.get("/bare").await.html();
    assert!(html.contains("<form action=\"?/panic\" method=\"post\">"), "{html}");
}

#[tokio::test]
async fn after_success_the_page_is_asked_for_again() {
    let (app, state) = app();
    let answer = app.post_form("/guests?page=0&/sign", &[("name", " Ada ")]).await;
    leads_to(&answer, "/guests?page=0");
    assert_eq!(told(&state), ["Ada"]);
    let html = app.post_form("/guests?/sign", &[("name", "Bob")]).follow().await.html();
    assert!(html.contains("<li>Ada</li><li>Bob</li>"), "{html}");
}

#[tokio::test]
async fn a_navigation_after_success_is_a_redirect() {
    let (app, _) = app();
    let answer = app.post_form("/guests?/sign", &[("name", "Ada"), ("then", "on")]).await;
    leads_to(&answer, "/done/Ada");
}

#[tokio::test]
async fn a_form_that_update_refuses_is_shown_with_its_values() {
    let (app, state) = app();
    let values = [("name", " "), ("text", "<b>\r\n\"long\""), ("then", "on")];
    let answer = app.post_form("/guests?/sign", &values).await;
    assert_eq!(answer.status(), 422);
    let html = answer.html();
    assert!(html.contains("<p role=\"alert\">A name is needed.</p>"), "{html}");
    assert!(html.contains("&#60;b&#62;\n&#34;long&#34;</textarea>"), "{html}");
    assert!(html.contains("checked"), "{html}");
    assert!(answer.text().contains("rally-flags"), "the browser takes it over");
    assert!(told(&state).is_empty());
}

#[tokio::test]
async fn a_call_that_fails_shows_the_form_with_its_values() {
    let (app, _) = app();
    let answer = app.post_form("/guests?/sign", &[("name", "banned")]).await;
    assert_eq!(answer.status(), 422);
    let html = answer.html();
    assert!(html.contains("Not you.") && html.contains("value=\"banned\""), "{html}");
    let answer = app.post_form("/guests?/sign", &[("name", "broken")]).await;
    let html = answer.html();
    assert_eq!(answer.status(), 422);
    assert!(html.contains("Something went wrong on the server (reference "), "{html}");
    assert!(!html.contains("invalid digit"), "the error is for the log");
}

#[tokio::test]
async fn multipart_and_urlencoded_come_to_the_same() {
    let (app, state) = app();
    let form = Multipart::new().text("name", "Ada").text("text", "a\r\nb");
    leads_to(&app.post_multipart("/guests?/sign", form).await, "/guests");
    assert_eq!(told(&state), ["Ada"]);
    let form = Multipart::new().text("name", "").text("text", "a\r\nb");
    let html = app.post_multipart("/guests?/sign", form).await.html();
    assert!(html.contains("a\nb</textarea>"), "{html}");
}

#[tokio::test]
async fn two_forms_of_a_page_are_told_apart_by_their_names() {
    let (app, state) = app();
    let answer = app.post_form("/guests?/count", &[("times", "2"), ("name", "Ada")]).await;
    leads_to(&answer, "/guests");
    assert_eq!(told(&state), ["guest 2", "guest 1", "guest 0"]);
    let answer = app.post_form("/guests?/count", &[("times", "x")]).await;
    assert!(answer.html().contains("invalid digit found in string"));
}

#[tokio::test]
async fn a_form_that_is_not_there_is_not_found() {
    let (app, _) = app();
    for url in ["/guests?/nothing", "/guests?/", "/nowhere?/sign", "/done/x?/sign", "//x?/sign"] {
        assert_eq!(app.post_form(url, &[]).await.status(), 404, "{url}");
    }
}

#[tokio::test]
async fn two_forms_of_one_name_are_an_error_in_the_log() {
    assert_eq!(app().0.post_form("/guests?/twice", &[]).await.status(), 500);
}

#[tokio::test]
async fn so_many_calls_and_no_more() {
    let (app, state) = app();
    leads_to(&app.post_form("/guests?/count", &[("times", "15")]).await, "/guests");
    assert_eq!(told(&state).len(), 16);
    let answer = app.post_form("/guests?/count", &[("times", "16")]).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(told(&state).len(), 32);
}

#[tokio::test]
async fn a_loader_decides_before_update_does() {
    let (app, state) = app();
    let post = async |page: u8| {
        app.post_form(&format!("/guests?page={page}&/sign"), &[("name", "Ada")]).await
    };
    assert_eq!(post(2).await.status(), 403);
    leads_to(&post(3).await, "/guests?page=1");
    assert_eq!(post(4).await.status(), 404);
    assert!(told(&state).is_empty());
}

#[tokio::test]
async fn what_only_a_browser_does_is_not_done() {
    let (app, _) = app();
    let answer = app.post_form("/bare?/effects", &[]).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.html().contains("<p>1 at /bare</p>"), "{}", answer.html());
    leads_to(&app.post_form("/bare?a=b&/reload", &[]).await, "/bare?a=b");
}

#[tokio::test]
async fn a_page_that_panics_or_rolls_dice_is_an_error_in_the_log() {
    let (app, state) = app();
    for form in ["panic", "chance"] {
        let answer = app.post_form(&format!("/bare?/{form}"), &[]).await;
        assert_eq!(answer.status(), 500);
        assert!(!answer.text().contains("secret"));
    }
    assert_eq!(told(&state).len(), 1, "the call was made once");
}

#[tokio::test]
async fn a_navigation_cannot_write_headers() {
    let (app, _) = app();
    let go = async |to: &str| app.post_form("/bare?/elsewhere", &[("to", to)]).await;
    leads_to(&go("https://pay.example/?x=1").await, "https://pay.example/?x=1");
    assert_eq!(go("/a\nset-cookie: b=c").await.status(), 500);
}

#[tokio::test]
async fn another_site_cannot_post() {
    let (app, state) = app();
    let post = || app.post_form("/guests?/sign", &[("name", "Ada")]);
    for origin in ["https://evil.example", "null"] {
        assert_eq!(post().header("origin", origin).await.status(), 403);
    }
    assert!(told(&state).is_empty());
}

#[tokio::test]
async fn a_post_without_a_form_is_not_allowed() {
    let (app, _) = app();
    for url in ["/guests", "/guests?page=1", "/guests?page=/sign"] {
        let answer = app.post_form(url, &[]).await;
        assert_eq!((answer.status().as_u16(), answer.header("allow")), (405, Some("GET, HEAD")));
    }
}

#[tokio::test]
async fn a_document_that_a_post_showed_is_asked_for_anew() {
    let (app, _) = app();
    leads_to(&app.get("/guests?page=1&/sign").await, "/guests?page=1");
    assert_eq!(app.get("//evil.example?/sign").await.location(), None);
}

#[tokio::test]
async fn another_type_of_body_is_unsupported() {
    let (app, _) = app();
    for kind in ["text/plain", "application/json", "multipart/form-data", "", "multipart/mixed"] {
        let answer = app.post("/guests?/sign", "name=Ada").header("content-type", kind).await;
        assert_eq!(answer.status(), 415, "{kind}");
    }
    assert_eq!(app.post("/guests?/sign", "name=Ada").await.status(), 415);
    let kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    let answer = app.post("/guests?/sign", "name=Ada").header("content-type", kind).await;
    assert_eq!(answer.status(), 303);
}

fn narrow() -> Limits {
    let form = FormLimits { text: 100, fields: 4, file: 200_000, files: 2 };
    Limits { form, ..Limits::default() }
}

#[tokio::test]
async fn so_much_text_and_no_more() {
    let (app, _) = limited(narrow());
    // The name counts, too.
    for (length, status) in [(96, 303), (97, 413), (10_000, 413), (20_000_000, 413)] {
        let name = "x".repeat(length);
        let answer = app.post_form("/guests?/sign", &[("name", &name)]).await;
        assert_eq!(answer.status(), status, "{length}");
        let form = Multipart::new().text("name", &name);
        assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), status, "{length}");
    }
    // Escaped it is three times as long.
    let name = "\u{fc}".repeat(48);
    assert_eq!(app.post_form("/guests?/sign", &[("name", &name)]).await.status(), 303);
}

#[tokio::test]
async fn so_many_fields_and_no_more() {
    let (app, _) = limited(narrow());
    let name = ("name", "Ada");
    for (count, status) in [(3, 303), (4, 413)] {
        let mut fields = vec![name];
        fields.extend(vec![("a", "b"); count]);
        assert_eq!(app.post_form("/guests?/sign", &fields).await.status(), status);
        let text = |form: Multipart, (name, value): &(&str, &str)| form.text(name, value);
        let form = fields.iter().fold(Multipart::new(), text);
        assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), status);
    }
}

#[tokio::test]
async fn so_many_files_of_such_a_size_and_no_more() {
    let (app, _) = limited(narrow());
    let post = async |sizes: &[usize]| {
        let form = sizes.iter().fold(Multipart::new().text("name", "Ada"), |form, size| {
            form.file("photo", "a.png", "image/png", vec![7; *size])
        });
        app.post_multipart("/guests?/photo", form).await.status().as_u16()
    };
    assert_eq!(post(&[200_000, 0]).await, 303);
    assert_eq!(post(&[200_001]).await, 413);
    assert_eq!(post(&[0, 5_000_000]).await, 413);
    assert_eq!(post(&[1, 1, 1]).await, 413);
}

#[tokio::test]
async fn a_malformed_body_is_told_so() {
    let (app, state) = app();
    let kind = "multipart/form-data; boundary=x";
    for body in [
        "",
        "--x",
        "--x\r\n",
        "--x\r\n\r\n",
        "--x\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda",
        "--x\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--x",
        "--x\r\ncontent-disposition: form-data\r\n\r\nAda\r\n--x--\r\n",
        "--x\r\nno header\r\n\r\nAda\r\n--x--\r\n",
        "--y\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--y--\r\n",
        "--xcontent-disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--x--\r\n",
    ] {
        let answer = app.post("/guests?/sign", body).header("content-type", kind).await;
        assert_eq!(answer.status(), 400, "{body}");
    }
    let form = Multipart::new().part("content-disposition: form-data; name=name", b"\xff");
    assert_eq!(app.post_multipart("/guests?/sign", form).await.status(), 400);
    let form = "application/x-www-form-urlencoded";
    let answer = app.post("/guests?/sign", "name=%ff").header("content-type", form).await;
    assert_eq!(answer.status(), 400);
    assert!(told(&state).is_empty());
}

/// A head that never ends is not kept.
#[tokio::test]
async fn a_part_may_not_be_all_head() {
    let (app, _) = app();
    let head = format!("content-disposition: form-data; name=name; {}", "x".repeat(2_000_000));
    let answer = app.post_multipart("/guests?/sign", Multipart::new().part(&head, b"")).await;
    assert_eq!(answer.status(), 413);
    let kind = "multipart/form-data; boundary=x";
    let answer =
        app.post("/guests?/sign", vec![b'-'; 2_000_000]).header("content-type", kind).await;
    assert_eq!(answer.status(), 413);
}

async fn slowly(app: &TestApp, head: &str, chunks: usize, chunk: &[u8]) -> (u64, String) {
    let started = tokio::time::Instant::now();
    let mut connection = app.connect();
    let head = format!("POST /guests?/sign HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..chunks {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if connection.write_all(chunk).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    (started.elapsed().as_secs(), String::from_utf8(answer).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_given_up() {
    let (app, _) = app();
    let timed_out = |seconds| (seconds, "HTTP/1.1 408".to_owned());
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let head = format!("content-type: {kind}\r\ncontent-length: 1000000");
        assert_eq!(slowly(&app, &head, 0, b"").await, timed_out(30));
        assert_eq!(slowly(&app, &head, 20, b"x").await, timed_out(30));
    }
}

/// A second more for every 32 KiB: ten seconds' worth of a file.
#[tokio::test(start_paused = true)]
async fn a_file_may_take_longer() {
    let (app, _) = app();
    let head = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000";
    let mut chunk = b"--x\r\ncontent-disposition: form-data; name=a; filename=b\r\n\r\n".to_vec();
    chunk.resize(32 * 1024, b'x');
    let (seconds, answer) = slowly(&app, head, 10, &chunk).await;
    assert_eq!((seconds, &*answer), (40, "HTTP/1.1 408"));
}

/// With script it is the same `update`.
#[test]
fn a_form_is_submitted_in_a_simulation() {
    let mut page = Simulation::<guests::Model>::start(Guests { page: 1 }, Vec::new());
    page.submit("sign", [("name", "")]);
    assert!(page.html().contains("A name is needed."));
    page.submit("sign", [("name", "Ada"), ("then", "on")]);
    assert_eq!(page.answer::<Sign>(Ok(())), Sign { name: "Ada".to_owned() });
    assert_eq!(page.navigation().unwrap().url, "/done/Ada");
}

#[test]
#[should_panic(expected = "`nothing` cannot be submitted: the page has no form of this name")]
fn a_form_that_is_not_there_cannot_be_submitted() {
    Simulation::<guests::Model>::start(Guests { page: 1 }, Vec::new())
        .submit("nothing", FormValues::new());
}

/// Pieces of what forms look like, in any order.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        &b"--x"[..],
        b"--x--",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b"content-disposition: form-data; name=\"name\"",
        b"content-disposition: form-data; name=photo; filename=\"a",
        b"; filename=\"\"",
        b"\"",
        b"content-type: text/plain",
        b"name=",
        b"&",
        b"%",
        b"%zz",
        b"+",
        b"\xff\xfe",
        b"\0",
        b": ",
    ]);
    let piece = prop_oneof![
        6 => pieces.prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn any_bytes_are_a_form_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (app, _) = runtime.block_on(async { app() });
    let kinds = ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"];
    proptest!(ProptestConfig::with_cases(500), |(body in nonsense(), kind in 0..2_usize)| {
        let post = app.post("/guests?/sign", body).header("content-type", kinds[kind]);
        let status = runtime.block_on(async { post.await }).status().as_u16();
        prop_assert!([303, 400, 413, 422].contains(&status), "{status}");
    });
}
