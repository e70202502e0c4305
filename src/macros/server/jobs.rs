//! The expansion of `#[job]`, for a server with a database for jobs.

/// Expands to the items of a job.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => { $($item)* };
}
