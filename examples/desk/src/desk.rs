//! Storage of the help desk: a SQLite database and a directory of attachments.

use std::io;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use rally::db::{Db, Migrations};
use rally::jobs::JobExt;
use tokio::io::{AsyncRead, AsyncWriteExt};

use crate::Cx;
use crate::accounts::Account;
use crate::jobs::RemoveUnused;
use crate::ticket::{Attachment, Comment, Role, Status, Ticket};

/// The migrations of the database.
pub const MIGRATIONS: Migrations = rally::migrations!("migrations");

/// The number of tickets on a page of the list.
const PAGE: u32 = 10;

const DAY: i64 = 24 * 60 * 60;

pub struct Desk {
    db: Db,
    attachments: PathBuf,
}

/// The conditions of a list of tickets.
pub struct Filter<'a> {
    /// The tickets of this customer.
    pub customer: Option<i64>,
    pub status: Option<Status>,
    /// A part of the title.
    pub search: &'a str,
}

impl Desk {
    /// Creates a desk. The migrations must have been applied to the database.
    pub fn new(db: Db, attachments: PathBuf) -> Self {
        Self { db, attachments }
    }

    /// Returns a page of the list, newest first, and the number of pages. The first page is 0.
    pub async fn tickets(
        &self,
        filter: Filter<'_>,
        page: u32,
    ) -> rally::Result<(Vec<Ticket>, u32)> {
        let Filter { customer, status, search } = filter;
        let status = status.map(|status| status.to_string());
        let count = sqlx::query_scalar!(
            "SELECT COUNT(*) FROM ticket
             WHERE (?1 IS NULL OR customer = ?1) AND (?2 IS NULL OR status = ?2)
             AND (?3 = '' OR instr(lower(title), lower(?3)) > 0)",
            customer,
            status,
            search
        );
        let count: u32 = count.fetch_one(self.db.read()).await?.try_into()?;
        let skipped = page.saturating_mul(PAGE);
        let rows = sqlx::query!(
            "SELECT ticket.id, title, status, account.name AS customer
             FROM ticket JOIN account ON account.id = ticket.customer
             WHERE (?1 IS NULL OR customer = ?1) AND (?2 IS NULL OR status = ?2)
             AND (?3 = '' OR instr(lower(title), lower(?3)) > 0)
             ORDER BY ticket.id DESC LIMIT ?4 OFFSET ?5",
            customer,
            status,
            search,
            PAGE,
            skipped
        );
        let tickets = rows.fetch_all(self.db.read()).await?.into_iter().map(|row| {
            let status = row.status.parse()?;
            Ok(Ticket { id: row.id, title: row.title, customer: row.customer, status })
        });
        Ok((tickets.collect::<rally::Result<_>>()?, count.div_ceil(PAGE).max(1)))
    }

    /// Returns a ticket, and the id of its customer.
    pub async fn ticket(&self, id: i64) -> rally::Result<Option<(Ticket, i64)>> {
        let query = sqlx::query!(
            "SELECT title, status, account.id AS customer, account.name AS customer_name
             FROM ticket JOIN account ON account.id = ticket.customer WHERE ticket.id = ?",
            id
        );
        let Some(row) = query.fetch_optional(self.db.read()).await? else { return Ok(None) };
        let status = row.status.parse()?;
        Ok(Some((
            Ticket { id, title: row.title, customer: row.customer_name, status },
            row.customer,
        )))
    }

    /// Returns the comments of a ticket, oldest first.
    pub async fn comments(&self, ticket: i64) -> sqlx::Result<Vec<Comment>> {
        let mut comments = Vec::new();
        let rows = sqlx::query!(
            "SELECT comment.id, account.name AS author, text
             FROM comment JOIN account ON account.id = comment.account
             WHERE ticket = ? ORDER BY comment.id",
            ticket
        );
        for row in rows.fetch_all(self.db.read()).await? {
            let attachments = sqlx::query_as!(
                Attachment,
                "SELECT file, name FROM attachment WHERE comment = ? ORDER BY rowid",
                row.id
            );
            let attachments = attachments.fetch_all(self.db.read()).await?;
            comments.push(Comment { id: row.id, author: row.author, text: row.text, attachments });
        }
        Ok(comments)
    }

