//! js-framework-benchmark's table and a counter, written with Dioxus.

pub mod counter;
#[path = "../../labels.rs"]
mod labels;
pub mod table;
