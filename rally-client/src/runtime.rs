//! The runtime: the programs that run, their messages, and the effects of these.

pub mod effects;
pub mod message_loop;
mod preferences;
mod programs;

pub use preferences::Preferences;
pub use programs::{Issued, NextPage, Programs, Source};
