//! The visitor of a document: client context, preferences, and the state from the previous document.

use std::rc::Rc;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use rally_core::carried::{CARRIED_SECONDS, Carried};
use rally_core::context::{ClientContext, DARK_MODE_COOKIE, LANG_COOKIE};
use rally_core::registry::{KnownPage, PageStartError};
use rally_core::running::{AnyContext, ContextSource, Signal};
use rally_core::submission::ChosenPreferences;

use crate::auth::erased::ClientValue;
use crate::config::Environment;
use crate::request::cookie::Cookie;
use crate::request::flash;
use crate::request::info::RequestInfo;
use crate::request::preferences::Preferences;
use crate::telemetry::trace;

/// The lifetime of a preference cookie. Cookies that the client writes have the same lifetime.
const A_YEAR: Duration = Duration::from_secs(31_536_000);

pub(super) struct Visitor {
    /// The client context from `from_session`; `None` if the app has no `from_session`.
    client: Option<ClientValue>,
    browser: ClientContext,
    carried: Carried,
    /// The preferences that `from_session` has set and the browser does not have yet.
    chosen: ChosenPreferences,
    /// The visitor's preferences, and those that `from_session` has set.
    pub(super) preferences: Preferences,
}

impl Visitor {
    pub(super) fn of(
        info: &RequestInfo,
        client: Option<ClientValue>,
        environment: Environment,
    ) -> Self {
        let mut preferences = info.preferences().clone();
        let chosen = client.as_ref().map(|client| preferences.changes(&client.chosen));
        let chosen = chosen.unwrap_or_default();
        preferences.apply(&chosen);
        let browser = preferences.client_context(&info.client_context().current_path);
        Self { client, browser, carried: info.carried(environment), chosen, preferences }
    }

    /// Drops the messages from the previous document, for an error page: one of them may be the
    /// reason for the error.
    pub(super) fn without_messages(mut self) -> Self {
        self.carried.messages.clear();
        self
    }

    /// Returns the cookies of a document for this visitor: the preferences that `from_session`
    /// has set.
    pub(super) fn cookies(&self, environment: Environment) -> Vec<HeaderValue> {
        headers(preference_cookies(&self.chosen), environment).collect()
    }

    /// Starts the client context, and handles the messages from the previous document. The effects
    /// of these messages are ignored: a document has no effects.
    pub(super) fn start_context(
        self,
        page: &KnownPage,
    ) -> Result<Rc<dyn AnyContext>, PageStartError> {
        let Self { client, mut browser, mut carried, .. } = self;
        browser.flash = carried.flash.take();
        let source = client.map_or(ContextSource::Default, |it| ContextSource::Given(it.value));
        let context = page.start_context(source, Signal::default())?;
        context.change(&mut |client| *client = std::mem::take(&mut browser));
        for message in &carried.messages {
            if let Err(error) = context.receive(message) {
                tracing::debug!(%error, "ignored a malformed message to the client context");
            }
        }
        while context.clone().step().is_some() {}
        Ok(context)
    }
}

/// Returns preference cookies in the same format as the cookies that the client writes.
pub(super) fn preference_cookies(chosen: &ChosenPreferences) -> impl Iterator<Item = Cookie> {
    let word = |name, value: &str| match value {
        "" => Cookie::removal(name).script_readable(),
        value => Cookie::new(name, value).max_age(A_YEAR).script_readable(),
    };
    let theme = chosen.dark_mode.map(|dark| match dark {
        None => "",
        Some(true) => "1",
        Some(false) => "0",
    });
    let theme = theme.map(|theme| word(DARK_MODE_COOKIE, theme));
    theme.into_iter().chain(chosen.lang.as_deref().map(|lang| word(LANG_COOKIE, lang)))
}

/// Returns the cookie that passes state on to the next document. Logs an error if it is too
/// large.
pub(super) fn flash_cookie(carried: &Carried, environment: Environment) -> Option<Cookie> {
    if carried.is_empty() {
        return None;
    }
    match carried.to_cookie() {
        Ok(value) => {
            let age = Duration::from_secs(CARRIED_SECONDS.into());
            // A script replaces the cookie if it navigates before the document has removed it.
            Some(Cookie::new(flash::name(environment), value).max_age(age).script_readable())
        }
        Err(error) => {
            trace::failure("a posted form", &error);
            None
        }
    }
}

/// Adds the removal of the flash cookie to a document that the visitor sees. An error page removes
/// it too, so a cookie that makes a page fail does so only once.
pub(super) fn without_flash_cookie(
    response: Response,
    info: &RequestInfo,
    environment: Environment,
) -> Response {
    if response.status().is_redirection() {
        return response;
    }
    with(response, headers(info.flash_removals(environment), environment).collect())
}

fn headers(
    cookies: impl Iterator<Item = Cookie>,
    environment: Environment,
) -> impl Iterator<Item = HeaderValue> {
    cookies.filter_map(move |cookie| cookie.to_header(environment).ok())
}

/// Adds cookies to a response.
pub(super) fn with(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    let cookies = cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    response.headers_mut().extend(cookies);
    response
}