    /// Opens a ticket with its first comment, and returns its id.
    pub async fn open(
        &self,
        by: i64,
        title: &str,
        text: &str,
        attachments: &[Attachment],
    ) -> rally::Result<i64> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let query = sqlx::query!(
            "INSERT INTO ticket (customer, title, changed_at) VALUES (?, ?, ?)",
            by,
            title,
            now
        );
        let ticket = query.execute(&mut tx).await?.last_insert_rowid();
        insert_comment(&mut tx, ticket, by, text, attachments).await?;
        tx.commit().await?;
        Ok(ticket)
    }

    /// Adds a comment to a ticket, and returns its id. The comment of a customer opens the ticket
    /// again. Returns `None` if the ticket is closed.
    pub async fn comment(
        &self,
        ticket: i64,
        by: &Account,
        text: &str,
        attachments: &[Attachment],
    ) -> rally::Result<Option<i64>> {
        let (now, opens) = (self.now(), by.role == Role::Customer);
        let mut tx = self.db.begin().await?;
        let query = sqlx::query!(
            "UPDATE ticket SET status = CASE WHEN ? THEN 'open' ELSE status END, changed_at = ?
             WHERE id = ? AND status <> 'closed'",
            opens,
            now,
            ticket
        );
        if query.execute(&mut tx).await?.rows_affected() == 0 {
            return Ok(None);
        }
        let comment = insert_comment(&mut tx, ticket, by.id, text, attachments).await?;
        tx.commit().await?;
        Ok(Some(comment))
    }

    /// Changes the status of a ticket that is not closed. Returns `false` if it is.
    pub async fn set_status(&self, ticket: i64, status: Status) -> sqlx::Result<bool> {
        let (status, now) = (status.to_string(), self.now());
        let query = sqlx::query!(
            "UPDATE ticket SET status = ?, changed_at = ? WHERE id = ? AND status <> 'closed'",
            status,
            now,
            ticket
        );
        Ok(query.execute(self.db.write()).await?.rows_affected() == 1)
    }

    /// Closes the tickets that were solved more than this number of days ago.
    pub async fn close_solved(&self, days: i64) -> sqlx::Result<()> {
        let latest = self.now() - days * DAY;
        let query = sqlx::query!(
            "UPDATE ticket SET status = 'closed' WHERE status = 'solved' AND changed_at < ?",
            latest
        );
        query.execute(self.db.write()).await.map(drop)
    }

    /// Stores a file. It is removed after an hour, unless an attachment uses it by then.
    pub async fn store(
        &self,
        name: &str,
        mut file: impl AsyncRead + Unpin,
    ) -> rally::Result<Attachment> {
        let file_name = format!("{}.{}", rally::SessionId::random(), extension(name));
        let hour = std::time::Duration::from_secs(60 * 60);
        RemoveUnused { file: file_name.clone() }.enqueue_in(hour, &self.db).await?;
        let mut to = tokio::fs::File::create_new(self.attachments.join(&file_name)).await?;
        tokio::io::copy(&mut file, &mut to).await?;
        to.flush().await?;
        Ok(Attachment { file: file_name, name: name.to_owned() })
    }

    /// Removes a file, unless an attachment uses it.
    pub async fn remove_unused(&self, file: &str) -> rally::Result<()> {
        let query = sqlx::query!("SELECT comment FROM attachment WHERE file = ?", file);
        if query.fetch_optional(self.db.read()).await?.is_some() {
            return Ok(());
        }
        match tokio::fs::remove_file(self.attachments.join(file)).await {
            // The job may run twice, or the upload may have failed before the file was created.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => Ok(removed?),
        }
    }
}

/// Accounts and sessions.
impl Desk {
    /// Creates an account and returns its id. `None` if the name is taken. The first account is an agent.
    pub async fn join(&self, name: &str, password: &str) -> sqlx::Result<Option<i64>> {
        let query = sqlx::query_scalar!(
            "INSERT INTO account (name, password, role)
             SELECT ?, ?, CASE WHEN EXISTS (SELECT 1 FROM account) THEN 'customer' ELSE 'agent' END
             WHERE true ON CONFLICT DO NOTHING RETURNING id",
            name,
            password
        );
        query.fetch_optional(self.db.write()).await
    }

