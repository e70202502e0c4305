//! Accounts, passwords and rights.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rally::{Auth, Credentials};

use crate::desk::Desk;
use crate::ticket::Role;
use crate::{Cx, HttpCx};

/// A signed-in user.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub id: i64,
    pub name: String,
    pub role: Role,
}

impl Account {
    pub fn is_agent(&self) -> bool {
        self.role == Role::Agent
    }
}

/// Authentication with sessions.
pub struct Accounts;

impl Auth<Desk> for Accounts {
    type Identity = Account;

    async fn resolve(
        &self,
        desk: &Desk,
        credentials: &Credentials,
    ) -> rally::Result<Option<Account>> {
        match credentials {
            Credentials::Session(session) => Ok(desk.signed_in(&session.to_string()).await?),
            Credentials::Bearer(_) => Ok(None),
        }
    }

    fn user_id(&self, account: &Account) -> Option<String> {
        Some(account.id.to_string())
    }

    fn redirect_url(&self, from: &str) -> String {
        rally::href(crate::pages::sign_in::SignInPage { return_to: from.parse().ok() })
    }
}

/// Admits agents. The identity of a socket may be half an hour old, so this reads the role again.
pub async fn is_agent(cx: &Cx, account: &Account) -> rally::Result<bool> {
    Ok(cx.state().role(account.id).await? == Some(Role::Agent))
}

/// Signs an account in. The old session ends, so that nobody else can use it.
pub async fn sign_in(account: i64, cx: &HttpCx) -> rally::Result<()> {
    // After `cx.sign_in`, `cx.session` returns the new session.
    let old = cx.session().to_string();
    let new = cx.sign_in().to_string();
    Ok(cx.state().replace_session(&old, &new, account).await?)
}

/// Hashes a password, on a thread for blocking work.
pub async fn hash(password: String) -> rally::Result<String> {
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::generate(&mut OsRng);
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    Ok(hashed.await??)
}

/// Returns `true` if the password matches the hash.
///
/// Without a hash, because the account does not exist, the check takes the same time. So the time
/// does not reveal which accounts exist.
pub async fn verify(password: String, hash: Option<String>) -> rally::Result<bool> {
    let verified = tokio::task::spawn_blocking(move || {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let hash = PasswordHash::new(&hash)?;
        let is_right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok::<_, password_hash::Error>(exists && is_right)
    });
    Ok(verified.await??)
}

/// A hash that belongs to no account.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmFsbHktZ3Vlc3Rib29r$\
                          ZqnbdPMWgBHkwSRuQSRAbBeSmZOBYyQyIh1cLAQVSZo";
