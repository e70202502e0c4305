//! What `#[job]` stands on: this server has a database for jobs.

/// Gives the items of a job.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => { $($item)* };
}
