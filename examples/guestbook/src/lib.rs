//! A guestbook in which signed-in users write entries with pictures.

use rally::prelude::*;

rally::pages!("src/pages", context = crate::Site);

rally::server_only! {
    pub mod accounts;
    pub mod book;
    pub mod jobs;

    pub use accounts::Account;

    /// The context of handlers and loaders.
    pub type Cx = rally::Cx<book::Book, Account>;
    /// The context of handlers that set cookies.
    pub type HttpCx = rally::HttpCx<book::Book, Account>;
}

/// The client context of all pages and the layout.
#[derive(Default, Wire)]
pub struct Site {
    pub browser: ClientContext,
    /// The name of the signed-in user.
    pub user: Option<String>,
}

impl Context for Site {
    type Msg = Never;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }
}

/// Opens the databases and creates the app.
#[server_only]
pub async fn start() -> Result<App<book::Book, Account>> {
    let directory = std::env::var("GUESTBOOK").unwrap_or_else(|_| "guestbook-data".to_owned());
    let directory = std::path::Path::new(&directory);
    let pictures = directory.join("pictures");
    tokio::fs::create_dir_all(&pictures).await?;
    let db = rally::db::Db::open(directory.join("guestbook.db")).await?;
    book::MIGRATIONS.run(&db).await?;
    let journal = rally::journal::Journal::open(directory.join("journal.db")).await?;
    Ok(app(db, pictures).await?.journal(journal))
}

/// Creates the app with this database and this directory of pictures.
#[server_only]
pub async fn app(
    db: rally::db::Db,
    pictures: std::path::PathBuf,
) -> Result<App<book::Book, Account>> {
    let jobs = jobs::open(&db).await?;
    let book = book::Book::new(db, pictures.clone());
    Ok(App::new(book)
        .auth(accounts::Accounts)
        .from_session(from_session)
        .files("/pictures", pictures)
        .jobs(jobs))
}

/// Creates the client context of a request.
#[server_only]
async fn from_session(
    visit: rally::Visit<book::Book, Account>,
) -> Result<(Site, std::sync::Arc<book::Book>)> {
    let user = visit.identity.map(|account| account.name.clone());
    Ok((Site { browser: visit.browser, user }, visit.state))
}
