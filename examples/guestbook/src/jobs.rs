//! Background jobs: removal of pictures and old sessions.

use rally::db::Db;
use rally::jobs::{Jobs, JobsError};
use rally::prelude::*;

use crate::Cx;

/// Opens the job queue in this database, with the nightly schedule.
pub async fn open(db: &Db) -> Result<Jobs, JobsError> {
    Ok(Jobs::open(db).await?.schedule("nightly", "0 3 * * *", ForgetSessions))
}

/// Removes the file of a picture, unless an entry uses it.
#[derive(Wire)]
pub struct RemovePicture {
    pub name: String,
}

#[job]
async fn remove_picture(msg: RemovePicture, cx: &Cx) -> Result<()> {
    cx.state().remove_picture(&msg.name).await
}

/// Ends the sessions that are older than 30 days.
#[derive(Wire)]
pub struct ForgetSessions;

#[job]
async fn forget_sessions(_: ForgetSessions, cx: &Cx) -> Result<()> {
    cx.state().forget_sessions(30).await?;
    Ok(())
}
