//! Telemetry: trace ids, message records, and the queries of a unit of work.

pub(crate) mod message_record;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "nobody makes queries"))]
pub(crate) mod query_tracker;
#[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "nobody records"))]
pub(crate) mod recorder;
pub(crate) mod trace;
