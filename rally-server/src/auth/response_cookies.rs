//! Response cookies: the cookies that a handler sets, and its sign-in or sign-out.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderValue;

use super::session_generations::SessionGenerations;
use crate::config::Environment;
use crate::request::SessionId;
use crate::request::cookie::{Cookie, CookieError};
use crate::request::info::RequestInfo;

pub struct ResponseCookies {
    info: Arc<RequestInfo>,
    generations: Arc<SessionGenerations>,
    changes: Mutex<Changes>,
}

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

#[derive(Default)]
pub(crate) struct SetCookies {
    pub(crate) headers: Vec<HeaderValue>,
    pub(crate) session_changed: bool,
}

impl ResponseCookies {
    pub(crate) fn new(info: Arc<RequestInfo>, generations: Arc<SessionGenerations>) -> Self {
        Self { info, generations, changes: Mutex::default() }
    }

    pub(crate) fn info(&self) -> &RequestInfo {
        &self.info
    }

    pub(crate) fn set(&self, cookie: Cookie) {
        self.lock().cookies.push(cookie);
    }

    pub(crate) fn session(&self) -> SessionId {
        match self.lock().session {
            Change::SignedIn(id) => id,
            Change::None | Change::SignedOut => self.info.session(),
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

    pub(crate) fn take(&self) -> Changes {
        let mut changes = self.lock();
        // `session` is copied and not taken, because `drop` reads it.
        Changes { cookies: mem::take(&mut changes.cookies), session: changes.session }
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notifies the session's sockets of a sign-in or sign-out when the handler has ended, even
/// if the handler failed. An earlier notification would be too early: the handler may change
/// the session's account after it has called `sign_in` or `sign_out`.
impl Drop for ResponseCookies {
    fn drop(&mut self) {
        let changes = self.changes.get_mut().unwrap_or_else(PoisonError::into_inner);
        if changes.session != Change::None {
            self.generations.changed(self.info.session());
        }
    }
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.cookies.is_empty() && self.session == Change::None
    }

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
