//! A job: a message, and the function that is run with it later.

use std::fmt;

use rally_core::call::CallError;
use rally_core::wire::Wire;

use crate::calls::HandlerCx;

/// Work that is stored. `#[job]` implements it with the function below it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no job",
    note = "write `#[job] async fn name(msg: {Self}, cx: &Cx) -> Result<()>`"
)]
pub trait Job: Wire + Send {
    /// The context's type, as the function has it.
    type Cx: HandlerCx;

    /// The name it is stored under: module path and type name.
    const NAME: &'static str;

    /// Runs the function.
    fn run(self, cx: &Self::Cx) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Which job it is, in its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(crate) i64);

impl JobId {
    /// The number in the column `id` of the table `jobs`.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
