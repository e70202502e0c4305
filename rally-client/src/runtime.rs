//! The runtime: the running programs, their messages and their effects.

pub mod effects;
pub mod message_loop;
mod preferences;
mod programs;

pub use preferences::Preferences;
pub use programs::{Issued, NextPage, Programs, Source};
