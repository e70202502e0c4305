//! Language and theme: what the visitor has chosen, else what his browser says.

use std::rc::Rc;

use rally_core::context::{
    DARK_MODE_COOKIE, DEFAULT_LANG, LANG_COOKIE, dark_mode_of, primary_subtag,
};

use super::App;

impl App {
    /// Brings the context in step with what the browser says of its visitor.
    pub(super) fn follow_visitor(&self) {
        let tag = |tag: Option<String>| tag.as_deref().and_then(primary_subtag);
        let chosen = tag(self.platform.cookie(LANG_COOKIE));
        let lang = chosen.clone().or_else(|| tag(self.platform.language()));
        self.speak(&lang.unwrap_or_else(|| DEFAULT_LANG.to_owned()), chosen.is_some());
        self.chosen_dark.set(dark_mode_of(self.platform.cookie(DARK_MODE_COOKIE).as_deref()));
        self.follow_theme();
    }

    /// The system has become dark, or light.
    pub fn system_changed(self: &Rc<Self>) {
        if self.context.borrow().is_some() {
            self.follow_theme();
            self.drain();
        }
    }

    pub(super) fn set_dark_mode(&self, dark: Option<bool>) {
        let value = dark.map(|dark| if dark { "1" } else { "0" });
        self.platform.set_cookie(DARK_MODE_COOKIE, value);
        self.chosen_dark.set(dark);
        self.follow_theme();
    }

    pub(super) fn set_lang(&self, lang: &str) {
        self.platform.set_cookie(LANG_COOKIE, Some(lang));
        self.speak(lang, true);
    }

    fn speak(&self, lang: &str, chosen: bool) {
        self.platform.show_lang(lang, chosen);
        let Some(context) = self.context() else { return };
        context.change(&mut |client| {
            if client.lang != lang {
                lang.clone_into(&mut client.lang);
                self.context_changed.set(true);
            }
        });
    }

    fn follow_theme(&self) {
        let dark = self.chosen_dark.get().unwrap_or_else(|| self.platform.prefers_dark());
        self.platform.show_theme(dark);
        let Some(context) = self.context() else { return };
        context.change(&mut |client| {
            if client.dark_mode != dark {
                client.dark_mode = dark;
                self.context_changed.set(true);
            }
        });
    }
}
