//! The guard: who may see a page and who may call, over HTTP.

mod calls;
mod pages;
mod random;
pub mod site;
mod socket;
mod visits;