    /// Returns the id and password hash of an account.
    pub async fn password(&self, name: &str) -> sqlx::Result<Option<(i64, String)>> {
        let query = sqlx::query!("SELECT id, password FROM account WHERE name = ?", name);
        let account = query.fetch_optional(self.db.read()).await?;
        Ok(account.map(|account| (account.id, account.password)))
    }

    /// Returns all accounts, sorted by name.
    pub async fn accounts(&self) -> rally::Result<Vec<Account>> {
        let rows = sqlx::query!("SELECT id, name, role FROM account ORDER BY name");
        let accounts = rows.fetch_all(self.db.read()).await?.into_iter();
        accounts
            .map(|row| Ok(Account { id: row.id, name: row.name, role: row.role.parse()? }))
            .collect()
    }

    /// Returns the role of an account.
    pub async fn role(&self, account: i64) -> rally::Result<Option<Role>> {
        let query = sqlx::query_scalar!("SELECT role FROM account WHERE id = ?", account);
        let role = query.fetch_optional(self.db.read()).await?;
        Ok(role.map(|role| role.parse()).transpose()?)
    }

    /// Changes the role of an account.
    pub async fn set_role(&self, account: i64, role: Role) -> sqlx::Result<()> {
        let role = role.to_string();
        let query = sqlx::query!("UPDATE account SET role = ? WHERE id = ?", role, account);
        query.execute(self.db.write()).await.map(drop)
    }

    /// Ends the session `old`, and starts the session `new` for this account.
    pub async fn replace_session(&self, old: &str, new: &str, account: i64) -> sqlx::Result<()> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        sqlx::query!("DELETE FROM session WHERE id = ?", old).execute(&mut tx).await?;
        let query = sqlx::query!(
            "INSERT INTO session (id, account, created_at) VALUES (?, ?, ?)",
            new,
            account,
            now
        );
        query.execute(&mut tx).await?;
        tx.commit().await
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> sqlx::Result<()> {
        let query = sqlx::query!("DELETE FROM session WHERE id = ?", session);
        query.execute(self.db.write()).await.map(drop)
    }

    /// Returns the account of a session.
    pub async fn signed_in(&self, session: &str) -> rally::Result<Option<Account>> {
        let query = sqlx::query!(
            "SELECT account.id, name, role FROM account
             JOIN session ON session.account = account.id WHERE session.id = ?",
            session
        );
        let Some(row) = query.fetch_optional(self.db.read()).await? else { return Ok(None) };
        Ok(Some(Account { id: row.id, name: row.name, role: row.role.parse()? }))
    }

    /// Ends the sessions that are older than this number of days.
    pub async fn forget_sessions(&self, days: i64) -> sqlx::Result<()> {
        let oldest = self.now() - days * DAY;
        let query = sqlx::query!("DELETE FROM session WHERE created_at < ?", oldest);
        query.execute(self.db.write()).await.map(drop)
    }

    /// Returns the current time in Unix seconds.
    fn now(&self) -> i64 {
        let now = self.db.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.as_secs().try_into().unwrap_or(i64::MAX)
    }
}

async fn insert_comment(
    tx: &mut rally::db::Transaction<'_>,
    ticket: i64,
    by: i64,
    text: &str,
    attachments: &[Attachment],
) -> rally::Result<i64> {
    let query = sqlx::query!(
        "INSERT INTO comment (ticket, account, text) VALUES (?, ?, ?)",
        ticket,
        by,
        text
    );
    let comment = query.execute(&mut *tx).await?.last_insert_rowid();
    for Attachment { file, name } in attachments {
        let query = sqlx::query!(
            "INSERT INTO attachment (file, comment, name) VALUES (?, ?, ?)",
            file,
            comment,
            name
        );
        query.execute(&mut *tx).await?;
    }
    Ok(comment)
}

/// Stores the files of a message.
pub async fn store(files: &[rally::File], cx: &Cx) -> rally::Result<Vec<Attachment>> {
    let mut stored = Vec::new();
    for file in files {
        stored.push(cx.state().store(file.name(), cx.file(file).await?).await?);
    }
    Ok(stored)
}

/// Returns the extension of the stored file. A browser shows the known kinds and downloads all
/// others: it must not run a document of a visitor.
fn extension(name: &str) -> &'static str {
    let known = ["png", "jpg", "jpeg", "gif", "webp", "txt", "pdf"];
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    known.into_iter().find(|known| *known == extension).unwrap_or("bin")
}
