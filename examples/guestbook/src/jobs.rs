//! What the guestbook does later: it removes files, and forgets sessions.

use rally::db::Db;
use rally::jobs::{Jobs, JobsError};
use rally::prelude::*;

use crate::Cx;

/// The jobs of this database, and those that come by themselves.
pub async fn open(db: &Db) -> Result<Jobs, JobsError> {
    Ok(Jobs::open(db).await?.schedule("nightly", "0 3 * * *", ForgetSessions))
}

/// Removes the file of a picture, unless there is an entry with it.
#[derive(Wire)]
pub struct RemovePicture {
    pub name: String,
}

#[job]
async fn remove_picture(msg: RemovePicture, cx: &Cx) -> Result<()> {
    cx.state().remove_picture(&msg.name).await
}

/// Forgets the sessions that began more than 30 days ago.
#[derive(Wire)]
pub struct ForgetSessions;

#[job]
async fn forget_sessions(_: ForgetSessions, cx: &Cx) -> Result<()> {
    cx.state().forget_sessions(30).await?;
    Ok(())
}
