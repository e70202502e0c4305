//! The document: its head and notices, and the browser's language and theme.

use rally_core::effect::{ElementAction, FormAction};
use rally_core::head::Head;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, elements, events, head, notices, requests, view};
use crate::platform::{ConnectionStatus, Document, LocalFuture, Progress, Version};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

impl Document for Browser {
    fn language(&self) -> Option<String> {
        head::language()
    }

    fn prefers_dark(&self) -> bool {
        events::prefers_dark()
    }

    fn report_early_input(&self) -> bool {
        view::report_early_input()
    }

    fn change_form(&self, name: &str, action: FormAction) {
        view::change_form(name, action);
    }

    fn show_head(&self, head: &Head) {
        head::show(head);
    }

    fn show_lang(&self, lang: &str, chosen: bool) {
        head::show_lang(lang, chosen);
    }

    fn show_theme(&self, dark: bool) {
        head::show_theme(dark);
    }

    fn act_on_element(&self, action: &ElementAction) -> bool {
        elements::act(action)
    }

    fn copy(&self, text: &str) -> LocalFuture<bool> {
        let copy = requests::copy(text);
        Box::pin(async move { copy.answer().await.text.is_some() })
    }

    fn ask_before_leaving(&self, asks: bool) {
        events::ask_before_leaving(asks);
    }

    fn show_connection(&self, connection: ConnectionStatus) {
        notices::show_disconnected(connection == ConnectionStatus::Disconnected);
    }

    fn show_version(&self, version: Version) {
        notices::show_outdated(version == Version::Outdated);
    }

    fn show_progress(&self, progress: Progress) {
        notices::show_progress(progress == Progress::Waiting);
    }

    fn report(&self, text: &str) {
        error(text);
    }
}
