//! Authentication and passwords.

use std::io;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rally::{Auth, AuthError, Credentials};

use crate::book::Book;

/// A signed-in user.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: i64,
    pub name: String,
}

/// Authentication with sessions.
pub struct Accounts;

impl Auth<Book> for Accounts {
    type Identity = Account;

    async fn resolve(
        &self,
        book: &Book,
        credentials: &Credentials,
    ) -> Result<Option<Account>, AuthError> {
        match credentials {
            Credentials::Session(session) => Ok(book.signed_in(&session.to_string()).await?),
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

/// Hashes a password, on a thread for blocking work.
pub async fn hash(password: String) -> io::Result<String> {
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::generate(&mut OsRng);
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(io::Error::other)
}

/// Returns `true` if the password matches the hash.
///
/// Without a hash, because the account does not exist, the check takes the same time. So the time
/// does not reveal which accounts exist.
pub async fn verify(password: String, hash: Option<String>) -> io::Result<bool> {
    let verified = tokio::task::spawn_blocking(move || {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let hash = PasswordHash::new(&hash)?;
        let is_right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok::<_, password_hash::Error>(exists && is_right)
    });
    verified.await?.map_err(io::Error::other)
}

/// A hash that belongs to no account.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmFsbHktZ3Vlc3Rib29r$\
                          ZqnbdPMWgBHkwSRuQSRAbBeSmZOBYyQyIh1cLAQVSZo";
