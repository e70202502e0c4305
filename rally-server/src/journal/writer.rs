//! The task that writes queued messages to the journal's file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use crate::journal::flush_policy::{BATCH, BATCH_DELAY, FlushPolicy};
use crate::journal::store::{self, JournalStore};
use crate::telemetry::recorder::{Direction, RecordedMessage};

/// A request to write all queued messages. The writer sends `()` when they are written or
/// dropped.
pub(super) type Flush = oneshot::Sender<()>;

pub(super) struct JournalWriter {
    store: JournalStore,
    messages: mpsc::Receiver<RecordedMessage>,
    flushes: mpsc::UnboundedReceiver<Flush>,
    lost: Arc<AtomicU64>,
    /// The part of `lost` that was already added to the policy.
    counted: u64,
    policy: FlushPolicy,
    batch: Vec<RecordedMessage>,
}

enum WakeReason {
    Messages,
    Flush(Flush),
    Cleanup,
    End,
}

impl JournalWriter {
    pub(super) fn new(
        store: JournalStore,
        messages: mpsc::Receiver<RecordedMessage>,
        flushes: mpsc::UnboundedReceiver<Flush>,
        lost: Arc<AtomicU64>,
    ) -> Self {
        let (policy, batch) = (FlushPolicy::new(Instant::now()), Vec::with_capacity(BATCH));
        Self { store, messages, flushes, lost, counted: 0, policy, batch }
    }

    pub(super) async fn run(mut self) {
        loop {
            if self.policy.next_cleanup() <= Instant::now() {
                self.clean_up().await;
            }
            match self.wake_reason().await {
                WakeReason::Cleanup => {}
                WakeReason::Messages => self.write_queued(false).await,
                WakeReason::Flush(flush) => {
                    self.write_queued(true).await;
                    // The caller may have stopped waiting.
                    let _ = flush.send(());
                }
                WakeReason::End => break,
            }
        }
        self.write_queued(true).await;
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "cannot close the journal");
        }
    }

    /// Waits for a reason to wake. After the first message, waits for further messages, to
    /// write them in one batch.
    async fn wake_reason(&mut self) -> WakeReason {
        tokio::select! {
            biased;
            flush = self.flushes.recv() => return flush.map_or(WakeReason::End, WakeReason::Flush),
            count = self.messages.recv_many(&mut self.batch, BATCH) => {
                if count == 0 {
                    return WakeReason::End;
                }
            }
            () = sleep_until(self.policy.next_cleanup()) => return WakeReason::Cleanup,
        }
        tokio::select! {
            biased;
            flush = self.flushes.recv() => flush.map_or(WakeReason::End, WakeReason::Flush),
            () = sleep(BATCH_DELAY) => WakeReason::Messages,
        }
    }

    /// Writes about as many messages as are queued now. Later messages wait for the next call,
    /// so that the writer leaves processor time to the app.
    async fn write_queued(&mut self, report_all: bool) {
        let mut remaining = self.messages.len() + self.batch.len();
        while remaining > 0 {
            while self.batch.len() < BATCH
                && let Ok(message) = self.messages.try_recv()
            {
                self.batch.push(message);
            }
            remaining = remaining.saturating_sub(self.batch.len());
            self.write_batch().await;
            if self.policy.next_cleanup() <= Instant::now() {
                self.clean_up().await;
            }
        }
        self.report_losses(report_all).await;
    }

    async fn write_batch(&mut self) {
        let messages = std::mem::take(&mut self.batch);
        let result = self.write(&messages).await;
        match result {
            Ok(()) => self.policy.wrote(messages.len()),
            Err(error) => self.batch_failed(messages.len(), &error),
        }
        self.batch = messages;
        self.batch.clear();
    }

    /// Writes messages. If the file is full, removes the oldest messages and retries once.
    async fn write(&mut self, messages: &[RecordedMessage]) -> sqlx::Result<()> {
        match self.store.write(messages).await {
            Err(error) if store::is_full(&error) && self.store.remove_oldest().await? => {
                self.store.write(messages).await
            }
            written => written,
        }
    }

    fn batch_failed(&mut self, messages: usize, error: &sqlx::Error) {
        self.lost.fetch_add(messages as u64, Relaxed);
        self.count_losses();
        if let Some(lost) = self.policy.losses_to_report(Instant::now(), false) {
            tracing::error!(%error, lost, "cannot write messages to the journal");
            // Count these messages again, to report them as a row of the journal when the file can
            // be written.
            self.policy.lost(lost);
        }
    }

    fn count_losses(&mut self) {
        let lost = self.lost.load(Relaxed);
        self.policy.lost(lost - std::mem::replace(&mut self.counted, lost));
    }

    async fn clean_up(&mut self) {
        let is_complete = self.store.apply_retention(now()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot remove old messages from the journal");
            true
        });
        self.policy.cleaned_up(Instant::now(), is_complete);
    }

    async fn report_losses(&mut self, report_all: bool) {
        self.count_losses();
        let Some(lost) = self.policy.losses_to_report(Instant::now(), report_all) else { return };
        tracing::warn!(lost, "the journal has dropped messages");
        let message = RecordedMessage {
            at: now(),
            session: None,
            user: None,
            page: None,
            direction: Direction::ToServer,
            name: format!("rally::journal lost {lost}").into(),
            variant: None,
            size: 0,
            payload: None,
            elapsed: None,
        };
        if self.write(&[message]).await.is_err() {
            self.policy.lost(lost);
        }
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() as i64
}
