//! The replacement for `codec/redacted.rs` in the browser build, which redacts nothing.

/// The setting of a writer. In the browser, secrets are never replaced.
#[derive(Debug, Default)]
pub(super) struct Secrets(());

impl Secrets {
    pub(super) const fn are_hidden(&self) -> bool {
        false
    }
}
