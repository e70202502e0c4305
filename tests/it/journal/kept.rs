//! What is kept of each message: who, when, what, and how long it took.

use std::time::{SystemTime, UNIX_EPOCH};

use rally::Failure;
use rally::prelude::*;
use rally_core::frame::{ClientFrame, Refusal};

use super::{Desk, Order, guests};
use crate::app::{Fail, Wait};
use crate::auth::site::{Edit, Pay, SignIn, SignOut, orders};

const WHO: &str = "SELECT session_id, user_id, page, variant FROM messages ORDER BY id";

/// The part of a session that is kept.
fn known(desk: &Desk) -> String {
    desk.app.cookie("rally_session").unwrap()[..16].to_owned()
}

#[tokio::test]
async fn a_call_over_http_is_told_of_twice() {
    let desk = Desk::new().await.signed_in("ann").await;
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let call = desk.app.call(Pay(7)).header("referer", "http://localhost/open?tab=2");
    assert_eq!(call.await, Ok("ann".to_owned()));
    let session = known(&desk);
    let (page, name) = ("it::auth::site::open::Route", Pay::NAME);
    assert_eq!(
        desk.rows(WHO).await,
        [
            format!("{session} | ann | {page} | {name}"),
            format!("{session} | ann | {page} | {name} Ok"),
        ]
    );
    let rest = "SELECT direction, payload, CAST(size AS TEXT) FROM messages ORDER BY id";
    let frame = 7 + name.len() + 8;
    let [came, went] = desk.rows(rest).await.try_into().unwrap();
    assert!(came.starts_with("to_server | - | "), "{came}");
    let size: usize = came.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(size.abs_diff(frame) < 8, "{size} bytes for about {frame}");
    assert_eq!(went, "to_client | - | 7", "a frame of three bytes and a text of three");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let times = desk.rows("SELECT CAST(timestamp AS TEXT) FROM messages").await;
    let is_now = |time: &String| (before..=now).contains(&time.parse().unwrap());
    assert!(times.len() == 2 && times.iter().all(is_now), "{times:?}");
    let elapsed = "SELECT CAST(elapsed_ms > 0 AND elapsed_ms < 60000 AS TEXT) FROM messages
                   ORDER BY id";
    assert_eq!(desk.rows(elapsed).await, ["-", "1"]);
}

