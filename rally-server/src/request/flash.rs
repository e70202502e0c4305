//! The cookie with the state that the previous document has passed on.

use axum::http::HeaderMap;
use rally_core::carried::{Carried, FLASH_COOKIE, SECURE_FLASH_COOKIE};

use super::cookie::{self, Cookie};
use crate::config::Environment;

/// Returns the state that the previous document has passed on.
pub(crate) fn carried(headers: &HeaderMap, environment: Environment) -> Carried {
    let sent = names(environment).iter().find_map(|name| cookie::read(headers, name));
    sent.as_deref().and_then(Carried::from_cookie).unwrap_or_default()
}

/// Returns the removals of the cookies that the request has, even malformed ones.
pub(crate) fn removals(
    headers: &HeaderMap,
    environment: Environment,
) -> impl Iterator<Item = Cookie> {
    let names = names(environment).iter();
    let sent = names.filter(|name| cookie::read(headers, name).is_some());
    sent.map(|name| Cookie::removal(*name))
}

/// Returns the name of a cookie that the server sets.
pub(crate) fn name(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => SECURE_FLASH_COOKIE,
        Environment::Development => FLASH_COOKIE,
    }
}

/// Returns the names that are accepted. In production, only the app's own host can set the cookie.
/// In development, a script sets the one or the other, depending on the URL.
fn names(environment: Environment) -> &'static [&'static str] {
    match environment {
        Environment::Production => &[SECURE_FLASH_COOKIE],
        Environment::Development => &[SECURE_FLASH_COOKIE, FLASH_COOKIE],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_production_only_a_cookie_that_is_bound_to_the_host_counts() {
        let value = Carried { flash: Some("Hi".to_owned()), messages: Vec::new() };
        let value = value.to_cookie().unwrap();
        let (production, development) = (Environment::Production, Environment::Development);
        for (name, expected) in [(FLASH_COOKIE, [false, true]), (SECURE_FLASH_COOKIE, [true, true])]
        {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", format!("{name}={value}").parse().unwrap());
            let found = [production, development].map(|it| carried(&headers, it).flash.is_some());
            assert_eq!(found, expected, "{name}");
            let removed = [production, development].map(|it| removals(&headers, it).count() == 1);
            assert_eq!(removed, expected, "{name}");
        }
    }
}
