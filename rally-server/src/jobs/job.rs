//! The trait of jobs: a message with a function that runs later.

use std::fmt;

use rally_core::error::Error;
use rally_core::wire::Wire;

use crate::calls::{CxFor, Socket};

/// A message that can be enqueued as a job, and the function that runs the job.
///
/// `#[job]` on a function implements this trait for the message of that function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job",
    note = "write `#[job] async fn name(msg: {Self}, cx: &Cx) -> Result<()>`"
)]
pub trait Job: Wire + Send {
    /// Type of the function's context.
    type Cx: CxFor<Socket>;

    /// Name under which the job is stored: module path and name of the message type.
    const NAME: &'static str;

    /// Runs the function with this message.
    fn run(self, cx: &Self::Cx) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The id of a job in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(crate) i64);

impl JobId {
    /// Returns the value of the column `id` in the table `jobs`.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
