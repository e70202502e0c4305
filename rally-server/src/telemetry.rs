//! Telemetry: trace ids, message records, and the time that queries take.

pub(crate) mod message_record;
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "without SQLite there are no queries")
)]
pub(crate) mod query_tracker;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "the only recorder needs SQLite"))]
pub(crate) mod recorder;
pub(crate) mod trace;
