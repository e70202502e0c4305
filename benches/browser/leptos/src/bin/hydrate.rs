//! 1,000 rows, hydrated.

use leptos::prelude::*;
use leptos_bench::table::App;

fn main() {
    leptos::mount::hydrate_body(|| view! { <App full=1_000/> });
}
