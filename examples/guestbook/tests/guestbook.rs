//! The guestbook without a browser: the whole app, and one of its pages.

use std::time::Duration;

use guestbook::book::{Book, MIGRATIONS};
use guestbook::pages;
use guestbook::pages::home_::{Entry, Home, Model, Sign};
use guestbook::pages::join::NewAccount;
use guestbook::pages::layout::SignOut;
use guestbook::pages::mine::{Mine, Remove};
use guestbook::pages::sign_in::SignIn;
use rally::db::{DbOptions, TestDb};
use rally::jobs::JobCounts;
use rally::testing::TestApp;
use rally::{Failure, FieldErrors, File, Simulation};
use tempfile::TempDir;

/// The app with its own database, and the directory of its pictures.
async fn start() -> (TestApp, TempDir) {
    let pictures = tempfile::tempdir().unwrap();
    let db = TestDb::new(&MIGRATIONS).await;
    let app = guestbook::app(db, pictures.path().to_owned()).await.unwrap();
    (TestApp::new(app, pages::ALL), pictures)
}

fn account(name: &str) -> NewAccount {
    NewAccount { name: name.to_owned(), password: "correct horse".to_owned() }
}

fn sign(text: &str, picture: Option<&[u8]>) -> Sign {
    let file = |bytes: &[u8]| File::new("a.png", "image/png", bytes.to_vec());
    Sign { text: text.to_owned(), picture: picture.map(file) }
}

#[tokio::test]
async fn a_guest_is_redirected_to_sign_in() {
    let (app, _pictures) = start().await;
    let response = app.get("/mine").await;
    assert_eq!(
        (response.status().as_u16(), response.location()),
        (303, Some("/sign-in?return_to=%2Fmine"))
    );

    app.call(account("Ann")).await.unwrap();
    assert!(app.get("/mine").await.html().contains("You have not written anything yet."));
}

