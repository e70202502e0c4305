//! Integration tests, in one binary. The folders are those of `rally-server/src`;
//! `page` and `wire` test rally-core, `project` the repository itself.

mod app;
mod auth;
mod db;
mod errors;
mod http;
mod jobs;
mod journal;
mod limits;
mod page;
mod project;
mod real_port;
mod render;
mod request;
mod security;
mod socket;
mod testing;
mod wire;
