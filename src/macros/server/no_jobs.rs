//! What `#[job]` stands on: this server has no database for jobs.

/// Says what is missing for a job.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => {
        compile_error!(
            "jobs are stored in a database: enable feature `sqlite` of `rally`, or `postgres`"
        );
    };
}
