//! The registry of all jobs in this binary, which `#[job]` fills.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use rally_core::codec;
use rally_core::error::Error;
use rally_core::wire::fingerprint;

use super::job::Job;
use crate::auth::caller::{Caller, CxTypes, WRONG_CX};
use crate::calls::HandlerCx;
use crate::calls::check::AppTypes;
use crate::config::BootError;
use crate::request::Uploads;
use crate::telemetry::trace;

/// A type-erased job.
pub struct JobEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) types: fn() -> CxTypes,
    run: fn(Caller, Vec<u8>) -> JobFuture,
}

/// The future of a job. Its error is stored in the column `last_error`.
type JobFuture = BoxFuture<'static, Result<(), String>>;

inventory::collect!(JobEntry);

impl JobEntry {
    /// Returns the entry of the job `J`.
    pub const fn of<J: Job>() -> Self {
        Self {
            name: J::NAME,
            fingerprint: fingerprint::<J>,
            types: CxTypes::of::<J::Cx>,
            run: |caller, payload| Box::pin(run::<J>(caller, payload)),
        }
    }
}

async fn run<J: Job>(caller: Caller, payload: Vec<u8>) -> Result<(), String> {
    let message = codec::decode::<J>(&payload)
        .map_err(|error| format!("cannot decode the job's message: {error}"))?;
    drop(payload);
    let cx = J::Cx::of(caller, Uploads::default()).ok_or(WRONG_CX)?;
    match message.run(&cx).await {
        Ok(()) => Ok(()),
        Err(error) => Err(trace::text_of(&*error)),
    }
}

/// The return type of a job's function: `Result<()>`.
#[diagnostic::on_unimplemented(
    message = "a job returns `Result<()>`, not `{Self}`",
    label = "expected `Result<()>`",
    note = "write `-> Result<()>`, with `rally::Result`: `?` turns any error into a failure of the \
            job, which is retried"
)]
pub trait JobOutput {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), Error>;
}

impl JobOutput for Result<(), Error> {
    fn into_result(self) -> Self {
        self
    }
}

/// Called by the code of `#[job]`, so that a wrong return type causes the compile error
/// of [`JobOutput`].
#[doc(hidden)]
pub fn done<T: JobOutput>(done: T) -> Result<(), Error> {
    done.into_result()
}

pub(crate) struct JobRegistry(HashMap<&'static str, &'static JobEntry>);

impl JobRegistry {
    pub(crate) fn collect(app: &AppTypes) -> Result<Self, BootError> {
        Self::new(inventory::iter::<JobEntry>.into_iter().collect(), app)
    }

    fn new(mut entries: Vec<&'static JobEntry>, app: &AppTypes) -> Result<Self, BootError> {
        // Sort by name, so that the same mistake always has the same message.
        entries.sort_by_key(|entry| entry.name);
        let mut known = HashMap::new();
        for entry in entries {
            let name = entry.name;
            app.check_cx(format_args!("the job `{name}`"), &(entry.types)())?;
            if known.insert(name, entry).is_some() {
                return Err(BootError::new(format_args!(
                    "two jobs have the name `{name}`: rename one of the message types"
                )));
            }
        }
        Ok(Self(known))
    }

    /// Returns the future that runs a stored job. The future fails if the stored data is
    /// invalid.
    pub(crate) fn begin(
        &self,
        name: &str,
        fingerprint: Option<u64>,
        payload: Vec<u8>,
        caller: Caller,
    ) -> JobFuture {
        let failed = |error: String| -> JobFuture { Box::pin(async { Err(error) }) };
        let Some(entry) = self.0.get(name) else {
            return failed(format!(
                "this app has no job named `{name}`: if the message type was renamed or moved, \
                 enqueue the job again with the new type"
            ));
        };
        // Jobs that an older version of Rally has stored have no fingerprint.
        if fingerprint.is_some_and(|fingerprint| fingerprint != (entry.fingerprint)()) {
            return failed(format!(
                "another version of the app enqueued this job, and the fields of `{name}` have \
                 changed since: restore the old fields and use a new message type for the new \
                 fields, or enqueue the job again"
            ));
        }
        (entry.run)(caller, payload)
    }
}
