//! The storages: the local one, written here and heard of from other tabs, and
//! the tab's own.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::Stream;
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{StorageEvent, Window};

/// What other tabs write to one key. Dropped, it stops listening.
pub(super) struct Changes {
    values: UnboundedReceiver<Option<String>>,
    _listener: EventListener,
}

impl Changes {
    pub(super) fn new(window: &Window, key: &str) -> Self {
        let (sender, values) = unbounded();
        let key = key.to_owned();
        let listener = EventListener::new(window, "storage", move |event| {
            let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
            // `clear()` has no key: every key is gone.
            if event.key().is_none_or(|changed| changed == key) {
                let _ = sender.unbounded_send(event.new_value());
            }
        });
        Self { values, _listener: listener }
    }
}

impl Stream for Changes {
    type Item = Option<String>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.values).poll_next(cx)
    }
}

pub(super) fn write(window: &Window, key: &str, value: Option<&str>) {
    // Without permission or room the value is not kept, as `Effect::store` says.
    if let Ok(Some(storage)) = window.local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// What the memory of this tab has of a key.
pub(super) fn remembered(window: &Window, key: &str) -> Option<String> {
    window.session_storage().ok()??.get_item(&own(key)).ok()?
}

/// Writes to the memory of this tab. `false` without room or permission.
pub(super) fn remember(window: &Window, key: &str, value: &str) -> bool {
    let Ok(Some(storage)) = window.session_storage() else { return false };
    storage.set_item(&own(key), value).is_ok()
}

/// Not to be taken for a key of the app's.
fn own(key: &str) -> String {
    format!("rally-{key}")
}
