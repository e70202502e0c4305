//! The cookies of a browser that sends requests to one server only.

use std::time::Duration;

use tokio::time::Instant;

/// The cookies, in the order in which they were first set.
#[derive(Debug, Default)]
pub(super) struct CookieJar(Vec<StoredCookie>);

#[derive(Debug)]
struct StoredCookie {
    name: String,
    value: String,
    path: String,
    ends: Option<Instant>,
}

impl CookieJar {
    /// Stores the cookie of a `Set-Cookie` header. Of the attributes, uses only `Path` and
    /// `Max-Age`: there is only one server, and Rally does not write `Expires`.
    pub(super) fn keep(&mut self, request_path: &str, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let mut path = directory(request_path);
        let mut age = None;
        for part in parts {
            let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
            if attribute.eq_ignore_ascii_case("path") && value.starts_with('/') {
                path = value;
            }
            if attribute.eq_ignore_ascii_case("max-age") {
                age = value.parse::<i64>().ok().or(age);
            }
        }
        let age = age.map(|seconds| u64::try_from(seconds).unwrap_or(0));
        let ends = age.and_then(|age| Instant::now().checked_add(Duration::from_secs(age)));
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let cookie = StoredCookie { name, value, path: path.to_owned(), ends };
        let same = |it: &StoredCookie| it.name == cookie.name && it.path == cookie.path;
        match self.0.iter().position(same) {
            Some(index) if age == Some(0) => drop(self.0.remove(index)),
            Some(index) => self.0[index] = cookie,
            None if age == Some(0) => {}
            None => self.0.push(cookie),
        }
    }

    pub(super) fn get(&self, path: &str, name: &str) -> Option<String> {
        let cookie = self.matching(path).into_iter().find(|cookie| cookie.name == name)?;
        Some(cookie.value.clone())
    }

    pub(super) fn header(&self, path: &str) -> String {
        let pair = |cookie: &StoredCookie| format!("{}={}", cookie.name, cookie.value);
        self.matching(path).into_iter().map(pair).collect::<Vec<_>>().join("; ")
    }

    /// Returns the cookies that are sent to a path. Cookies with the longest path are first.
    fn matching(&self, path: &str) -> Vec<&StoredCookie> {
        let now = Instant::now();
        let is_sent =
            |it: &&StoredCookie| matches(&it.path, path) && it.ends.is_none_or(|end| end > now);
        let mut matching: Vec<_> = self.0.iter().filter(is_sent).collect();
        matching.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        matching
    }
}

/// Returns the default path of a cookie without `Path` (RFC 6265, section 5.1.4).
fn directory(request_path: &str) -> &str {
    match request_path.rsplit_once('/') {
        Some((directory, _)) if !directory.is_empty() => directory,
        _ => "/",
    }
}

fn matches(cookie: &str, request_path: &str) -> bool {
    let Some(rest) = request_path.strip_prefix(cookie) else { return false };
    rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_cookie_is_replaced_removed_and_expires() {
        let mut jar = CookieJar::default();
        jar.keep("/", "a=1; Path=/; HttpOnly");
        jar.keep("/", "b=2;max-age=60;path=/");
        assert_eq!(jar.header("/x"), "a=1; b=2");
        jar.keep("/", "a=x=y; Path=/");
        assert_eq!(jar.get("/", "a").as_deref(), Some("x=y"));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(jar.header("/"), "a=x=y");
        jar.keep("/", "a=; Path=/; Max-Age=0");
        jar.keep("/", "never=; Max-Age=-1");
        assert_eq!(jar.header("/"), "");
    }

    #[tokio::test]
    async fn a_cookie_is_sent_below_its_path() {
        let mut jar = CookieJar::default();
        jar.keep("/", "all=1");
        jar.keep("/shop/cart", "shop=1");
        jar.keep("/", "deep=1; path=/shop/cart");
        assert_eq!(jar.header("/shop/cart/x"), "deep=1; shop=1; all=1");
        assert_eq!(jar.header("/shop"), "shop=1; all=1");
        assert_eq!(jar.header("/shopping"), "all=1");
        jar.keep("/", "no cookie");
        assert_eq!(jar.header("/"), "all=1");
    }
}
