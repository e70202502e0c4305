//! The version of the app that runs here, compared with the server's.

pub mod outdated;