#[tokio::test]
async fn without_a_session_or_an_identity_there_is_none() {
    let desk = Desk::new().await;
    let _ = desk.app.call(Order::Nothing).await;
    // The app was asked who it is, for which there had to be a session.
    let rows = desk.rows("SELECT user_id, page FROM messages").await;
    assert_eq!(rows, ["- | -", "- | -"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_how_long_it_took() {
    let desk = Desk::new().await;
    let mut socket = desk.app.socket().await;
    let waiting = socket.begin(Wait).await;
    socket.call(Order::ByToken(String::new())).await.unwrap_err();
    tokio::time::advance(std::time::Duration::from_millis(1500)).await;
    desk.state.go_on.notify_one();
    socket.reply::<Wait>(waiting).await.unwrap();
    let slow = "SELECT variant, CAST(elapsed_ms AS TEXT) FROM messages WHERE elapsed_ms >= 1000";
    assert_eq!(desk.rows(slow).await, [format!("{} Ok | 1500.0", Wait::NAME)]);
}

#[tokio::test]
async fn a_call_on_a_socket_is_of_the_page_that_is_shown() {
    let desk = Desk::new().await.signed_in("ann").await;
    let mut socket = desk.app.socket().await;
    socket.call(Pay(1)).await.unwrap();
    socket.show(orders::Route { tab: 3 }).await.unwrap();
    socket.call(Pay(2)).await.unwrap();
    socket.call(orders::OfPage(3)).await.unwrap();
    let (session, page) = (known(&desk), "it::auth::site::orders::Route");
    let (pay, of_page) = (Pay::NAME, orders::OfPage::NAME);
    assert_eq!(
        desk.rows(WHO).await,
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
async fn an_enum_says_its_variant_and_an_answer_its_outcome() {
    let desk = Desk::new().await;
    let express = || Order::Express { item: "tea".to_owned(), cvv: 123 };
    desk.app.call(express()).await.unwrap();
    desk.app.call(Order::ByToken(String::new())).await.unwrap_err();
    let mut socket = desk.app.socket().await;
    assert!(matches!(socket.call(Order::Nothing).await, Err(Failure::Internal { .. })));
    assert!(matches!(socket.call(Fail(2)).await, Err(Failure::Internal { .. })));
    let (order, fail) = (Order::NAME, Fail::NAME);
    assert_eq!(
        desk.told().await,
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
async fn the_data_of_a_page_and_its_document_are_told_of() {
    let desk = Desk::new().await.signed_in("ann").await;
    let document = desk.app.get("/orders?tab=1").await;
    let mut socket = desk.app.socket().await;
    socket.enter(orders::Route { tab: 2 }).await.unwrap();
    assert_eq!(socket.enter(guests::Guests { page: 2 }).await, Err(Refusal::Denied));
    let (session, page) = (known(&desk), "it::auth::site::orders::Route");
    let guests = "it::render::forms::pages::guests::Guests";
    assert_eq!(
        desk.rows(WHO).await,
        [
            format!("{session} | ann | {page} | {page}"),
            format!("{session} | ann | {page} | {page} Ok"),
            format!("{session} | ann | {page} | {page}"),
            format!("{session} | ann | {page} | {page} Ok"),
            format!("{session} | ann | {guests} | {guests}"),
            format!("{session} | ann | {guests} | {guests} denied"),
        ]
    );
    let sizes = desk.rows("SELECT CAST(size AS TEXT) FROM messages ORDER BY id LIMIT 2").await;
    assert_eq!(sizes, ["13", &*document.bytes().len().to_string()]);
}

#[tokio::test]
async fn a_document_is_told_of_however_it_ends() {
    let desk = Desk::new().await;
    for path in ["/orders", "/guests?page=2", "/guests?page=3", "/guests?page=4", "/no/page"] {
        desk.app.get(path).await;
    }
    let outcomes = desk.rows("SELECT variant FROM messages WHERE direction = 'to_client'").await;
    let of = |outcome: &str| format!("it::render::forms::pages::guests::Guests {outcome}");
    let expected = [
        "it::auth::site::orders::Route redirect".to_owned(),
        of("denied"),
        of("redirect"),
        of("not_found"),
    ];
    assert_eq!(outcomes, expected, "what is no page is no message");
}

#[tokio::test]
async fn a_form_and_its_calls_are_told_of() {
    let desk = Desk::new().await;
    desk.app.post_form("/guests?page=1&/sign", &[("name", "Ann")]).await;
    desk.app.post_form("/guests?page=1&/sign", &[("name", "banned")]).await;
    let (page, sign) = ("it::render::forms::pages::guests::Guests", guests::Sign::NAME);
    let row = |direction: &str, what: &str, outcome: &str| format!("{direction} | {what}{outcome}");
    assert_eq!(
        desk.told().await,
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
    let pages = desk.rows("SELECT DISTINCT page FROM messages").await;
    assert_eq!(pages, [page], "its calls are of its page");
}

#[tokio::test]
async fn of_what_is_refused_there_is_the_name_and_who_it_was() {
    let desk = Desk::new().await.signed_in("ann").await;
    assert_eq!(desk.app.call(Edit(1)).await, Err(Failure::Denied));
    desk.app.call(SignOut).await.unwrap();
    assert_eq!(desk.app.call(Pay(1)).await, Err(Failure::SignedOut));
    let mut socket = desk.app.socket().await;
    assert_eq!(socket.call(orders::OfPage(1)).await, Err(Failure::Denied));
    let rejected = socket.call(SignIn("bob".to_owned())).await;
    assert!(matches!(rejected, Err(Failure::Rejected(_))), "{rejected:?}");
    let (edit, of_page, pay) = (Edit::NAME, orders::OfPage::NAME, Pay::NAME);
    let (sign_in, sign_out) = (SignIn::NAME, SignOut::NAME);
    let rows = desk.rows("SELECT user_id, variant FROM messages ORDER BY id").await;
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
async fn of_what_nobody_knows_there_is_the_name_and_never_the_body() {
    let desk = Desk::with(|journal| journal.payloads()).await;
    let mut socket = desk.app.socket().await;
    let long = "x".repeat(10_000);
    for (name, fingerprint) in [("no::Call", 1), (Order::NAME, 1), (&long, 1)] {
        let body = b"\xa6hidden";
        let frame = ClientFrame::Call { id: 9, name, fingerprint, body }.to_bytes();
        desk.app.post("/rpc", frame.clone()).await;
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
    assert_eq!(desk.rows("SELECT variant FROM messages ORDER BY id").await, expected.concat());
    assert_eq!(desk.rows("SELECT 1 FROM messages WHERE payload IS NOT NULL").await.len(), 0);
}

#[tokio::test]
async fn what_says_where_a_tab_is_is_no_message() {
    let desk = Desk::new().await;
    let mut socket = desk.app.socket().await;
    socket.show(guests::Guests { page: 1 }).await.unwrap();
    socket.send(ClientFrame::Ping.to_bytes()).await;
    socket.receive().await;
    desk.app.post("/rpc", b"no frame".to_vec()).await;
    assert_eq!(desk.told().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_place_is_counted_and_nobody_waits() {
    let desk = Desk::with(|journal| journal.capacity(4)).await;
    // Of a paused clock, messages gather until there is nothing else to do.
    let mut socket = desk.app.socket().await;
    desk.journal.flush().await;
    let calls = async {
        let mut begun = Vec::new();
        for _ in 0..20 {
            begun.push(socket.begin(Order::ByToken(String::new())).await);
        }
        for id in begun {
            socket.reply::<Order>(id).await.unwrap_err();
        }
    };
    calls.await;
    let kept = desk.rows("SELECT id FROM messages WHERE variant NOT LIKE 'rally::%'").await.len();
    let lost = desk.journal.lost();
    assert!(lost > 0 && kept > 0, "{kept} kept, {lost} lost");
    assert_eq!(kept as u64 + lost, 40);
    let told = desk.rows("SELECT variant FROM messages WHERE variant LIKE 'rally::%'").await;
    assert_eq!(told, [format!("rally::journal lost {lost}")]);
    desk.app.call(Order::ByToken(String::new())).await.unwrap_err();
    desk.journal.flush().await;
    assert_eq!(desk.journal.lost(), lost, "it goes on");
}

#[tokio::test(start_paused = true)]
async fn without_room_messages_are_lost_and_with_room_again_they_are_kept() {
    let desk = Desk::with(|journal| journal.max_size(256 << 10)).await;
    desk.journal.flush().await;
    // What is not its own it does not remove: as if the disk were full.
    let mut db = desk.file().await;
    let ballast = "CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(400000))";
    sqlx::raw_sql(ballast).execute(&mut db).await.unwrap();
    let many = async || {
        // The clock has gone on for hours, while SQLite worked for this test.
        let mut socket = desk.app.socket().await;
        for _ in 0..50 {
            socket.call(Order::ByToken(String::new())).await.unwrap_err();
        }
        desk.journal.flush().await;
    };
    many().await;
    let lost = desk.journal.lost();
    assert_eq!(lost, 100, "they gathered, and are kept or lost together");
    sqlx::raw_sql("DROP TABLE ballast").execute(&mut db).await.unwrap();
    many().await;
    assert_eq!(desk.journal.lost(), lost);
    let kept = desk.rows("SELECT id FROM messages WHERE variant NOT LIKE 'rally::%'").await;
    assert_eq!(kept.len(), 100);
}

#[tokio::test]
async fn a_second_start_goes_on_with_the_same_file() {
    let desk = Desk::new().await;
    let _ = desk.app.call(Order::Nothing).await;
    desk.journal.flush().await;
    let file = desk.directory.path().join("system.db");
    let again = rally::journal::Journal::open(&file).await.unwrap();
    let state = std::sync::Arc::new(crate::app::State::default());
    let app = crate::app::app(state).journal(again.clone());
    let _ = rally::testing::TestApp::new(app, &[]).call(Order::Nothing).await;
    again.flush().await;
    assert_eq!(desk.told().await.len(), 4);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let open = async |file: &str| {
        let opened = rally::journal::Journal::open(directory.path().join(file)).await;
        opened.unwrap_err().to_string()
    };
    let error = open("no/system.db").await;
    assert!(error.contains("system.db` cannot be opened: make the directory `"), "{error}");
    std::fs::write(directory.path().join("text.db"), "no database, but a text".repeat(99)).unwrap();
    let error = open("text.db").await;
    assert!(error.contains("text.db` cannot be opened: it is no SQLite database"), "{error}");
}
