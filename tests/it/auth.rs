//! Authentication, access rules and sessions.

pub mod accounts;
mod calls;
mod from_session;
mod pages;
mod random;
mod response_cookies;
mod route;
mod sessions;
pub mod site;
mod socket;
