//! Language and theme: the visitor's choice, or else the browser's preference.

use std::cell::Cell;

use rally_core::context::{
    DARK_MODE_COOKIE, DEFAULT_LANG, LANG_COOKIE, dark_mode_of, primary_subtag,
};

use super::programs::Programs;
use crate::platform::{Document, Storage};

/// The visitor's preferences. Each change is written to the document and to the client context.
#[derive(Default)]
pub struct Preferences {
    /// The theme that the visitor has chosen. `None` follows the system.
    chosen_dark: Cell<Option<bool>>,
}

impl Preferences {
    /// Reads the preferences from the cookies and the browser, and applies them.
    pub fn read<B: Storage + Document + ?Sized>(&self, browser: &B, programs: &Programs) {
        let tag = |tag: Option<String>| tag.as_deref().and_then(primary_subtag);
        let chosen = tag(browser.cookie(LANG_COOKIE));
        let lang = chosen.clone().or_else(|| tag(browser.language()));
        let lang = lang.unwrap_or_else(|| DEFAULT_LANG.to_owned());
        apply_lang(browser, programs, &lang, chosen.is_some());
        self.chosen_dark.set(dark_mode_of(browser.cookie(DARK_MODE_COOKIE).as_deref()));
        self.follow_system(browser, programs);
    }

    /// Applies the theme that the visitor has chosen, or else the theme of the system.
    pub fn follow_system<B: Document + ?Sized>(&self, browser: &B, programs: &Programs) {
        let dark = self.chosen_dark.get().unwrap_or_else(|| browser.prefers_dark());
        browser.show_theme(dark);
        programs.change_client(&mut |client| {
            let changes = client.dark_mode != dark;
            client.dark_mode = dark;
            changes
        });
    }

    /// Stores and applies the visitor's choice of theme. `None` follows the system.
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

    /// Stores and applies the visitor's choice of language.
    pub fn set_lang<B: Storage + Document + ?Sized>(
        &self,
        browser: &B,
        programs: &Programs,
        lang: &str,
    ) {
        browser.set_cookie(LANG_COOKIE, Some(lang));
        apply_lang(browser, programs, lang, true);
    }
}

fn apply_lang<B: Document + ?Sized>(browser: &B, programs: &Programs, lang: &str, chosen: bool) {
    browser.show_lang(lang, chosen);
    programs.change_client(&mut |client| {
        let changes = client.lang != lang;
        if changes {
            lang.clone_into(&mut client.lang);
        }
        changes
    });
}
