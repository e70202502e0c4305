//! The record of each message: caller, time, name and duration.

use std::time::{SystemTime, UNIX_EPOCH};

use rally::Failure;
use rally::prelude::*;
use rally_core::frame::{CallPage, ClientFrame, Refusal};

use super::{Fixture, Order, guests};
use crate::app::{Fail, Wait};
use crate::auth::site::{Edit, Pay, SignIn, SignOut, orders};

const CALLER: &str = "SELECT session_id, user_id, page, variant FROM messages ORDER BY id";

/// The half of the session id that the journal keeps.
fn kept_session(fixture: &Fixture) -> String {
    fixture.app.cookie("rally_session").unwrap()[..16].to_owned()
}

#[tokio::test]
async fn a_call_over_http_has_a_record_of_the_request_and_of_the_response() {
    let fixture = Fixture::new().await.signed_in("ann").await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let call = fixture.app.call(Pay(7)).header("referer", "http://localhost/open?tab=2");
    assert_eq!(call.await, Ok("ann".to_owned()));
    let session = kept_session(&fixture);
    let (page, name) = ("it::auth::site::open::Route", Pay::NAME);
    assert_eq!(
        fixture.rows(CALLER).await,
        [
            format!("{session} | ann | {page} | {name}"),
            format!("{session} | ann | {page} | {name} Ok"),
        ]
    );
    let rest = "SELECT direction, payload, CAST(size AS TEXT) FROM messages ORDER BY id";
    let frame = 7 + name.len() + 8;
    let [came, went] = fixture.rows(rest).await.try_into().unwrap();
    assert!(came.starts_with("to_server | - | "), "{came}");
    let size: usize = came.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(size.abs_diff(frame) < 8, "{size} bytes for about {frame}");
    assert_eq!(went, "to_client | - | 7", "a frame of three bytes and a message of four");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let times = fixture.rows("SELECT CAST(timestamp AS TEXT) FROM messages").await;
    let is_now = |time: &String| (before..=now).contains(&time.parse().unwrap());
    assert!(times.len() == 2 && times.iter().all(is_now), "{times:?}");
    let elapsed = "SELECT CAST(elapsed_ms > 0 AND elapsed_ms < 60000 AS TEXT) FROM messages
                   ORDER BY id";
    assert_eq!(fixture.rows(elapsed).await, ["-", "1"]);
}

#[tokio::test]
async fn a_record_of_an_anonymous_call_has_no_user_and_no_page() {
    let fixture = Fixture::new().await;
    let _ = fixture.app.call(Order::Nothing).await;
    // Authentication needs a session, so the session is not checked here.
    let rows = fixture.rows("SELECT user_id, page FROM messages").await;
    assert_eq!(rows, ["- | -", "- | -"]);
}

#[tokio::test(start_paused = true)]
async fn a_response_has_the_duration_of_its_call() {
    let fixture = Fixture::new().await;
    let mut socket = fixture.app.socket().await;
    let waiting = socket.begin(Wait).await;
    socket.call(Order::ByToken(String::new())).await.unwrap_err();
    tokio::time::advance(std::time::Duration::from_millis(1500)).await;
    fixture.state.resume.notify_one();
    socket.reply::<Wait>(waiting).await.unwrap();
    let slow = "SELECT variant, CAST(elapsed_ms AS TEXT) FROM messages WHERE elapsed_ms >= 1000";
    assert_eq!(fixture.rows(slow).await, [format!("{} Ok | 1500.0", Wait::NAME)]);
}

