//! The macros that differ between the builds, for the server.

#[cfg_attr(any(feature = "sqlite", feature = "postgres"), path = "server/jobs.rs")]
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), path = "server/no_jobs.rs")]
mod jobs;

/// Keeps items on the server. In the browser build the items do not exist.
///
/// The attribute `#[server_only]` of the prelude does the same for one item. Use
/// this macro for several items, and for modules in separate files, which cannot
/// have the attribute.
///
/// ```
/// rally::server_only! {
///     const GREETING: &str = "only the server has this text";
/// }
/// ```
#[macro_export]
macro_rules! server_only {
    ($($item:tt)*) => { $($item)* };
}

/// Defines `main`. On the server, `main` starts and serves the app. In the
/// browser, `main` starts the app in the document that the server has sent.
///
/// The first argument is the module that [`pages!`](crate::pages) declares. The
/// second is an `async fn` on the server that returns the app.
///
/// ```
/// # mod shop {
/// #     pub mod pages { pub const ALL: &[rally::__private::PageEntry] = &[]; }
/// #     pub async fn start() -> rally::Result<rally::App> { Ok(rally::App::new(())) }
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
