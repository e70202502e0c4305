//! Bodies of requests.

mod form_bodies;
mod uploads;
