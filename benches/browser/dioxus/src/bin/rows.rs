//! The table, made in the browser.

fn main() {
    dioxus::launch(dioxus_bench::table::App);
}
