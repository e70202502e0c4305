//! Language and theme: what the visitor has chosen, else what their browser says.

use std::cell::Cell;

use rally_core::context::{
    DARK_MODE_COOKIE, DEFAULT_LANG, LANG_COOKIE, dark_mode_of, primary_subtag,
};

use super::programs::Programs;
use crate::platform::{Document, Storage};

/// The visitor's preferences. Document and client context always say the same of them.
#[derive(Default)]
pub struct Preferences {
    /// The theme that the visitor has chosen; `None` follows the system.
    chosen_dark: Cell<Option<bool>>,
}

impl Preferences {
    /// Reads what the browser says of its visitor.
    pub fn read<B: Storage + Document + ?Sized>(&self, browser: &B, programs: &Programs) {
        let tag = |tag: Option<String>| tag.as_deref().and_then(primary_subtag);
        let chosen = tag(browser.cookie(LANG_COOKIE));
        let lang = chosen.clone().or_else(|| tag(browser.language()));
        let lang = lang.unwrap_or_else(|| DEFAULT_LANG.to_owned());
        speak(browser, programs, &lang, chosen.is_some());
        self.chosen_dark.set(dark_mode_of(browser.cookie(DARK_MODE_COOKIE).as_deref()));
        self.follow_system(browser, programs);
    }

    /// The system may have become dark, or light.
    pub fn follow_system<B: Document + ?Sized>(&self, browser: &B, programs: &Programs) {
        let dark = self.chosen_dark.get().unwrap_or_else(|| browser.prefers_dark());
        browser.show_theme(dark);
        programs.change_client(|client| {
            let changes = client.dark_mode != dark;
            client.dark_mode = dark;
            changes
        });
    }

    /// The visitor chooses to be dark or light, or with `None` to follow the system.
    pub fn set_dark_mode<B: Storage + Document + ?Sized>(
        &self,
        browser: &B,
        programs: &Programs,
        dark: Option<bool>,
    ) {
        browser.set_cookie(DARK_MODE_COOKIE, dark.map(|dark| if dark { "1" } else { "0" }));
        self.chosen_dark.set(dark);
        self.follow_system(browser, programs);
    }

    /// The visitor chooses a language.
    pub fn set_lang<B: Storage + Document + ?Sized>(
        &self,
        browser: &B,
        programs: &Programs,
        lang: &str,
    ) {
        browser.set_cookie(LANG_COOKIE, Some(lang));
        speak(browser, programs, lang, true);
    }
}

fn speak<B: Document + ?Sized>(browser: &B, programs: &Programs, lang: &str, chosen: bool) {
    browser.show_lang(lang, chosen);
    programs.change_client(|client| {
        let changes = client.lang != lang;
        if changes {
            lang.clone_into(&mut client.lang);
        }
        changes
    });
}
