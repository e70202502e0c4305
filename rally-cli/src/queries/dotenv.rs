//! `DATABASE_URL`, read from the same places as sqlx does: the environment, then `.env` files.

use std::fs;
use std::path::Path;

const NAME: &str = "DATABASE_URL";

pub(super) fn database_url(app: &Path) -> Option<String> {
    if let Ok(url) = std::env::var(NAME) {
        return Some(url);
    }
    let files = app.ancestors().filter_map(|dir| fs::read_to_string(dir.join(".env")).ok());
    files.into_iter().find_map(|text| read(&text))
}

fn read(text: &str) -> Option<String> {
    let mut values = text.lines().filter_map(|line| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        (name.trim() == NAME).then(|| unquote(value.trim()).to_owned())
    });
    values.next_back()
}

fn unquote(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(read(text).as_deref(), expected);
    }

    #[test]
    fn the_url_is_parsed() {
        check("A=1\nDATABASE_URL=postgres://a/b?c=d\n", Some("postgres://a/b?c=d"));
        check("  export DATABASE_URL = \"postgres://a\"", Some("postgres://a"));
        check("DATABASE_URL='postgres://a'", Some("postgres://a"));
        check("# DATABASE_URL=postgres://a\nTEST_DATABASE_URL=x", None);
    }
}
