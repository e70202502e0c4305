//! A guestbook: whoever has signed in may write into it, with a picture.

use rally::prelude::*;

rally::pages!("src/pages", context = crate::Site);

rally::server_only! {
    pub mod accounts;
    pub mod book;
    pub mod jobs;

    /// What handlers and loaders are given.
    pub type Cx = rally::Cx<book::Book, accounts::Account>;
}

/// What every page and the layout around it are given.
#[derive(Default, Wire)]
pub struct Site {
    pub browser: ClientContext,
    /// Who has signed in.
    pub user: Option<String>,
    /// What a page has to say that outlives it.
    pub notice: String,
}

pub enum SiteMsg {
    Say(String),
}

impl Context for Site {
    type Msg = SiteMsg;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn update(&mut self, msg: SiteMsg) -> Effect<SiteMsg> {
        match msg {
            SiteMsg::Say(notice) => self.notice = notice,
        }
        Effect::none()
    }
}

/// Opens the database, and makes the app.
#[server(private)]
pub async fn start() -> Result<App<book::Book, accounts::Account>, StartError> {
    let directory = std::env::var("GUESTBOOK").unwrap_or_else(|_| "guestbook-data".to_owned());
    let directory = std::path::Path::new(&directory);
    let pictures = directory.join("pictures");
    let made = tokio::fs::create_dir_all(&pictures).await;
    made.map_err(|error| format!("cannot make the directory {}: {error}", pictures.display()))?;
    let db = rally::db::Db::open(directory.join("guestbook.db")).await?;
    book::MIGRATIONS.run(&db).await?;
    let journal = rally::journal::Journal::open(directory.join("journal.db")).await?;
    Ok(app(db, pictures).await?.journal(journal))
}

/// The app on this database, with its pictures in this directory.
#[server(private)]
pub async fn app(
    db: rally::db::Db,
    pictures: std::path::PathBuf,
) -> Result<App<book::Book, accounts::Account>, StartError> {
    let jobs = jobs::open(&db).await?;
    let book = book::Book::new(db, pictures.clone());
    Ok(App::new(book)
        .auth(accounts::Accounts)
        .from_session(from_session)
        .files("/pictures", pictures)
        .jobs(jobs))
}

/// What views know of the visitor.
#[server(private)]
async fn from_session(
    visit: rally::Visit<book::Book, accounts::Account>,
) -> Result<(Site, std::sync::Arc<book::Book>)> {
    let user = visit.identity.map(|account| account.name.clone());
    Ok((Site { browser: visit.browser, user, notice: String::new() }, visit.state))
}
