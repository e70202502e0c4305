//! Local storage with the changes of other tabs, session storage, and cookies.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::Stream;
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, StorageEvent, Window};

use super::Browser;
use crate::platform::Storage;

/// One year, in seconds.
const MAX_AGE: &str = "31536000";

impl Storage for Browser {
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>> {
        Box::pin(Changes::new(&self.window, key))
    }

    fn store(&self, key: &str, value: Option<&str>) {
        // If the storage is full or forbidden, nothing happens, as `Effect::store` documents.
        if let Ok(Some(storage)) = self.window.local_storage() {
            let _ = match value {
                Some(value) => storage.set_item(key, value),
                None => storage.remove_item(key),
            };
        }
    }

    fn remembered(&self, key: &str) -> Option<String> {
        self.window.session_storage().ok()??.get_item(&prefixed(key)).ok()?
    }

    fn remember(&self, key: &str, value: &str) -> bool {
        let Ok(Some(storage)) = self.window.session_storage() else { return false };
        storage.set_item(&prefixed(key), value).is_ok()
    }

    fn cookie(&self, name: &str) -> Option<String> {
        let cookies = document(&self.window)?.cookie().ok()?;
        let mut pairs = cookies.split(';').map(str::trim);
        pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    }

    /// The value is not escaped, because the runtime only writes values without special characters.
    fn set_cookie(&self, name: &str, value: Option<&str>) {
        let Some(document) = document(&self.window) else { return };
        let age = if value.is_some() { MAX_AGE } else { "0" };
        let value = value.unwrap_or_default();
        let cookie = format!("{name}={value}; path=/; max-age={age}; SameSite=Lax");
        // If cookies are forbidden, nothing happens.
        let _ = document.set_cookie(&cookie);
    }
}

/// A stream of the values that other tabs write to one key. Dropping the stream removes its
/// listener.
struct Changes {
    values: UnboundedReceiver<Option<String>>,
    _listener: EventListener,
}

impl Changes {
    fn new(window: &Window, key: &str) -> Self {
        let (sender, values) = unbounded();
        let key = key.to_owned();
        let listener = EventListener::new(window, "storage", move |event| {
            let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
            // The event of `clear()` has no key, because all keys are removed.
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

/// Returns the runtime's key, with a prefix that separates it from the app's keys.
fn prefixed(key: &str) -> String {
    format!("rally-{key}")
}

fn document(window: &Window) -> Option<HtmlDocument> {
    window.document()?.dyn_into().ok()
}
