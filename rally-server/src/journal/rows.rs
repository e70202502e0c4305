//! Insertion of messages as rows. One statement inserts up to 128 rows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use crate::request::SessionId;
use crate::telemetry::recorder::{Direction, RecordedMessage};

/// Numbers of rows that a statement can insert. With only four different statements, the
/// prepared statements are reused.
const ROWS_PER_STATEMENT: [usize; 4] = [128, 16, 4, 1];

/// Number of digits of a session id that are stored, out of 32: enough to tell sessions
/// apart, too few to take over a session.
const SESSION_DIGITS: usize = 16;

pub(super) struct Rows {
    statements: [(usize, Arc<str>); 4],
    /// Names of the directions, at the index `Direction as usize`.
    directions: [Arc<str>; 3],
    empty: Arc<str>,
    /// Cached values of the column `variant`, only for names that the app defines.
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
            statements: ROWS_PER_STATEMENT.map(|rows| (rows, statement(rows))),
            directions: ["to_server", "to_client", "broadcast"].map(Arc::from),
            empty: Arc::from(""),
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
            let (batch, rest) = messages.split_at(rows);
            messages = rest;
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for message in batch {
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

    /// Returns the stored digits of a session. Caches the latest session, because
    /// consecutive messages often belong to the same session.
    fn session(
        &self,
        session: Option<SessionId>,
        latest: &mut Option<(SessionId, Arc<str>)>,
    ) -> Arc<str> {
        let Some(session) = session else { return self.empty.clone() };
        if let Some((known, text)) = latest
            && *known == session
        {
            return text.clone();
        }
        let mut digits = session.to_string();
        digits.truncate(SESSION_DIGITS);
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
            // A client may have sent this name. A cache of such names could grow without limit.
            std::borrow::Cow::Owned(_) => variant(message),
        }
    }
}

/// Returns the value of the column `variant`, such as `shop::Order::Express` for a request
/// and `shop::Order Ok` for a response.
fn variant(message: &RecordedMessage) -> Arc<str> {
    let name = &*message.name;
    match (message.variant, message.direction) {
        (None, _) => name.into(),
        (Some(outcome), Direction::ToClient) => format!("{name} {outcome}").into(),
        (Some(variant), _) => format!("{name}::{variant}").into(),
    }
}

fn milliseconds(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1000.0
}
