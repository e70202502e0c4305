//! The macros that differ between the two builds, for the server.

#[cfg_attr(any(feature = "sqlite", feature = "postgres"), path = "server/jobs.rs")]
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), path = "server/no_jobs.rs")]
mod jobs;

/// Keeps items on the server: in the browser build they do not exist.
///
/// `#[server]` does this for one item. This does it for several, and for
/// modules in files of their own, on which an attribute cannot stand.
///
/// ```
/// rally::server_only! {
///     const GREETING: &str = "only the server knows this";
/// }
/// ```
#[macro_export]
macro_rules! server_only {
    ($($item:tt)*) => { $($item)* };
}

/// Writes `main`: on the server it starts the app and serves it, in the
/// browser it takes over the page.
///
/// The first argument is the module that [`pages!`](crate::pages) made, the
/// second an `async fn` of the server that returns the app.
///
/// ```
/// # mod shop {
/// #     pub mod pages { pub const ALL: &[rally::__private::PageEntry] = &[]; }
/// #     pub async fn start() -> Result<rally::App, rally::StartError> { Ok(rally::App::new(())) }
/// # }
/// rally::main!(shop::pages, shop::start);
/// ```
#[macro_export]
macro_rules! main {
    ($pages:path, $start:path) => {
        fn main() -> ::std::process::ExitCode {
            use $pages as pages;
            $crate::serve([$crate::Client::new(pages::ALL)], $start)
        }
    };
}
