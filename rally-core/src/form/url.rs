//! The name of a form in the URL of its action: `/path?query&/name`.

use crate::percent::{escape, unescape};

/// Returns the `action` of a form: the query of its page's URL, and the form's name.
///
/// ```
/// assert_eq!(rally_core::form::action("/notes?page=2", "sign"), "?page=2&/sign");
/// ```
///
/// The action has no path, so the browser posts to the path of the document. A
/// path from outside could begin with `//`, and browsers read `//example.com` as
/// another origin.
pub fn action(url: &str, name: &str) -> String {
    let (url, _) = split(url);
    let mut action = match url.split_once('?') {
        Some((_, query)) => format!("?{query}&/"),
        None => "?/".to_owned(),
    };
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    escape(name, is_kept, &mut action);
    action
}

/// Splits the action URL of a form into the page's URL and the form's name.
///
/// ```
/// let (url, form) = rally_core::form::split("/notes?page=2&/sign");
/// assert_eq!((&*url, form.as_deref()), ("/notes?page=2", Some("sign")));
/// ```
pub fn split(url: &str) -> (String, Option<String>) {
    let url = url.split('#').next().unwrap_or(url);
    let Some((path, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let name = query.split('&').rev().find_map(|part| part.strip_prefix('/'));
    let Some(name) = name else { return (url.to_owned(), None) };
    let kept: Vec<_> = query.split('&').filter(|part| !part.starts_with('/')).collect();
    let url = match &*kept.join("&") {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    (url, Some(unescape(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str, form: Option<&str>) {
        assert_eq!(split(url), (expected.to_owned(), form.map(str::to_owned)));
    }

    #[test]
    fn the_form_name_is_split_from_the_url() {
        check("/", "/", None);
        check("/?", "/?", None);
        check("/?a=/b", "/?a=/b", None);
        check("/a?/sign", "/a", Some("sign"));
        check("/a?b=1&/sign", "/a?b=1", Some("sign"));
        check("/a?/one&b&/two", "/a?b", Some("two"));
        check("/a?/", "/a", Some(""));
        check("/a?/x=1", "/a", Some("x=1"));
    }

    #[test]
    fn any_form_name_survives_the_url() {
        for name in ["sign", "delete-7", "a b&c/d?e#f%20", "\u{fc}\u{1f600}", ""] {
            for url in ["/", "/a?b=%20", "/a?b&/other"] {
                let (page, _) = split(url);
                let action = action(url, name);
                let path = page.split('?').next().unwrap();
                check(&format!("{path}{action}"), &page, Some(name));
            }
        }
    }
}
