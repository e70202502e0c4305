//! Integration tests: one binary, one module a subject.

mod accounts;
mod app;
mod assets;
mod auth;
mod calls;
mod contexts;
mod cookies;
mod documents;
mod features;
mod files;
mod floors;
mod forms;
mod head;
mod headers;
mod hostile;
mod jobs;
mod journal;
mod layouts;
mod limits;
mod macro_errors;
mod migrations;
mod origin;
#[path = "../../benches/paired.rs"]
#[expect(dead_code, reason = "the benches run comparisons; here they are tested")]
mod paired;
mod redirects;
mod routes;
mod rpc;
mod rude;
mod sessions;
mod shell;
mod simulation;
mod socket;
mod testing;
mod tidy;
mod wire;
mod wire_doc;
