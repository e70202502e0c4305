//! Prints the HTML of a page that another binary hydrates: `render rows` or `render counter`.

use std::sync::Arc;

use any_spawner::Executor;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use leptos_bench::{counter::Counter, table::App};

fn main() {
    Executor::init_futures_executor().expect("the first executor");
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let html = owner.with(|| match std::env::args().nth(1).as_deref() {
        Some("rows") => view! { <App full=1_000/> }.to_html(),
        _ => view! { <Counter/> }.to_html(),
    });
    println!("{html}");
}
