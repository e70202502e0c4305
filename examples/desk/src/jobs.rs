//! Background jobs: closing of solved tickets, and removal of unused files and old sessions.

use rally::db::Db;
use rally::jobs::{Jobs, JobsError};
use rally::prelude::*;

use crate::Cx;

/// Opens the job queue in this database, with the nightly schedule.
pub async fn open(db: &Db) -> Result<Jobs, JobsError> {
    Ok(Jobs::open(db).await?.schedule("nightly", "0 3 * * *", Nightly))
}

/// Closes the tickets that were solved a week ago, and ends the sessions that are 30 days old.
#[derive(Wire)]
pub struct Nightly;

#[job]
async fn nightly(_: Nightly, cx: &Cx) -> Result<()> {
    cx.state().close_solved(7).await?;
    cx.state().forget_sessions(30).await?;
    Ok(())
}

/// Removes a file, unless an attachment uses it.
#[derive(Wire)]
pub struct RemoveUnused {
    pub file: String,
}

#[job]
async fn remove_unused(msg: RemoveUnused, cx: &Cx) -> Result<()> {
    cx.state().remove_unused(&msg.file).await
}
