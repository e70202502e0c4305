//! The jar: what a handler changes in the browser. It goes with the answer.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderValue;

use crate::config::Environment;
use crate::request::SessionId;
use crate::request::cookie::{Cookie, CookieError};
use crate::request::info::Visitor;

pub struct Jar {
    visitor: Arc<Visitor>,
    changes: Mutex<Changes>,
}

/// What a handler has changed.
#[derive(Default)]
pub(crate) struct Changes {
    cookies: Vec<Cookie>,
    session: Change,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Change {
    #[default]
    None,
    SignedIn(SessionId),
    SignedOut,
}

/// The headers that carry changes to the browser.
#[derive(Default)]
pub(crate) struct SetCookies {
    pub(crate) headers: Vec<HeaderValue>,
    /// Somebody signed in or out.
    pub(crate) session_changed: bool,
}

impl Jar {
    pub(crate) fn new(visitor: Arc<Visitor>) -> Self {
        Self { visitor, changes: Mutex::default() }
    }

    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    pub(crate) fn set(&self, cookie: Cookie) {
        self.lock().cookies.push(cookie);
    }

    /// The session as the browser will have it.
    pub(crate) fn session(&self) -> SessionId {
        match self.lock().session {
            Change::SignedIn(id) => id,
            Change::None | Change::SignedOut => self.visitor.session(),
        }
    }

    pub(crate) fn sign_in(&self) -> SessionId {
        let id = SessionId::random();
        self.lock().session = Change::SignedIn(id);
        id
    }

    pub(crate) fn sign_out(&self) {
        self.lock().session = Change::SignedOut;
    }

    /// What was changed so far.
    pub(crate) fn take(&self) -> Changes {
        let mut changes = self.lock();
        // The session's change is left for the end, when it is told.
        Changes { cookies: mem::take(&mut changes.cookies), session: changes.session }
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the handler has ended, however it did, the session's other tabs are
/// told: before, its account may still be found under the old id.
impl Drop for Jar {
    fn drop(&mut self) {
        if self.lock().session != Change::None {
            self.visitor.sessions.changed(self.visitor.session());
        }
    }
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.cookies.is_empty() && self.session == Change::None
    }

    /// # Errors
    ///
    /// When one of the cookies is none.
    pub(crate) fn into_headers(self, environment: Environment) -> Result<SetCookies, CookieError> {
        let cookies = self.cookies.iter().map(|cookie| cookie.to_header(environment));
        let mut headers = cookies.collect::<Result<Vec<_>, _>>()?;
        headers.extend(match self.session {
            Change::None => None,
            Change::SignedIn(id) => Some(id.to_header(environment)),
            Change::SignedOut => Some(SessionId::removal(environment)),
        });
        Ok(SetCookies { headers, session_changed: self.session != Change::None })
    }
}
