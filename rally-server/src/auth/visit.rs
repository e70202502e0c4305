//! The argument of an app's `from_session` function.

use std::sync::{Arc, Mutex, PoisonError};

use rally_core::context::{ClientContext, primary_subtag};
use rally_core::submission::ChosenPreferences;

use crate::request::SessionId;

/// The argument of an app's [`from_session`](crate::app::App::from_session) function.
#[derive(Debug)]
pub struct Visit<S = (), I = ()> {
    /// The app's state, as passed to `App::new`.
    pub state: Arc<S>,
    /// The caller's identity; `None` if the caller is anonymous.
    pub identity: Option<Arc<I>>,
    /// The browser's session.
    pub session: SessionId,
    /// The request's host, in lowercase and without a port; empty if the request has none.
    pub hostname: String,
    /// The path, language and theme of the browser, for the client context.
    ///
    /// The path is empty for a call over HTTP, and when a socket opens, because a socket serves many
    /// pages. To change language or theme, call [`set_lang`](Self::set_lang) and
    /// [`set_dark_mode`](Self::set_dark_mode): other changes of this value have no effect.
    pub browser: ClientContext,
    pub(super) chosen: SharedPreferences,
}

impl<S, I> Visit<S, I> {
    /// Chooses the language of the visitor, as
    /// [`Effect::set_lang`](rally_core::effect::Effect::set_lang) does: for this document and for
    /// later visits. Changes `browser` too.
    ///
    /// Only the primary subtag of `lang` is used. If it is not two to eight ASCII letters, nothing
    /// changes.
    ///
    /// `from_session` runs for each document, so this choice overrules each choice that the visitor
    /// makes later. Choose only what the account has stored, and store the visitor's changes there
    /// too. On a socket, and for a call over HTTP, the choice has no effect: only documents store it.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use rally_core::context::ClientContext;
    /// use rally_server::auth::Visit;
    ///
    /// struct Shop;
    /// /// `None` if the user has not chosen.
    /// struct Account { lang: Option<String>, dark: Option<bool> }
    ///
    /// async fn from_session(
    ///     mut visit: Visit<Shop, Account>,
    /// ) -> Result<(ClientContext, Arc<Shop>), rally_core::error::Error> {
    ///     if let Some(account) = visit.identity.clone() {
    ///         if let Some(lang) = &account.lang {
    ///             visit.set_lang(lang);
    ///         }
    ///         if let Some(dark) = account.dark {
    ///             visit.set_dark_mode(Some(dark));
    ///         }
    ///     }
    ///     Ok((visit.browser, visit.state))
    /// }
    /// # drop(from_session);
    /// ```
    pub fn set_lang(&mut self, lang: impl AsRef<str>) {
        if let Some(lang) = primary_subtag(lang.as_ref()) {
            self.browser.lang.clone_from(&lang);
            self.chosen.change(|chosen| chosen.lang = Some(lang));
        }
    }

    /// Chooses the dark or the light theme for the visitor, as
    /// [`Effect::set_dark_mode`](rally_core::effect::Effect::set_dark_mode) does: for this document
    /// and for later visits. Changes `browser` too.
    ///
    /// `None` is a choice as well: it removes the visitor's, and follows the system. To keep the
    /// visitor's theme, do not call this method. As [`set_lang`](Self::set_lang), it overrules the
    /// visitor on each document, and has no effect on a socket or for a call over HTTP.
    pub fn set_dark_mode(&mut self, dark: Option<bool>) {
        self.browser.dark_mode = dark.unwrap_or(false);
        self.chosen.change(|chosen| chosen.dark_mode = Some(dark));
    }
}

/// The preferences that one run of `from_session` sets. Clones share them.
///
/// They are not part of the returned context: a context that the app makes without them, such as
/// the default one, must not overwrite the visitor's preferences.
#[derive(Debug, Default, Clone)]
pub(super) struct SharedPreferences(Arc<Mutex<ChosenPreferences>>);

impl SharedPreferences {
    fn change(&self, change: impl FnOnce(&mut ChosenPreferences)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn take(&self) -> ChosenPreferences {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
