//! HTTP: calls, files and redirects.

mod files;
mod redirects;
mod rpc;
