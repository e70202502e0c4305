//! The writer: a task that takes messages from the queue to the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use crate::journal::flush_policy::{BATCH, FlushPolicy, GATHERING};
use crate::journal::store::{self, JournalStore};
use crate::telemetry::recorder::{Direction, RecordedMessage};

/// Somebody waits until everything is written.
pub(super) type Flush = oneshot::Sender<()>;

pub(super) struct JournalWriter {
    store: JournalStore,
    messages: mpsc::Receiver<RecordedMessage>,
    flushes: mpsc::UnboundedReceiver<Flush>,
    /// How many messages were lost, here or on their way.
    lost: Arc<AtomicU64>,
    /// How many of these the pace knows of.
    known: u64,
    policy: FlushPolicy,
    batch: Vec<RecordedMessage>,
}

/// What has woken the writer.
enum Woken {
    Messages,
    Flush(Flush),
    MakeRoom,
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
        Self { store, messages, flushes, lost, known: 0, policy, batch }
    }

    /// Writes until nobody is left who could send something.
    pub(super) async fn run(mut self) {
        loop {
            if self.policy.next_room() <= Instant::now() {
                self.make_room().await;
            }
            match self.woken().await {
                Woken::MakeRoom => {}
                Woken::Messages => self.write_waiting(false).await,
                Woken::Flush(flush) => {
                    self.write_waiting(true).await;
                    // Whoever asked may have gone.
                    let _ = flush.send(());
                }
                Woken::End => break,
            }
        }
        self.write_waiting(true).await;
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the journal was not closed");
        }
    }

    /// Waits until there is something to do. Messages gather, once there is one:
    /// so they are written together, and whoever sends more wakes nobody.
    async fn woken(&mut self) -> Woken {
        tokio::select! {
            biased;
            flush = self.flushes.recv() => return flush.map_or(Woken::End, Woken::Flush),
            count = self.messages.recv_many(&mut self.batch, BATCH) => {
                if count == 0 {
                    return Woken::End;
                }
            }
            () = sleep_until(self.policy.next_room()) => return Woken::MakeRoom,
        }
        tokio::select! {
            biased;
            flush = self.flushes.recv() => flush.map_or(Woken::End, Woken::Flush),
            () = sleep(GATHERING) => Woken::Messages,
        }
    }

    /// Writes the messages that are there now, and not those that come meanwhile:
    /// a writer that never rests would take a processor from the app.
    async fn write_waiting(&mut self, is_asked: bool) {
        let mut waiting = self.messages.len() + self.batch.len();
        while waiting > 0 {
            while self.batch.len() < BATCH
                && let Ok(message) = self.messages.try_recv()
            {
                self.batch.push(message);
            }
            waiting = waiting.saturating_sub(self.batch.len());
            self.write_batch().await;
            if self.policy.next_room() <= Instant::now() {
                self.make_room().await;
            }
        }
        self.tell_losses(is_asked).await;
    }

    async fn write_batch(&mut self) {
        let messages = std::mem::take(&mut self.batch);
        let result = self.write(&messages).await;
        match result {
            Ok(()) => self.policy.wrote(messages.len()),
            Err(error) => self.failed(messages.len(), &error),
        }
        self.batch = messages;
        self.batch.clear();
    }

    /// A file without room gets some once: of what is in it.
    async fn write(&mut self, messages: &[RecordedMessage]) -> sqlx::Result<()> {
        match self.store.write(messages).await {
            Err(error) if store::is_full(&error) && self.store.remove_oldest().await? => {
                self.store.write(messages).await
            }
            written => written,
        }
    }

    fn failed(&mut self, messages: usize, error: &sqlx::Error) {
        self.lost.fetch_add(messages as u64, Relaxed);
        self.note_losses();
        if let Some(lost) = self.policy.losses_to_tell(Instant::now(), false) {
            tracing::error!(%error, lost, "the journal cannot be written");
            // So that a row says it, once that can be written.
            self.policy.lost(lost);
        }
    }

    fn note_losses(&mut self) {
        let lost = self.lost.load(Relaxed);
        self.policy.lost(lost - std::mem::replace(&mut self.known, lost));
    }

    async fn make_room(&mut self) {
        let is_enough = self.store.make_room(now()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "no room is made in the journal");
            true
        });
        self.policy.made_room(Instant::now(), is_enough);
    }

    /// Says in the log and in the file how many messages are not in it.
    async fn tell_losses(&mut self, is_end: bool) {
        self.note_losses();
        let Some(lost) = self.policy.losses_to_tell(Instant::now(), is_end) else { return };
        tracing::warn!(lost, "the journal has lost messages");
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
