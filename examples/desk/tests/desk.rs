//! The help desk without a browser.

use std::time::Duration;

use desk::desk::MIGRATIONS;
use desk::pages;
use desk::pages::home_::Home;
use desk::pages::join::NewAccount;
use desk::pages::people::{People, SetRole};
use desk::pages::tickets::id_::{AddComment, Closed, SetSolved, TicketPage};
use desk::pages::tickets::new::Open;
use desk::ticket::Role;
use rally::Failure;
use rally::db::TestDb;
use rally::testing::TestApp;
use tempfile::TempDir;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The app, and the directory of its attachments.
async fn start() -> (TestApp, TempDir) {
    let attachments = tempfile::tempdir().unwrap();
    let db = TestDb::new(&MIGRATIONS).await;
    let app = desk::app(db, attachments.path().to_owned()).await.unwrap();
    (TestApp::new(app, pages::ALL), attachments)
}

/// Creates an account, which signs in. The first one is an agent.
async fn join(app: &TestApp, name: &str) {
    let password = "correct horse".to_owned();
    app.call(NewAccount { name: name.to_owned(), password }).await.unwrap();
}

async fn open(app: &TestApp, title: &str) -> i64 {
    let (title, text) = (title.to_owned(), "It does not work.".to_owned());
    let mut socket = app.clone().socket().await;
    socket.call(Open { title, text, files: Vec::new() }).await.unwrap()
}

async fn status(app: &TestApp, url: &str) -> u16 {
    app.get(url).await.status().as_u16()
}

async fn html(app: &TestApp, url: &str) -> String {
    app.get(url).await.html()
}

#[tokio::test]
async fn a_ticket_is_shown_to_its_customer_and_to_agents() {
    let (agent, _attachments) = start().await;
    join(&agent, "Agent").await;
    let (ann, bob) = (agent.another_browser(), agent.another_browser());
    join(&ann, "Ann").await;
    join(&bob, "Bob").await;
    let id = open(&ann, "Printer").await;
    let url = format!("/tickets/{id}");
    assert_eq!(status(&ann, &url).await, 200);
    assert_eq!(status(&agent, &url).await, 200);
    assert_eq!(status(&bob, &url).await, 403);
    assert_eq!(status(&bob, "/tickets/7").await, 403, "the same as for a ticket of another");
    assert_eq!(status(&agent.another_browser(), &url).await, 303);
    assert!(!html(&bob, "/").await.contains("Printer"));
}

#[tokio::test]
async fn only_agents_change_a_status_and_roles() {
    let (agent, _attachments) = start().await;
    join(&agent, "Agent").await;
    let ann = agent.another_browser();
    join(&ann, "Ann").await;
    let id = open(&ann, "Printer").await;
    let mut socket = ann.clone().socket().await;
    socket.show_page(TicketPage { id }).await.unwrap();
    let solved = SetSolved { solved: true };
    assert_eq!(socket.call(solved.clone()).await, Err(Failure::Denied));
    assert!(socket.show_page(People).await.is_err());

    let mut socket = agent.clone().socket().await;
    socket.show_page(TicketPage { id }).await.unwrap();
    socket.call(solved).await.unwrap();
    socket.show_page(People).await.unwrap();
    let people = socket.call(SetRole { account: 2, role: Role::Agent }).await.unwrap();
    assert_eq!(people[1].role, Role::Agent);
    assert_eq!(status(&ann, "/people").await, 200);
}

#[tokio::test]
async fn an_agent_whose_role_is_taken_away_is_denied_in_an_open_tab() {
    let (agent, _attachments) = start().await;
    join(&agent, "Agent").await;
    let id = open(&agent, "Printer").await;
    let other = agent.another_browser();
    join(&other, "Other").await;
    let mut tab = agent.clone().socket().await;
    tab.show_page(People).await.unwrap();
    tab.call(SetRole { account: 2, role: Role::Agent }).await.unwrap();

    let mut open_tab = other.clone().socket().await;
    open_tab.show_page(TicketPage { id }).await.unwrap();
    open_tab.call(SetSolved { solved: true }).await.unwrap();
    tab.call(SetRole { account: 2, role: Role::Customer }).await.unwrap();
    assert_eq!(open_tab.call(SetSolved { solved: false }).await, Err(Failure::Denied));
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    let (app, _attachments) = start().await;
    join(&app, "Agent").await;
    for number in 1..=12 {
        open(&app, &format!("Printer {number}")).await;
    }
    let first = html(&app, "/").await;
    assert!(first.contains("Printer 12") && !first.contains("Printer 2<"), "{first}");
    assert!(first.contains("1 of 2"), "{first}");
    let second = html(&app, "/?page=1").await;
    assert!(second.contains("Printer 2<") && !second.contains("Printer 12"), "{second}");
    let found = html(&app, "/?search=PRINTER+7&status=open").await;
    assert!(found.contains("Printer 7") && found.contains("1 of 1"), "{found}");
    assert!(html(&app, "/?search=&status=solved").await.contains("no such tickets"));
    assert_eq!(rally::href(Home::default()), "/");
}

#[tokio::test(start_paused = true)]
async fn a_solved_ticket_is_closed_after_a_week() {
    let (app, _attachments) = start().await;
    join(&app, "Agent").await;
    let id = open(&app, "Printer").await;
    let url = format!("/tickets/{id}");
    let mut socket = app.clone().socket().await;
    socket.show_page(TicketPage { id }).await.unwrap();
    socket.call(SetSolved { solved: true }).await.unwrap();
    drop(socket);
    tokio::time::advance(6 * DAY).await;
    app.run_jobs().await;
    assert!(html(&app, &url).await.contains("Solved"));
    tokio::time::advance(2 * DAY).await;
    app.run_jobs().await;
    assert!(html(&app, &url).await.contains("Closed"));

    let mut socket = app.clone().socket().await;
    socket.show_page(TicketPage { id }).await.unwrap();
    let opened = socket.call(SetSolved { solved: false }).await;
    assert_eq!(opened, Err(Failure::App(Closed)));
    let answer = AddComment { text: "Again.".to_owned(), files: Vec::new() };
    let Err(Failure::App(errors)) = socket.call(answer).await else { panic!("it is closed") };
    assert!(errors.to_string().contains("This ticket is closed."), "{errors}");
}