/// The old session could have been stolen.
#[tokio::test]
async fn signing_in_again_ends_the_old_session() {
    let (app, _pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    let thief = app.another_browser();
    thief.set_cookie("rally_session", &app.cookie("rally_session").unwrap());
    assert_eq!(thief.get("/mine").await.status(), 200);
    let (name, password) = ("Ann".to_owned(), "correct horse".to_owned());
    app.call(SignIn { name, password }).await.unwrap();
    assert_eq!(app.get("/mine").await.status(), 200);
    assert_eq!(thief.get("/mine").await.status(), 303);
}

#[tokio::test]
async fn a_posted_form_creates_an_entry() {
    let (app, _pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    let response = app.submit("/", &sign("  ", None)).await;
    assert_eq!(response.status(), 422);
    assert!(response.html().contains("This is required."));

    let response = app.submit("/", &sign("Hello <you>", None)).follow().await;
    assert!(response.html().contains("Hello &lt;you&gt;"), "{}", response.html());
}

#[tokio::test]
async fn an_entry_is_removed_only_by_its_author() {
    let (app, _pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    let entry = app.call(sign("Mine", None)).await.unwrap();

    let other = app.another_browser();
    other.call(account("Bob")).await.unwrap();
    let mut socket = other.socket().await;
    socket.show_page(Mine).await.unwrap();
    socket.call(Remove { id: entry.id }).await.unwrap();
    assert!(app.get("/").await.html().contains("Mine"));

    let mut socket = app.socket().await;
    socket.show_page(Mine).await.unwrap();
    socket.call(Remove { id: entry.id }).await.unwrap();
    assert!(!app.get("/").await.html().contains("Mine"));
}

#[tokio::test]
async fn signing_out_ends_the_session_in_every_tab() {
    let (app, _pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    let mut tab = app.clone().socket().await;
    tab.show_page(Mine).await.unwrap();
    tab.call(Remove { id: 1 }).await.unwrap();
    app.call(SignOut).await.unwrap();
    assert_eq!(tab.call(Remove { id: 1 }).await, Err(Failure::SignedOut));
}

const HOUR: Duration = Duration::from_secs(60 * 60);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n, and what follows";

fn files(directory: &TempDir) -> usize {
    std::fs::read_dir(directory.path()).unwrap().count()
}

fn completed(completed: usize) -> JobCounts {
    JobCounts { completed, ..JobCounts::default() }
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_removed_with_its_entry() {
    let (app, pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    assert_eq!(app.submit("/", &sign("Look!", Some(PNG))).await.status(), 303);
    tokio::time::advance(HOUR).await;
    assert_eq!(app.run_jobs().await, completed(1));
    assert_eq!(files(&pictures), 1, "the entry has this picture");

    let mut socket = app.socket().await;
    socket.show_page(Mine).await.unwrap();
    socket.call(Remove { id: 1 }).await.unwrap();
    assert_eq!(files(&pictures), 1, "a job removes the file later");
    assert_eq!(app.run_jobs().await, completed(1));
    assert_eq!(files(&pictures), 0);
}

#[tokio::test(start_paused = true)]
async fn a_picture_without_an_entry_is_removed_after_an_hour() {
    let db = TestDb::new(&MIGRATIONS).await;
    let pictures = tempfile::tempdir().unwrap();
    let book = Book::new(db.clone(), pictures.path().to_owned());
    let app = guestbook::app(db, pictures.path().to_owned()).await.unwrap();
    let app = TestApp::new(app, pages::ALL);

    book.store(PNG).await.unwrap().unwrap();
    assert_eq!(app.run_jobs().await, completed(0));
    assert_eq!(files(&pictures), 1, "the entry may still be written");
    tokio::time::advance(HOUR).await;
    assert_eq!(app.run_jobs().await, completed(1));
    assert_eq!(files(&pictures), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_deleted_after_30_days() {
    let (app, _pictures) = start().await;
    app.call(account("Ann")).await.unwrap();
    for (days, status) in [(29, 200), (2, 303)] {
        tokio::time::advance(days * 24 * HOUR).await;
        assert_eq!(app.run_jobs().await, completed(1));
        assert_eq!(app.get("/mine").await.status(), status);
    }
}

/// A database from before the app had migrations.
const OLD_BOOK: &str = "
    CREATE TABLE account (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL
    );
    CREATE TABLE session (
        id TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id)
    );
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id),
        text TEXT NOT NULL, picture TEXT
    );
    INSERT INTO account VALUES (1, 'Ann', '');
    INSERT INTO session VALUES ('ann', 1);
    INSERT INTO entry VALUES (1, 1, 'Hello', NULL);";

#[tokio::test]
async fn the_migrations_keep_the_data_of_an_old_database() {
    let db = DbOptions::in_memory().open().await.unwrap();
    sqlx::raw_sql(OLD_BOOK).execute(db.write()).await.unwrap();
    MIGRATIONS.run(&db).await.unwrap();
    let book = Book::new(db, "pictures".into());
    assert_eq!(book.entries(None).await.unwrap().len(), 1);
    book.forget_sessions(30).await.unwrap();
    assert_eq!(book.signed_in("ann").await.unwrap().unwrap().name, "Ann");
}

#[test]
fn the_text_of_an_entry_is_kept_until_it_is_accepted() {
    let client = guestbook::Site { user: Some("Ann".to_owned()), ..Default::default() };
    let mut page = Simulation::<Model>::start_with(client, Home, Vec::new());
    page.submit(&sign("Hello", None));
    page.answer::<Sign>(Err(FieldErrors::of(Sign::TEXT, "Not this.")));
    assert!(page.html().contains("Hello</textarea>"));
    page.submit(&sign("Hi", None));
    let (author, text) = ("Ann".to_owned(), "Hi".to_owned());
    let call: Sign = page.answer(Ok(Entry { id: 1, author, text, picture: None }));
    assert_eq!(call.text, "Hi");
    assert_eq!(page.context(|site| site.browser.flash.clone()).as_deref(), Some("Thank you."));
    assert!(page.html().contains("<p>Hi</p>"));
}
