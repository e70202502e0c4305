//! The table, made in the browser.

use leptos::prelude::*;
use leptos_bench::table::App;

fn main() {
    leptos::mount::mount_to_body(|| view! { <App/> });
}
