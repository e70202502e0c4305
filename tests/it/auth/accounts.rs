//! Accounts of the tests, found by session or bearer token, and an identity
//! service that can fail.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use rally::prelude::*;
use rally::{Auth, Credentials, Visit};

use crate::app::State;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub may_edit: bool,
    /// `true` if both factors were given.
    pub has_both_factors: bool,
    /// A text that must stay on the server.
    pub secret: &'static str,
}

pub const SECRET: &str = "the-hash-of-the-password";

impl Account {
    /// Returns the account of a name: an `editor` may edit, a `half` has given
    /// one factor, an `editor-half` may edit and has given one factor.
    pub fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            may_edit: name.starts_with("editor"),
            has_both_factors: !name.ends_with("half"),
            secret: SECRET,
        }
    }
}

#[derive(Default)]
pub struct Ledger(Mutex<Entries>);

#[derive(Default)]
pub struct Entries {
    /// Account names, by session or token.
    pub known: HashMap<String, String>,
    pub service: Service,
    pub from_session: Service,
    pub log: Vec<String>,
    /// Number of guarded handlers that ran for an anonymous caller.
    pub violations: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    #[default]
    Up,
    Down,
    Panics,
}

impl Service {
    fn ask(self) -> Result<(), &'static str> {
        match self {
            Self::Up => Ok(()),
            Self::Down => Err("the service's secret: it is down"),
            Self::Panics => panic!("the service's secret: it panics"),
        }
    }
}

impl Ledger {
    pub fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap()
    }

    pub fn record(&self, what: impl Into<String>) {
        self.entries().log.push(what.into());
    }

    /// Returns the events since the last call of this function.
    pub fn log(&self) -> String {
        std::mem::take(&mut self.entries().log).join(", ")
    }

    pub fn set_service(&self, service: Service) {
        self.entries().service = service;
    }

    pub fn add(&self, key: impl ToString, name: &str) {
        self.entries().known.insert(key.to_string(), name.to_owned());
    }

    pub fn remove(&self, key: impl ToString) {
        self.entries().known.remove(&key.to_string());
    }
}

pub struct Accounts;

impl Auth<Arc<State>> for Accounts {
    type Identity = Account;

    async fn resolve(
        &self,
        state: &Arc<State>,
        credentials: &Credentials,
    ) -> rally::Result<Option<Account>> {
        let key = match credentials {
            Credentials::Session(id) => id.to_string(),
            Credentials::Bearer(token) => format!("Bearer {token}"),
        };
        state.accounts.record("resolve");
        let service = state.accounts.entries().service;
        service.ask().map_err(rally::Error::new)?;
        Ok(state.accounts.entries().known.get(&key).map(|name| Account::of(name)))
    }

    fn is_authenticated(&self, who: &Account) -> bool {
        who.has_both_factors
    }

    fn user_id(&self, who: &Account) -> Option<String> {
        Some(who.name.clone())
    }

    fn redirect_url(&self, from: &str) -> String {
        format!("/sign-in?return_to={from}")
    }
}

/// The tenant is the hostname.
pub async fn from_session(
    visit: Visit<Arc<State>, Account>,
) -> Result<(ClientContext, Arc<Arc<State>>)> {
    let accounts = visit.state.accounts.clone();
    let name = visit.identity.as_ref().map_or("nobody", |account| &account.name);
    accounts.record(format!("from_session of {name} at {}", visit.hostname));
    let service = accounts.entries().from_session;
    if let Err(error) = service.ask() {
        Err(std::io::Error::other(error))?;
    }
    let state = State { tenant: visit.hostname, accounts, ..State::default() };
    Ok((visit.browser, Arc::new(Arc::new(state))))
}
