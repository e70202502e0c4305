//! Rows: messages as SQL, many with one statement.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use crate::request::SessionId;
use crate::telemetry::recorder::{Direction, RecordedMessage};

/// How many rows a statement has: a few sizes, so that each is prepared once.
const SIZES: [usize; 4] = [128, 16, 4, 1];

/// How many of a session's 32 digits are kept: enough to tell sessions apart,
/// and not enough to be taken for one.
const DIGITS: usize = 16;

/// What rows are made with.
pub(super) struct Rows {
    statements: [(usize, Arc<str>); 4],
    /// By index.
    directions: [Arc<str>; 3],
    nothing: Arc<str>,
    /// The app's own names, of which there are only so many.
    names: HashMap<(&'static str, Direction, &'static str), Arc<str>>,
    pages: HashMap<&'static str, Arc<str>>,
}

impl Rows {
    pub(super) fn new() -> Self {
        let statement = |rows: usize| {
            let rows = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
            let columns = "timestamp, session_id, user_id, page, direction, variant, payload, size, elapsed_ms";
            format!("INSERT INTO messages ({columns}) VALUES {rows}").into()
        };
        Self {
            statements: SIZES.map(|rows| (rows, statement(rows))),
            directions: ["to_server", "to_client", "broadcast"].map(Arc::from),
            nothing: Arc::from(""),
            names: HashMap::new(),
            pages: HashMap::new(),
        }
    }

    pub(super) async fn insert(
        &mut self,
        mut messages: &[RecordedMessage],
        to: &mut SqliteConnection,
    ) -> sqlx::Result<()> {
        let mut latest = None;
        while !messages.is_empty() {
            let fits = |statement: &&(usize, Arc<str>)| statement.0 <= messages.len();
            let Some((rows, sql)) = self.statements.iter().find(fits).cloned() else { break };
            let (now, later) = messages.split_at(rows);
            messages = later;
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for message in now {
                query = query
                    .bind(message.at)
                    .bind(self.session(message.session, &mut latest))
                    .bind(message.user.clone())
                    .bind(message.page.map(|page| self.page(page)))
                    .bind(self.directions[message.direction as usize].clone())
                    .bind(self.variant(message))
                    .bind(message.payload.clone())
                    .bind(i64::try_from(message.size).unwrap_or(i64::MAX))
                    .bind(message.elapsed.map(milliseconds));
            }
            query.execute(&mut *to).await?;
        }
        Ok(())
    }

    /// A request and its answer, and often the next ones, are of one session.
    fn session(
        &self,
        session: Option<SessionId>,
        latest: &mut Option<(SessionId, Arc<str>)>,
    ) -> Arc<str> {
        let Some(session) = session else { return self.nothing.clone() };
        if let Some((known, text)) = latest
            && *known == session
        {
            return text.clone();
        }
        let mut digits = session.to_string();
        digits.truncate(DIGITS);
        latest.insert((session, digits.into())).1.clone()
    }

    fn page(&mut self, page: &'static str) -> Arc<str> {
        self.pages.entry(page).or_insert_with(|| page.into()).clone()
    }

    fn variant(&mut self, message: &RecordedMessage) -> Arc<str> {
        match message.name {
            std::borrow::Cow::Borrowed(name) => {
                let key = (name, message.direction, message.variant.unwrap_or_default());
                self.names.entry(key).or_insert_with(|| variant(message)).clone()
            }
            // Of those that clients make up there may be any number.
            std::borrow::Cow::Owned(_) => variant(message),
        }
    }
}

/// `shop::Order::Express` is asked, `shop::Order Ok` is answered.
fn variant(message: &RecordedMessage) -> Arc<str> {
    let name = &*message.name;
    match (message.variant, message.direction) {
        (None, _) => name.into(),
        (Some(outcome), Direction::ToClient) => format!("{name} {outcome}").into(),
        (Some(variant), _) => format!("{name}::{variant}").into(),
    }
}

/// To the microsecond.
fn milliseconds(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1000.0
}
