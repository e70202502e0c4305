//! Files of posted forms and of calls, streamed to the handler.

use std::sync::Arc;

use rally::PageEntry;
use rally::prelude::*;
use rally::testing::{Multipart, TestApp};
use rally::{File, FormLimits, Limits};
use rally_core::effect::{Action, CallRequest};
use rally_core::frame::{CallPage, ClientFrame, Refusal, ServerFrame};
use tokio::io::AsyncReadExt;

use crate::app::{Cx, Echo, State};

const PAGES: &[PageEntry] = &[photos::Photos::PAGE];

/// Photos with a title. Returns a summary of the bytes that the handler has
/// read.
#[derive(Debug, Wire)]
pub struct Keep {
    title: String,
    photos: Vec<File>,
}

#[server(public)]
async fn keep(msg: Keep, cx: &Cx) -> Result<String, CallError<String>> {
    let mut report = msg.title;
    for photo in &msg.photos {
        let mut upload = cx.file(photo).await?;
        if upload.size() == 13 {
            return Err(CallError::App("13 is too unlucky.".to_owned()));
        }
        let (mut read, mut sum) = (0, 0_u64);
        let mut buffer = vec![0; 10_000];
        while let count @ 1.. = upload.read(&mut buffer).await? {
            read += count;
            sum += buffer[..count].iter().map(|byte| u64::from(*byte)).sum::<u64>();
        }
        assert_eq!(read as u64, upload.size());
        report.push_str(&format!("; {} ({}) {read} {sum}", photo.name(), photo.content_type()));
    }
    cx.state().messages.lock().unwrap().push(report.clone());
    Ok(report)
}

/// `/photos`: a form with files.
pub mod photos {
    use super::*;

    rally::pages!();

    #[page("/photos")]
    pub struct Photos;

    #[derive(Wire)]
    pub struct Model {
        values: FormValues,
        notice: String,
    }

    pub enum Msg {
        Sent(FormValues),
        Kept(Reply<Keep>),
        Note,
    }

    impl Page for Model {
        type Route = Photos;
        type Msg = Msg;

