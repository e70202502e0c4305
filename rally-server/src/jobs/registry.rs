//! What `#[job]` submits: each job, whatever its types.

use std::collections::HashMap;

use rally_core::call::CallError;
use rally_core::codec;
use rally_core::wire::fingerprint;

use super::job::Job;
use crate::auth::caller::{Caller, CxTypes, WRONG_CX};
use crate::calls::HandlerCx;
use crate::calls::check::AppTypes;
use crate::config::BootError;
use crate::request::Uploads;
use crate::telemetry::trace;
use futures_util::future::BoxFuture;

/// One job, whatever its types.
pub struct JobEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) types: fn() -> CxTypes,
    run: fn(Caller, Vec<u8>) -> JobFuture,
}

/// A job that runs; what it says when it fails.
type JobFuture = BoxFuture<'static, Result<(), String>>;

inventory::collect!(JobEntry);

impl JobEntry {
    /// The entry of a job.
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
        .map_err(|error| format!("its message cannot be read: {error}"))?;
    drop(payload);
    let cx = J::Cx::of(caller, Uploads::default()).ok_or(WRONG_CX)?;
    match message.run(&cx).await {
        Ok(()) if !cx.cookies().take().is_empty() => Err(COOKIE.to_owned()),
        Ok(()) => Ok(()),
        Err(CallError::App(never)) => match never {},
        Err(CallError::Failed(error)) => Err(trace::text_of(&*error)),
    }
}

const COOKIE: &str = "it sets a cookie or signs in or out, and a job has no browser that would hear \
                      of it: do that in a handler with `#[server(.., http)]`";

/// What a job's function returns.
#[diagnostic::on_unimplemented(
    message = "a job returns `Result<()>`, not `{Self}`",
    label = "says nothing of whether the job was done",
    note = "write `-> Result<()>`, with `rally::Result`: `?` makes any error a failure of the job, \
            which is tried again"
)]
pub trait JobOutput {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), CallError>;
}

impl JobOutput for Result<(), CallError> {
    fn into_result(self) -> Self {
        self
    }
}

/// Where the macro finds out that a function returns something else.
#[doc(hidden)]
pub fn done<T: JobOutput>(done: T) -> Result<(), CallError> {
    done.into_result()
}

/// The jobs of this binary, by name.
pub(crate) struct JobRegistry(HashMap<&'static str, &'static JobEntry>);

impl JobRegistry {
    /// Those that were submitted.
    pub(crate) fn collect(app: &AppTypes) -> Result<Self, BootError> {
        Self::new(inventory::iter::<JobEntry>.into_iter().collect(), app)
    }

    fn new(mut entries: Vec<&'static JobEntry>, app: &AppTypes) -> Result<Self, BootError> {
        // Link order is no order: sorted, the same mistake is always told the same way.
        entries.sort_by_key(|entry| entry.name);
        let mut known = HashMap::new();
        for entry in entries {
            let name = entry.name;
            app.check_cx(format_args!("the job `{name}`"), &(entry.types)())?;
            if known.insert(name, entry).is_some() {
                return Err(BootError::new(format_args!(
                    "two jobs are stored as `{name}`: rename one message"
                )));
            }
        }
        Ok(Self(known))
    }

    /// Begins a job as it was stored. A database may say anything: what it says
    /// is an error of the job's, if it is one.
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
                "this app has no job of the name `{name}`: if it was renamed or moved, enqueue it \
                 anew"
            ));
        };
        // Those of before there were fingerprints have none.
        if fingerprint.is_some_and(|fingerprint| fingerprint != (entry.fingerprint)()) {
            return failed(format!(
                "another version of the app has enqueued it: the fields of `{name}` have changed \
                 since. Give the message with the new fields another name, or enqueue it anew"
            ));
        }
        (entry.run)(caller, payload)
    }
}
