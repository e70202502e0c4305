//! Request bodies.

mod form_bodies;
mod uploads;
