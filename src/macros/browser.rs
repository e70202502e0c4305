//! The macros that differ between the two builds, for the browser.

/// Keeps items on the server: this is the browser build, where they do not exist.
#[macro_export]
macro_rules! server_only {
    ($($item:tt)*) => {};
}

/// Keeps jobs on the server, as [`server_only!`](crate::server_only).
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => {};
}

/// Writes `main`: in the browser it takes over the page.
#[cfg(all(feature = "web", target_arch = "wasm32"))]
#[macro_export]
macro_rules! main {
    ($pages:path, $start:path) => {
        fn main() {
            use $pages as pages;
            $crate::__private::mount(pages::ALL);
        }
    };
}

/// Writes `main`, but not in this build: it is neither server nor browser.
#[cfg(not(all(feature = "web", target_arch = "wasm32")))]
#[macro_export]
macro_rules! main {
    ($pages:path, $start:path) => {
        compile_error!(
            "this build is neither side: enable feature `ssr` of `rally` for the native server, \
             or `web` for wasm32"
        );
    };
}
