//! The counter, hydrated.

fn main() {
    leptos::mount::hydrate_body(leptos_bench::counter::Counter);
}
