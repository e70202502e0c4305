//! The runtime: the running programs, their messages and their effects.

mod carry;
pub mod effects;
pub mod message_loop;
mod preferences;
mod programs;

pub use carry::Carry;
pub use preferences::Preferences;
pub use programs::{CONTEXT, Issued, NextPage, Programs, Source};
