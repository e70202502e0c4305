//! A help desk: customers open tickets, agents answer and solve them.

use rally::prelude::*;

rally::pages!("src/pages", context = crate::Site);

pub mod ticket;

rally::server_only! {
    pub mod accounts;
    pub mod desk;
    pub mod jobs;

    pub use accounts::Account;

    /// The context of handlers and loaders.
    pub type Cx = rally::Cx<desk::Desk, Account>;
    /// The context of handlers that set cookies.
    pub type HttpCx = rally::HttpCx<desk::Desk, Account>;
}

/// The client context of all pages and the layout.
#[derive(Default, Wire)]
pub struct Site {
    pub browser: ClientContext,
    pub user: Option<User>,
}

/// The signed-in user.
#[derive(Wire)]
pub struct User {
    pub name: String,
    pub is_agent: bool,
}

impl Context for Site {
    type Msg = Never;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }
}

/// Opens the database and creates the app.
#[server_only]
pub async fn start() -> Result<App<desk::Desk, Account>> {
    let directory = std::env::var("DESK").unwrap_or_else(|_| "desk-data".to_owned());
    let directory = std::path::Path::new(&directory);
    let attachments = directory.join("attachments");
    tokio::fs::create_dir_all(&attachments).await?;
    let db = rally::db::Db::open(directory.join("desk.db")).await?;
    desk::MIGRATIONS.run(&db).await?;
    app(db, attachments).await
}

/// Creates the app with this database and this directory of attachments.
#[server_only]
pub async fn app(
    db: rally::db::Db,
    attachments: std::path::PathBuf,
) -> Result<App<desk::Desk, Account>> {
    let jobs = jobs::open(&db).await?;
    Ok(App::new(desk::Desk::new(db, attachments.clone()))
        .auth(accounts::Accounts)
        .from_session(from_session)
        // Files are public. Their names are random, so only the readers of a ticket know them.
        .files("/attachments", attachments)
        .jobs(jobs))
}

/// Creates the client context of a request.
#[server_only]
async fn from_session(
    visit: rally::Visit<desk::Desk, Account>,
) -> Result<(Site, std::sync::Arc<desk::Desk>)> {
    let user = visit
        .identity
        .map(|account| User { name: account.name.clone(), is_agent: account.is_agent() });
    Ok((Site { browser: visit.browser, user }, visit.state))
}
