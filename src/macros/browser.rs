//! The macros that differ between the builds, for the browser.

/// Keeps items on the server. In this build, which is for the browser, the macro
/// expands to nothing.
#[macro_export]
macro_rules! server_only {
    ($($item:tt)*) => {};
}

/// Keeps jobs on the server. In this build, which is for the browser, the macro
/// expands to nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! jobs_only {
    ($($item:tt)*) => {};
}

/// Defines `main`, which starts the app in the browser.
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

/// Expands to a compile error, because this build is neither for the server nor for the browser.
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