#[tokio::test]
async fn a_call_on_a_socket_has_the_page_that_is_shown() {
    let fixture = Fixture::new().await.signed_in("ann").await;
    let mut socket = fixture.app.socket().await;
    socket.call(Pay(1)).await.unwrap();
    socket.show_page(orders::Route { tab: 3 }).await.unwrap();
    socket.call(Pay(2)).await.unwrap();
    socket.call(orders::OfPage(3)).await.unwrap();
    let (session, page) = (kept_session(&fixture), "it::auth::site::orders::Route");
    let (pay, of_page) = (Pay::NAME, orders::OfPage::NAME);
    assert_eq!(
        fixture.rows(CALLER).await,
        [
            format!("{session} | ann | - | {pay}"),
            format!("{session} | ann | - | {pay} Ok"),
            format!("{session} | ann | {page} | {pay}"),
            format!("{session} | ann | {page} | {pay} Ok"),
            format!("{session} | ann | {page} | {of_page}"),
            format!("{session} | ann | {page} | {of_page} Ok"),
        ]
    );
}

#[tokio::test]
async fn an_enum_is_recorded_with_its_variant_and_a_response_with_its_outcome() {
    let fixture = Fixture::new().await;
    let express = || Order::Express { item: "tea".to_owned(), cvv: 123 };
    fixture.app.call(express()).await.unwrap();
    fixture.app.call(Order::ByToken(String::new())).await.unwrap_err();
    let mut socket = fixture.app.socket().await;
    assert!(matches!(socket.call(Order::Nothing).await, Err(Failure::Internal { .. })));
    assert!(matches!(socket.call(Fail(2)).await, Err(Failure::Internal { .. })));
    let (order, fail) = (Order::NAME, Fail::NAME);
    assert_eq!(
        fixture.variants().await,
        [
            format!("to_server | {order}::Express"),
            format!("to_client | {order} Ok"),
            format!("to_server | {order}::ByToken"),
            format!("to_client | {order} Err"),
            format!("to_server | {order}::Nothing"),
            format!("to_client | {order} internal"),
            format!("to_server | {fail}"),
            format!("to_client | {fail} internal"),
        ]
    );
}

#[tokio::test]
async fn documents_and_the_data_of_pages_are_recorded() {
    let fixture = Fixture::new().await.signed_in("ann").await;
    let document = fixture.app.get("/orders?tab=1").await;
    let mut socket = fixture.app.socket().await;
    socket.load_page(orders::Route { tab: 2 }).await.unwrap();
    assert_eq!(socket.load_page(guests::Guests { page: 2 }).await, Err(Refusal::Denied));
    let (session, page) = (kept_session(&fixture), "it::auth::site::orders::Route");
    let guests = "it::render::forms::pages::guests::Guests";
    assert_eq!(
        fixture.rows(CALLER).await,
        [
            format!("{session} | ann | {page} | {page}"),
            format!("{session} | ann | {page} | {page} Ok"),
            format!("{session} | ann | {page} | {page}"),
            format!("{session} | ann | {page} | {page} Ok"),
            format!("{session} | ann | {guests} | {guests}"),
            format!("{session} | ann | {guests} | {guests} denied"),
        ]
    );
    let sizes = fixture.rows("SELECT CAST(size AS TEXT) FROM messages ORDER BY id LIMIT 2").await;
    assert_eq!(sizes, ["13", &*document.bytes().len().to_string()]);
}

#[tokio::test]
async fn refused_and_redirected_documents_are_recorded() {
    let fixture = Fixture::new().await;
    for path in ["/orders", "/guests?page=2", "/guests?page=3", "/guests?page=4", "/no/page"] {
        fixture.app.get(path).await;
    }
    let outcomes = fixture.rows("SELECT variant FROM messages WHERE direction = 'to_client'").await;
    let of = |outcome: &str| format!("it::render::forms::pages::guests::Guests {outcome}");
    let expected = [
        "it::auth::site::orders::Route redirect".to_owned(),
        of("denied"),
        of("redirect"),
        of("not_found"),
    ];
    assert_eq!(outcomes, expected, "a URL without a page is not recorded");
}

