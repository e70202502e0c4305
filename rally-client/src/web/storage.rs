//! Local storage with the changes of other tabs, session storage, and cookies.

use std::pin::Pin;

use futures_util::Stream;
use rally_core::carried::{CARRIED_SECONDS, SECURE_FLASH_COOKIE};
use wasm_bindgen::prelude::wasm_bindgen;

use super::Browser;
use super::requests::Changes;
use crate::platform::Storage;

#[wasm_bindgen(module = "/src/web/storage.js")]
extern "C" {
    fn stored(key: &str) -> Option<String>;
    fn store(key: &str, value: Option<&str>);
    fn remembered(key: &str) -> Option<String>;
    fn remember(key: &str, value: &str) -> bool;
    fn cookie(name: &str) -> Option<String>;
    #[wasm_bindgen(js_name = setCookie)]
    fn set_cookie(name: &str, value: Option<&str>, seconds: u32);
}

/// The lifetime of a preference, in seconds: one year.
const A_YEAR: u32 = 31_536_000;

impl Storage for Browser {
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>> {
        Box::pin(Changes::of(key))
    }

    fn stored(&self, key: &str) -> Option<String> {
        stored(key)
    }

    fn store(&self, key: &str, value: Option<&str>) {
        store(key, value);
    }

    fn remembered(&self, key: &str) -> Option<String> {
        remembered(key)
    }

    fn remember(&self, key: &str, value: &str) -> bool {
        remember(key, value)
    }

    fn cookie(&self, name: &str) -> Option<String> {
        cookie(name)
    }

    fn set_cookie(&self, name: &str, value: Option<&str>) {
        set_cookie(name, value, A_YEAR);
    }

    fn set_flash_cookie(&self, value: &str) {
        set_cookie(SECURE_FLASH_COOKIE, Some(value), CARRIED_SECONDS);
    }
}
