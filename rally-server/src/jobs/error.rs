//! Errors of jobs and their database.

use std::fmt;

use rally_core::codec::EncodeError;

/// A type-erased error of the database.
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(Box::new(error))
    }
}

impl StoreError {
    pub(crate) fn cause(&self) -> &(dyn std::error::Error + 'static) {
        &*self.0
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// The error of [`Jobs::open`](super::Jobs::open).
#[derive(Debug)]
pub struct JobsError(pub(crate) StoreError);

impl fmt::Display for JobsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot create the job tables: {}", self.0)
    }
}

impl std::error::Error for JobsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.cause())
    }
}

/// The reason why a job was not enqueued.
#[derive(Debug)]
pub enum EnqueueError {
    /// The message could not be encoded.
    Encode(EncodeError),
    /// The database could not store the job.
    Database(StoreError),
}

impl fmt::Display for EnqueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot enqueue the job")
    }
}

impl std::error::Error for EnqueueError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Self::Encode(error) => error,
            Self::Database(error) => error.cause(),
        })
    }
}

impl From<EncodeError> for EnqueueError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<StoreError> for EnqueueError {
    fn from(error: StoreError) -> Self {
        Self::Database(error)
    }
}
