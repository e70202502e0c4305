//! The cookies of a browser, as far as one server can tell.

use std::time::Duration;

use tokio::time::Instant;

/// Kept in the order in which they were first set.
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
    /// Takes in a `Set-Cookie` of the answer to a path. Every server is this
    /// one, so domains do not count; neither does `Expires`, which Rally does
    /// not write.
    pub(super) fn keep(&mut self, asked: &str, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let mut path = directory(asked);
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

    /// The value that is sent first under a name.
    pub(super) fn get(&self, path: &str, name: &str) -> Option<String> {
        let cookie = self.sent(path).into_iter().find(|cookie| cookie.name == name)?;
        Some(cookie.value.clone())
    }

    /// What a request for a path sends.
    pub(super) fn header(&self, path: &str) -> String {
        let pair = |cookie: &StoredCookie| format!("{}={}", cookie.name, cookie.value);
        self.sent(path).into_iter().map(pair).collect::<Vec<_>>().join("; ")
    }

    /// The cookies for a path, those of the longest path first.
    fn sent(&self, path: &str) -> Vec<&StoredCookie> {
        let now = Instant::now();
        let is_sent =
            |it: &&StoredCookie| matches(&it.path, path) && it.ends.is_none_or(|end| end > now);
        let mut sent: Vec<_> = self.0.iter().filter(is_sent).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        sent
    }
}

/// The path of a cookie that names none.
fn directory(asked: &str) -> &str {
    match asked.rsplit_once('/') {
        Some((directory, _)) if !directory.is_empty() => directory,
        _ => "/",
    }
}

fn matches(cookie: &str, asked: &str) -> bool {
    let Some(rest) = asked.strip_prefix(cookie) else { return false };
    rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_cookie_is_replaced_removed_and_ends() {
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
