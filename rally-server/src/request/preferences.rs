//! The language and theme that a visitor prefers.

use axum::http::{HeaderMap, header};
use rally_core::context::{
    ClientContext, DARK_MODE_COOKIE, DEFAULT_LANG, LANG_COOKIE, dark_mode_of, primary_subtag,
};
use rally_core::submission::ChosenPreferences;

use crate::request::cookie;

#[derive(Clone)]
pub(crate) struct Preferences {
    pub(crate) chosen_lang: Option<String>,
    /// The chosen language. If none is chosen, the language of `Accept-Language`, or
    /// otherwise English.
    pub(crate) lang: String,
    /// The chosen dark mode. `None` if none is chosen: the server does not know the
    /// setting of the visitor's system.
    pub(crate) dark: Option<bool>,
}

impl Preferences {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen_lang = cookie::read(headers, LANG_COOKIE).and_then(|it| primary_subtag(&it));
        let lang = chosen_lang.clone().or_else(|| accepted(headers));
        Self {
            chosen_lang,
            lang: lang.unwrap_or_else(|| DEFAULT_LANG.to_owned()),
            dark: dark_mode_of(cookie::read(headers, DARK_MODE_COOKIE).as_deref()),
        }
    }

    /// Returns the preferences that a browser sends on a socket. They are checked as cookies are.
    ///
    /// A browser sends the theme that it shows, even one that follows the system. It counts as
    /// chosen, which is harmless: only a client context is made of these preferences, and that has
    /// no other theme.
    pub(crate) fn with_browser(&self, browser: &ClientContext) -> Self {
        let lang = primary_subtag(&browser.lang);
        Self {
            lang: lang.clone().unwrap_or_else(|| self.lang.clone()),
            chosen_lang: lang,
            dark: Some(browser.dark_mode),
        }
    }

    /// Returns the choices that differ from these preferences.
    pub(crate) fn changes(&self, chosen: &ChosenPreferences) -> ChosenPreferences {
        let lang = chosen.lang.clone().filter(|_| self.chosen_lang != chosen.lang);
        ChosenPreferences { dark_mode: chosen.dark_mode.filter(|dark| *dark != self.dark), lang }
    }

    pub(crate) fn apply(&mut self, chosen: &ChosenPreferences) {
        if let Some(dark) = chosen.dark_mode {
            self.dark = dark;
        }
        if let Some(lang) = &chosen.lang {
            self.lang.clone_from(lang);
            self.chosen_lang = Some(lang.clone());
        }
    }

    pub(crate) fn client_context(&self, url: &str) -> ClientContext {
        let (current_path, lang) = (url.to_owned(), self.lang.clone());
        let dark_mode = self.dark.unwrap_or(false);
        ClientContext { current_path, lang, dark_mode, flash: None }
    }
}

/// Returns the language of `Accept-Language` with the highest weight. If several have
/// this weight, returns the first of them.
fn accepted(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
    let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(','));
    let weighed = ranges.filter_map(|range| {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
        Some((primary_subtag(tag)?, weight)).filter(|(_, weight)| *weight > 0.0)
    });
    let best = |best: (String, f32), next: (String, f32)| if next.1 > best.1 { next } else { best };
    weighed.reduce(best).map(|(lang, _)| lang)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    #[track_caller]
    fn check(headers: &[(HeaderName, &str)], lang: &str, chosen: bool, dark: Option<bool>) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        let found = Preferences::of(&headers.collect());
        assert_eq!((&*found.lang, found.dark), (lang, dark));
        assert_eq!(found.chosen_lang.as_deref(), chosen.then_some(lang));
        assert_eq!(found.client_context("/a?b").current_path, "/a?b");
        assert_eq!(found.client_context("/").dark_mode, dark == Some(true));
    }

    #[test]
    fn cookies_take_precedence() {
        let accept = (header::ACCEPT_LANGUAGE, "fr");
        let cookies = |text| (header::COOKIE, text);
        check(&[cookies("a=b; __rally_lang=de-AT"), accept.clone()], "de", true, None);
        check(&[cookies("__rally_dark_mode=1;__rally_lang=de")], "de", true, Some(true));
        check(&[cookies("__rally_dark_mode=0"), accept.clone()], "fr", false, Some(false));
        check(&[cookies("a=1"), cookies("__rally_lang=de"), accept.clone()], "de", true, None);
        check(
            &[cookies("__rally_lang=\"><script>; __rally_dark_mode=2"), accept],
            "fr",
            false,
            None,
        );
        check(&[cookies("x__rally_lang=de; __rally_language=de")], "en", false, None);
    }

    #[test]
    fn without_a_cookie_the_browsers_first_choice_is_used() {
        let check = |accept, lang| check(&[(header::ACCEPT_LANGUAGE, accept)], lang, false, None);
        check("de-AT, de;q=0.9, en;q=0.8", "de");
        check("en;q=0.5, FR;q=0.9,*;q=0.1", "fr");
        check("*", "en");
        check("de;q=0", "en");
        check("de;q=nan, <b>;q=1,,;;q=", "en");
        check("", "en");
    }
}
