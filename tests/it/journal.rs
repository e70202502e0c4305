//! The journal of messages.

mod kept;
mod payloads;

use std::sync::Arc;

use rally::PageEntry;
use rally::journal::Journal;
use rally::prelude::*;
use rally::testing::TestApp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Row};
use tempfile::TempDir;

use crate::app::{Cx, State};
use crate::auth::site::{self, SignIn};
use crate::render::forms::pages::guests;

/// Calls of several kinds, some with secrets.
#[derive(Debug, Wire)]
pub enum Order {
    Express { item: String, cvv: u16 },
    ByToken(String),
    Nothing,
}

#[derive(Debug, PartialEq, Wire)]
pub struct Receipt {
    pub item: String,
    #[wire(secret)]
    pub number: u32,
}

#[server(public)]
async fn order(msg: Order, _: &Cx) -> Result<Receipt, CallError<String>> {
    match msg {
        Order::Express { item, .. } => Ok(Receipt { item, number: 4711 }),
        Order::ByToken(_) => Err(CallError::App("no such token".to_owned())),
        Order::Nothing => Err("x".parse::<i64>().unwrap_err().into()),
    }
}

struct Fixture {
    app: TestApp,
    journal: Journal,
    state: Arc<State>,
    directory: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|journal| journal).await
    }

    async fn with(configure: impl FnOnce(Journal) -> Journal) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let journal = configure(Journal::open(directory.path().join("system.db")).await.unwrap());
        let state = Arc::new(State::default());
        let app = crate::app::app(state.clone()).journal(journal.clone());
        let pages: Vec<PageEntry> =
            site::PAGES.iter().copied().chain([guests::Guests::PAGE]).collect();
        Self { app: TestApp::new(app, &pages), journal, state, directory }
    }

    /// Signs in with an account, and deletes the records of the sign-in.
    async fn signed_in(self, name: &str) -> Self {
        self.app.call(SignIn(name.to_owned())).await.unwrap();
        self.rows("DELETE FROM messages").await;
        self
    }

    /// Returns the result of a query after all messages are written, one text
    /// for each row.
    async fn rows(&self, query: &'static str) -> Vec<String> {
        self.journal.flush().await;
        let mut db = self.file().await;
        let rows = sqlx::query(query).fetch_all(&mut db).await.unwrap();
        let text = |row: &SqliteRow, column| {
            let text: Option<String> = row.try_get_unchecked(column).unwrap();
            text.unwrap_or_else(|| "-".to_owned())
        };
        let line = |row| (0..Row::len(row)).map(|column| text(row, column)).collect::<Vec<_>>();
        rows.iter().map(|row| line(row).join(" | ")).collect()
    }

    /// A second connection to the file of the journal.
    async fn file(&self) -> SqliteConnection {
        let file = self.directory.path().join("system.db");
        SqliteConnectOptions::new().filename(file).connect().await.unwrap()
    }

    async fn variants(&self) -> Vec<String> {
        self.rows("SELECT direction, variant FROM messages ORDER BY id").await
    }
}