        fn init(_: Photos, _: (), _: &ClientContext) -> Self {
            Self { values: FormValues::new(), notice: String::new() }
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Sent(values) => {
                    self.values = values;
                    let photos: Vec<File> = self.values.files("photo").cloned().collect();
                    if photos.is_empty() {
                        self.notice = "A photo is needed.".to_owned();
                        return Effect::none();
                    }
                    Keep { title: self.values.text("title").to_owned(), photos }.call(Msg::Kept)
                }
                Msg::Kept(Ok(_)) => {
                    let photos = vec![File::new("note.txt", "text/plain", "kept")];
                    Keep { title: "note".to_owned(), photos }.call(|_| Msg::Note)
                }
                Msg::Kept(Err(error)) => {
                    self.notice = error.to_string();
                    Effect::none()
                }
                Msg::Note => Effect::none(),
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            let chosen = self.values.file("photo");
            rsx! {
                form {
                    ..dispatch.raw_form("keep", Msg::Sent).files(),
                    input { name: "title", value: "{self.values.text(\"title\")}" }
                    input { r#type: "file", name: "photo", multiple: true }
                    p { "{self.notice}" }
                    if let Some(photo) = chosen {
                        p { "Choose {photo.name()} again." }
                    }
                }
            }
        }
    }
}

fn app(limits: Limits) -> (TestApp, Arc<State>) {
    let state = Arc::new(State::default());
    (TestApp::new(crate::app::app(state.clone()).limits(limits), PAGES), state)
}

fn messages(state: &State) -> Vec<String> {
    state.messages.lock().unwrap().clone()
}

fn narrow() -> Limits {
    let form = FormLimits { file: 200_000, files: 2, ..FormLimits::default() };
    Limits { form, ..Limits::default() }
}

fn file(size: usize) -> File {
    File::new("a.png", "image/png", vec![1; size])
}

fn photos(photos: impl Into<Vec<File>>) -> Keep {
    Keep { title: "t".to_owned(), photos: photos.into() }
}

#[tokio::test]
async fn files_of_a_posted_form_reach_the_handler() {
    let (app, state) = app(Limits::default());
    // A file in memory, one on disk, and an empty file input.
    let form = Multipart::new()
        .text("title", "Cats")
        .file("photo", "one.png", "image/png", [1; 5])
        .file("photo", "two.png", "image/png", vec![2; 1_000_000])
        .file("photo", "", "application/octet-stream", "");
    let response = app.post_multipart("/photos?/keep", form).await;
    assert_eq!((response.status().as_u16(), response.location()), (303, Some("/photos")));
    let cats = "Cats; one.png (image/png) 5 5; two.png (image/png) 1000000 2000000";
    assert_eq!(messages(&state), [cats, "note; note.txt (text/plain) 4 436"]);
}

#[tokio::test]
async fn a_form_whose_file_is_missing_or_refused_is_shown_again() {
    let (app, state) = app(Limits::default());
    let form = Multipart::new().text("title", "Cats").file("photo", "", "", "");
    let response = app.post_multipart("/photos?/keep", form).await;
    assert_eq!(response.status(), 422);
    assert!(response.html().contains("A photo is needed."));
    let form = Multipart::new().text("title", "Cats").file("photo", "a.png", "", [0; 13]);
    let response = app.post_multipart("/photos?/keep", form).await;
    assert_eq!(response.status(), 422);
    let html = response.html();
    assert!(html.contains("13 is too unlucky.") && html.contains("value=\"Cats\""), "{html}");
    assert!(html.contains("Choose a.png again."), "{html}");
    assert!(messages(&state).is_empty());
}

#[tokio::test]
async fn the_path_in_a_file_name_is_removed() {
    let (app, state) = app(Limits::default());
    for name in ["../../etc/passwd", "C:\\a\\passwd", "/passwd", "pass\r\nwd", "pass\0wd"] {
        let form = Multipart::new().file("photo", name, "x/y", "a");
        let response = app.post_multipart("/photos?/keep", form).await;
        assert!([303, 400].contains(&response.status().as_u16()), "{name:?}");
    }
    let names = messages(&state);
    assert!(names.len() > 4);
    for name in names.iter().filter(|name| !name.starts_with("note")) {
        assert_eq!(name, "; passwd (x/y) 1 97");
    }
}

#[tokio::test]
async fn markup_in_a_file_name_is_escaped() {
    let (app, _) = app(Limits::default());
    let name = "<script>alert(1)</script>.png";
    let form = Multipart::new().file("photo", name, "x/y", [0; 13]);
    let response = app.post_multipart("/photos?/keep", form).await;
    assert!(!response.text().contains("alert(1)</script>"));
}

#[tokio::test]
async fn files_of_a_call_reach_the_handler() {
    let (app, _) = app(Limits::default());
    let reply = app.call(photos([file(3), file(300_000)])).await;
    let both = "t; a.png (image/png) 3 3; a.png (image/png) 300000 300000";
    assert_eq!(reply, Ok(both.to_owned()));
    let reply = app.call(photos([file(13)])).await;
    assert_eq!(reply, Err(Failure::App("13 is too unlucky.".to_owned())));
    assert_eq!(app.call(photos([])).await, Ok("t".to_owned()));
}

#[test]
fn a_call_with_files_is_sent_over_http() {
    let request = |keep: Keep| match keep.call(|_| ()).into_actions(|()| ()).remove(0) {
        Action::Call(request, _) => request,
        other => panic!("{other:?}"),
    };
    assert!(!request(photos([])).over_http);
    let request = request(photos([file(3)]));
    assert!(request.over_http);
    assert_eq!(request.files.len(), 1);
}

#[tokio::test]
async fn a_file_that_was_not_sent_is_an_internal_error() {
    let (app, _) = app(Limits::default());
    // A part of an earlier form, and a part that was never sent.
    for part in [1 << 31, 0] {
        let lost = File::posted("a.png", "image/png", 3, part);
        let reply = app.call(photos([lost])).await;
        assert!(matches!(reply, Err(Failure::Internal { .. })), "{reply:?}");
    }
    let mut socket = app.socket().await;
    let reply = socket.call(photos([file(3)])).await;
    assert!(matches!(reply, Err(Failure::Internal { .. })), "{reply:?}");
}

/// For forms the server removes the path; a client of calls may send one.
#[tokio::test]
async fn the_path_in_a_file_name_of_a_call_is_removed() {
    let (app, _) = app(Limits::default());
    for name in ["../../etc/passwd", "C:\\a\\passwd", "/passwd", "pass\nwd"] {
        let reply = app.call(photos([File::new(name, "x/y", "a")])).await;
        assert_eq!(reply, Ok("t; passwd (x/y) 1 97".to_owned()), "{name:?}");
    }
}

/// Posts to `/rpc`, and returns the status code and the code of the refusal.
async fn refused(app: &TestApp, form: Multipart) -> (u16, String) {
    let response = app.post_multipart("/rpc", form).await;
    let code = match ServerFrame::read(response.bytes()).unwrap() {
        ServerFrame::Refused { refusal, .. } => refusal.code().to_owned(),
        other => format!("{other:?}"),
    };
    (response.status().as_u16(), code)
}

const CALL: &str = "Content-Disposition: form-data; name=\"call\"";

fn frame() -> Vec<u8> {
    CallRequest::of(&photos([file(1)])).unwrap().to_frame(1, CallPage::None)
}

#[tokio::test]
async fn files_beyond_their_maximum_number_or_size_are_refused() {
    let (app, _) = app(narrow());
    assert!(app.call(photos([file(200_000), file(0)])).await.is_ok());
    let too_large =
        |reply| matches!(reply, Err(Failure::Rejected(text)) if text.contains("exceeds a limit"));
    assert!(too_large(app.call(photos([file(200_001)])).await));
    assert!(too_large(app.call(photos([file(0), file(5_000_000)])).await));
    assert!(too_large(app.call(photos([file(1), file(1), file(1)])).await));
    // The frame has the limit of frames.
    let form = Multipart::new().part(CALL, &vec![0; (1 << 20) + 1]);
    assert_eq!(refused(&app, form).await, (413, "too_large".to_owned()));
}

#[tokio::test]
async fn files_beyond_the_maximum_of_the_app_are_refused() {
    let form = FormLimits { spooled: 300_000, ..FormLimits::default() };
    let (app, _) = app(Limits { form, ..Limits::default() });
    for _ in 0..2 {
        assert!(app.call(photos([file(300_000)])).await.is_ok());
        let reply = app.call(photos([file(200_000), file(100_001)])).await;
        assert!(matches!(reply, Err(Failure::Busy)), "the space was not released");
    }
}

#[tokio::test]
async fn a_malformed_body_is_refused() {
    let (app, state) = app(Limits::default());
    let malformed = (400, "malformed".to_owned());
    let call = || Multipart::new().part(CALL, &frame());
    for form in [
        Multipart::new(),
        Multipart::new().text("other", "x"),
        Multipart::new().file("file-0", "a", "b/c", "d").part(CALL, &frame()),
        call().file("file-x", "a", "b/c", "d"),
        call().file("file-99999999999", "a", "b/c", "d"),
        call().text("title", "x"),
        call().file("file-0", "a", "b/c", "d").file("file-0", "a", "b/c", "d"),
        Multipart::new().part(CALL, b"nonsense").file("file-0", "a", "b/c", "d"),
        Multipart::new().part(CALL, b""),
    ] {
        assert_eq!(refused(&app, form.clone()).await, malformed, "{form:?}");
    }
    let (kind, body) = call().file("file-0", "a", "b/c", "d").into_body();
    for end in (0..body.len() - 4).step_by(7) {
        let cut = app.post("/rpc", body.slice(..end)).header("content-type", &kind).await;
        assert_eq!(cut.status(), 400, "{end}");
    }
    assert!(messages(&state).is_empty());
}

#[tokio::test]
async fn an_unknown_or_stale_call_is_refused_before_its_files_are_read() {
    let (app, _) = app(narrow());
    let post = async |name: &str, fingerprint: u64| {
        let frame =
            ClientFrame::Call { id: 1, name, fingerprint, page: CallPage::None, body: b"\xc0" }
                .to_bytes();
        let form = Multipart::new().part(CALL, &frame).file("file-0", "a", "", vec![0; 300_000]);
        refused(&app, form).await
    };
    assert_eq!(post("nobody", 1).await, (400, Refusal::Unknown.code().to_owned()));
    assert_eq!(post(Echo::NAME, 1).await, (409, Refusal::Stale.code().to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_files_do_not_arrive_times_out() {
    use tokio::io::AsyncWriteExt;
    let (app, _) = app(Limits::default());
    let (kind, body) = Multipart::new().part(CALL, &frame()).into_body();
    let head = format!(
        "POST /rpc HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: 99999\r\n\r\n"
    );
    let started = tokio::time::Instant::now();
    let mut connection = app.connect();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&body[..body.len() - 10]).await.unwrap();
    let mut response = [0; 12];
    connection.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 408");
    assert_eq!(started.elapsed().as_secs(), 30);
}
