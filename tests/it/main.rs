//! Integration tests: one binary, one module a subject.

mod app;
mod assets;
mod calls;
mod documents;
mod limits;
mod macro_errors;
mod routes;
mod rpc;
mod simulation;
mod socket;
mod tidy;
mod wire;
