//! Tests of the repository itself: its documents, its layering and its messages.

mod features;
mod floors;
mod macro_errors;
#[path = "../../benches/paired.rs"]
#[expect(dead_code, reason = "the benches run comparisons; this binary runs its unit tests")]
mod paired;
mod tidy;
