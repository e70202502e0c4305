//! The guestbook, without a browser: the whole app, and one page of it.

use guestbook::pages;
use guestbook::pages::home_::{Entry, Home, Mistake, Model, Msg, Sign};
use guestbook::pages::join::NewAccount;
use guestbook::pages::mine::{Mine, Remove};
use guestbook::pages::sign_in::SignIn;
use guestbook::pages::sign_out::SignOut;
use rally::testing::{Multipart, TestApp};
use rally::{Failure, FormValues, Simulation};
use tempfile::TempDir;

async fn start() -> (TestApp, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let app = guestbook::app(directory.path()).await.unwrap();
    (TestApp::new(app, pages::ALL), directory)
}

fn account(name: &str) -> NewAccount {
    NewAccount { name: name.to_owned(), password: "correct horse".to_owned() }
}

#[tokio::test]
async fn who_has_not_signed_in_is_sent_to_where_that_is_done() {
    let (app, _directory) = start().await;
    let answer = app.get("/mine").await;
    assert_eq!(
        (answer.status().as_u16(), answer.location()),
        (303, Some("/sign-in?return_to=%2Fmine"))
    );

    app.call(account("Ann")).await.unwrap();
    assert!(app.get("/mine").await.html().contains("You have not written anything yet."));
}

/// Such as one that somebody else has come to know.
#[tokio::test]
async fn who_signs_in_again_leaves_no_session_behind() {
    let (app, _directory) = start().await;
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
async fn a_form_that_is_posted_writes_an_entry() {
    let (app, _directory) = start().await;
    app.call(account("Ann")).await.unwrap();
    let empty =
        Multipart::new().text("text", "  ").file("picture", "", "application/octet-stream", b"");
    let answer = app.post_multipart("/?/sign", empty).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.html().contains("Write something."));

    let form = Multipart::new().text("text", "Hello <you>").file(
        "picture",
        "",
        "application/octet-stream",
        b"",
    );
    let answer = app.post_multipart("/?/sign", form).follow().await;
    assert!(answer.html().contains("Hello &#60;you&#62;"), "{}", answer.html());
}

#[tokio::test]
async fn nobody_removes_what_others_have_written() {
    let (app, _directory) = start().await;
    app.call(account("Ann")).await.unwrap();
    let text = "Mine".to_owned();
    let entry = app.call(Sign { text, picture: None }).await.unwrap();

    let other = app.another_browser();
    let mut socket = other.socket().await;
    assert_eq!(socket.call(Remove(entry.id)).await, Err(Failure::Denied), "it is on no page");
    drop(socket);
    other.call(account("Bob")).await.unwrap();
    let mut socket = other.socket().await;
    socket.show(Mine).await.unwrap();
    socket.call(Remove(entry.id)).await.unwrap();
    assert!(app.get("/").await.html().contains("Mine"));

    let mut socket = app.socket().await;
    socket.show(Mine).await.unwrap();
    socket.call(Remove(entry.id)).await.unwrap();
    assert!(!app.get("/").await.html().contains("Mine"));
}

#[tokio::test]
async fn signing_out_ends_the_session_in_every_tab() {
    let (app, _directory) = start().await;
    app.call(account("Ann")).await.unwrap();
    let mut tab = app.clone().socket().await;
    tab.show(Mine).await.unwrap();
    tab.call(Remove(1)).await.unwrap();
    app.call(SignOut).await.unwrap();
    assert_eq!(tab.call(Remove(1)).await, Err(Failure::SignedOut));
}

#[test]
fn what_was_typed_stays_until_it_was_taken() {
    let mut page = Simulation::<Model>::start(Home, Vec::new());
    page.send(Msg::Submitted(FormValues::from([("text", "Hello")])));
    page.answer::<Sign>(Err(Mistake::TooLong));
    page.send(Msg::Submitted(FormValues::from([("text", "Hi")])));
    let (author, text) = ("Ann".to_owned(), "Hi".to_owned());
    let asked: Sign = page.answer(Ok(Entry { id: 1, author, text, picture: None }));
    assert_eq!(asked.text, "Hi");
    assert_eq!(page.context(|site| site.notice.clone()), "Thank you.");
    assert!(page.html().contains("<p>Hi</p>"));
}
