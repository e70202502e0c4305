//! The macros that differ between the builds, for the browser.

/// Keeps items on the server. In this build, for the browser, they do not exist.
#[macro_export]
macro_rules! server_only {
    ($($item:tt)*) => {};
}

/// Keeps jobs on the server, like [`server_only!`](crate::server_only).
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => {};
}

/// Defines `main`. In the browser it hydrates the page.
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

/// Defines `main`. In this build, which is for neither side, it is a compile error.
#[cfg(not(all(feature = "web", target_arch = "wasm32")))]
#[macro_export]
macro_rules! main {
    ($pages:path, $start:path) => {
        compile_error!(
            "this build is neither for the server nor for the browser: enable feature `ssr` of \
             `rally` for the native server, or `web` for wasm32"
        );
    };
}
