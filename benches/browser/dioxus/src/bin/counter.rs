//! The counter, made in the browser.

fn main() {
    dioxus::launch(dioxus_bench::counter::Counter);
}
