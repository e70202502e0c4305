//! The expansion of `#[job]`, for a server without a database for jobs.

/// Expands to a compile error that names the missing feature.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => {
        compile_error!("jobs need a database: enable feature `sqlite` or `postgres` of `rally`");
    };
}
