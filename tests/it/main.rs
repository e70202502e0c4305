//! Integration tests: one binary, one module a subject.

mod app;
mod assets;
mod calls;
mod documents;
mod hostile;
mod limits;
mod macro_errors;
#[path = "../../benches/paired.rs"]
#[expect(dead_code, reason = "the benches run comparisons; here they are tested")]
mod paired;
mod routes;
mod rpc;
mod rude;
mod simulation;
mod socket;
mod testing;
mod tidy;
mod wire;
mod wire_doc;
