//! The counter, made in the browser.

fn main() {
    leptos::mount::mount_to_body(leptos_bench::counter::Counter);
}