#[tokio::test]
async fn a_posted_form_and_its_calls_are_recorded() {
    let fixture = Fixture::new().await;
    fixture.app.post_form("/guests?page=1&/sign", &[("name", "Ann")]).await;
    fixture.app.post_form("/guests?page=1&/sign", &[("name", "banned")]).await;
    let (page, sign) = ("it::render::forms::pages::guests::Guests", guests::Sign::NAME);
    let row = |direction: &str, what: &str, outcome: &str| format!("{direction} | {what}{outcome}");
    assert_eq!(
        fixture.variants().await,
        [
            row("to_server", page, ""),
            row("to_server", sign, ""),
            row("to_client", sign, " Ok"),
            row("to_client", page, " redirect"),
            row("to_server", page, ""),
            row("to_server", sign, ""),
            row("to_client", sign, " Err"),
            row("to_client", page, " Err"),
        ]
    );
    let pages = fixture.rows("SELECT DISTINCT page FROM messages").await;
    assert_eq!(pages, [page], "the calls of a form have the form's page");
}

#[tokio::test]
async fn a_refused_call_is_recorded_with_its_name_and_caller() {
    let fixture = Fixture::new().await.signed_in("ann").await;
    assert_eq!(fixture.app.call(Edit(1)).await, Err(Failure::Denied));
    fixture.app.call(SignOut).await.unwrap();
    assert_eq!(fixture.app.call(Pay(1)).await, Err(Failure::SignedOut));
    let mut socket = fixture.app.socket().await;
    assert_eq!(socket.call(orders::OfPage(1)).await, Err(Failure::Denied));
    let rejected = socket.call(SignIn("bob".to_owned())).await;
    assert!(matches!(rejected, Err(Failure::Rejected(_))), "{rejected:?}");
    let (edit, of_page, pay) = (Edit::NAME, orders::OfPage::NAME, Pay::NAME);
    let (sign_in, sign_out) = (SignIn::NAME, SignOut::NAME);
    let rows = fixture.rows("SELECT user_id, variant FROM messages ORDER BY id").await;
    let expected = [
        format!("ann | {edit}"),
        format!("ann | {edit} denied"),
        format!("ann | {sign_out}"),
        format!("ann | {sign_out} Ok"),
        format!("- | {pay}"),
        format!("- | {pay} sign_in"),
        format!("- | {of_page}"),
        format!("- | {of_page} other_page"),
        format!("- | {sign_in}"),
        format!("- | {sign_in} over_http"),
    ];
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn an_unknown_or_stale_call_is_recorded_without_its_payload() {
    let fixture = Fixture::with(|journal| journal.payloads()).await;
    let mut socket = fixture.app.socket().await;
    let long = "x".repeat(10_000);
    for (name, fingerprint) in [("no::Call", 1), (Order::NAME, 1), (&long, 1)] {
        let body = b"\xa6hidden";
        let frame =
            ClientFrame::Call { id: 9, name, fingerprint, page: CallPage::None, body }.to_bytes();
        fixture.app.post("/rpc", frame.clone()).await;
        socket.send(frame).await;
        socket.receive().await;
    }
    let order = Order::NAME;
    let cut = "x".repeat(256);
    let twice = |[first, second]: [String; 2]| [first.clone(), second.clone(), first, second];
    let expected = [
        twice(["no::Call".to_owned(), "no::Call unknown".to_owned()]),
        twice([order.to_owned(), format!("{order} stale")]),
        twice([cut.clone(), format!("{cut} unknown")]),
    ];
    assert_eq!(fixture.rows("SELECT variant FROM messages ORDER BY id").await, expected.concat());
    assert_eq!(fixture.rows("SELECT 1 FROM messages WHERE payload IS NOT NULL").await.len(), 0);
}

#[tokio::test]
async fn page_shown_frames_pings_and_malformed_frames_are_not_recorded() {
    let fixture = Fixture::new().await;
    let mut socket = fixture.app.socket().await;
    socket.show_page(guests::Guests { page: 1 }).await.unwrap();
    socket.send(ClientFrame::Ping.to_bytes()).await;
    socket.receive().await;
    fixture.app.post("/rpc", b"no frame".to_vec()).await;
    assert_eq!(fixture.variants().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn messages_beyond_the_capacity_are_counted_and_nothing_waits() {
    let fixture = Fixture::with(|journal| journal.capacity(4)).await;
    // With a paused clock the journal writes nothing until all other tasks
    // wait.
    let mut socket = fixture.app.socket().await;
    fixture.journal.flush().await;
    let calls = async {
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(socket.begin(Order::ByToken(String::new())).await);
        }
        for id in ids {
            socket.reply::<Order>(id).await.unwrap_err();
        }
    };
    calls.await;
    let kept =
        fixture.rows("SELECT id FROM messages WHERE variant NOT LIKE 'rally::%'").await.len();
    let lost = fixture.journal.lost();
    assert!(lost > 0 && kept > 0, "{kept} kept, {lost} lost");
    assert_eq!(kept as u64 + lost, 40);
    let variants = fixture.rows("SELECT variant FROM messages WHERE variant LIKE 'rally::%'").await;
    assert_eq!(variants, [format!("rally::journal lost {lost}")]);
    fixture.app.call(Order::ByToken(String::new())).await.unwrap_err();
    fixture.journal.flush().await;
    assert_eq!(fixture.journal.lost(), lost, "the journal keeps working");
}

#[tokio::test(start_paused = true)]
async fn messages_are_lost_while_the_file_is_full_and_kept_again_after_that() {
    let fixture = Fixture::with(|journal| journal.max_size(256 << 10)).await;
    fixture.journal.flush().await;
    // The journal does not remove foreign data, so the file is full, as if the
    // disk were.
    let mut db = fixture.file().await;
    let ballast = "CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(400000))";
    sqlx::raw_sql(ballast).execute(&mut db).await.unwrap();
    let many = async || {
        // The paused clock has advanced by hours while SQLite worked, so the
        // socket is a new one.
        let mut socket = fixture.app.socket().await;
        for _ in 0..50 {
            socket.call(Order::ByToken(String::new())).await.unwrap_err();
        }
        fixture.journal.flush().await;
    };
    many().await;
    let lost = fixture.journal.lost();
    assert_eq!(lost, 100, "one batch is written or lost as a whole");
    sqlx::raw_sql("DROP TABLE ballast").execute(&mut db).await.unwrap();
    many().await;
    assert_eq!(fixture.journal.lost(), lost);
    let kept = fixture.rows("SELECT id FROM messages WHERE variant NOT LIKE 'rally::%'").await;
    assert_eq!(kept.len(), 100);
}

#[tokio::test]
async fn a_restarted_app_appends_to_the_same_file() {
    let fixture = Fixture::new().await;
    let _ = fixture.app.call(Order::Nothing).await;
    fixture.journal.flush().await;
    let file = fixture.directory.path().join("system.db");
    let again = rally::journal::Journal::open(&file).await.unwrap();
    let state = std::sync::Arc::new(crate::app::State::default());
    let app = crate::app::app(state).journal(again.clone());
    let _ = rally::testing::TestApp::new(app, &[]).call(Order::Nothing).await;
    again.flush().await;
    assert_eq!(fixture.variants().await.len(), 4);
}

#[tokio::test]
async fn the_error_for_a_file_that_cannot_be_opened_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let open = async |file: &str| {
        let opened = rally::journal::Journal::open(directory.path().join(file)).await;
        opened.unwrap_err().to_string()
    };
    let error = open("no/system.db").await;
    assert!(error.contains("system.db`: create the directory `"), "{error}");
    std::fs::write(directory.path().join("text.db"), "no database, but a text".repeat(99)).unwrap();
    let error = open("text.db").await;
    assert!(error.contains("text.db`: the file is not a SQLite database"), "{error}");
}
