//! The content security policy: what pages may load, run and connect to.

use std::fmt::Write;

use axum::http::HeaderValue;

use crate::config::BootError;

/// What the app's pages may load, run and connect to: the header
/// `Content-Security-Policy`. Markup that somebody smuggled into a page then
/// runs no script and sends nothing away.
///
/// The default allows what comes from the app itself, and images in `data:`
/// URLs. It allows no script and no style that stands in the document: those of
/// `index.html` are served as files, and `style` attributes have no effect
/// unless an app allows `'unsafe-inline'` in `style-src-attr`. Forms may be sent to the app alone, which some
/// browsers hold the redirects after them to as well: an app whose form ends at
/// another site allows that in `form-action`.
///
/// `cargo rally dev` adds itself.
///
/// ```
/// use rally_server::app::App;
/// use rally_server::security::ContentSecurityPolicy;
///
/// let policy = ContentSecurityPolicy::default()
///     .allow("img-src", "https://images.example")
///     .allow("form-action", "https://accounts.example");
/// let app = App::new(()).content_security_policy(policy);
/// # drop(app);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ContentSecurityPolicy(Vec<(String, Vec<String>)>);

impl Default for ContentSecurityPolicy {
    fn default() -> Self {
        Self::empty()
            .allow("default-src", "'self'")
            // WebAssembly is compiled; texts are not run.
            .allow("script-src", "'self'")
            .allow("script-src", "'wasm-unsafe-eval'")
            .allow("style-src", "'self'")
            .allow("img-src", "'self'")
            .allow("img-src", "data:")
            // The socket too: to browsers it is the same origin.
            .allow("connect-src", "'self'")
            .allow("object-src", "'none'")
            .allow("base-uri", "'self'")
            .allow("form-action", "'self'")
            .allow("frame-ancestors", "'self'")
    }
}

impl ContentSecurityPolicy {
    /// A policy that says nothing yet. Rally's script runs where `script-src`
    /// has `'self'` and `'wasm-unsafe-eval'`, and `connect-src` has `'self'`.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Allows one more source: an origin, a scheme as in `data:`, or a keyword
    /// with its quotes. A directive that the policy does not have yet allows
    /// what counted in its place, as `default-src`, and this.
    pub fn allow(mut self, directive: &str, source: &str) -> Self {
        let sources = self.sources(directive);
        if source == "'none'" {
            sources.clear();
        }
        // Beside another source `'none'` means nothing.
        sources.retain(|known| known != source && known != "'none'");
        sources.push(source.to_owned());
        self
    }

    /// Drops what a directive allowed, to begin anew with
    /// [`allow`](Self::allow), or the whole directive.
    pub fn without(mut self, directive: &str) -> Self {
        self.0.retain(|(name, _)| name != directive);
        self
    }

    fn sources(&mut self, directive: &str) -> &mut Vec<String> {
        let at = self.0.iter().position(|(name, _)| name == directive);
        let at = at.unwrap_or_else(|| {
            let known = |name: &str| self.0.iter().find(|(known, _)| known == name);
            let general = generals(directive).into_iter().flatten().find_map(known);
            let sources = general.map(|(_, sources)| sources.clone());
            self.0.push((directive.to_owned(), sources.unwrap_or_default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    pub(super) fn to_header(&self, dev: Option<&str>) -> Result<HeaderValue, BootError> {
        let mut policy = self.clone();
        if let Some(origin) = dev {
            // Its script, and the events it listens to.
            policy = policy.allow("script-src", origin).allow("connect-src", origin);
        }
        let mut text = String::new();
        for (name, sources) in &policy.0 {
            for word in sources.iter().chain([name]) {
                // Else it would end the directive, or the header.
                if word.is_empty()
                    || !word.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',')
                {
                    return Err(BootError::new(format_args!(
                        "the content security policy has {word:?} in `{name}`: write one source at \
                         a time, as in `.allow(\"img-src\", \"https://images.example\")`"
                    )));
                }
            }
            let separator = if text.is_empty() { "" } else { "; " };
            let _ = write!(text, "{separator}{name} {}", sources.join(" "));
        }
        HeaderValue::from_str(&text).map_err(BootError::new)
    }
}

/// The directives that count where this one is absent.
fn generals(directive: &str) -> [Option<&str>; 2] {
    let part = directive.strip_suffix("-elem").or_else(|| directive.strip_suffix("-attr"));
    match part {
        Some(whole) => [Some(whole), Some("default-src")],
        None if directive == "worker-src" => [Some("script-src"), Some("default-src")],
        None if directive.ends_with("-src") => [Some("default-src"), None],
        None => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
        style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; \
        base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

    #[track_caller]
    fn check(policy: &ContentSecurityPolicy, expected: &str) {
        assert_eq!(policy.to_header(None).unwrap(), expected);
    }

    #[test]
    fn the_default_runs_nothing_that_stands_in_a_document() {
        check(&ContentSecurityPolicy::default(), DEFAULT);
        assert!(!DEFAULT.contains("unsafe-inline") && !DEFAULT.contains("'unsafe-eval'"));
    }

    #[test]
    fn a_source_is_added_to_its_directive() {
        let policy = ContentSecurityPolicy::empty().allow("default-src", "'self'");
        check(&policy.clone().allow("default-src", "a:"), "default-src 'self' a:");
        check(&policy.clone().allow("font-src", "a:"), "default-src 'self'; font-src 'self' a:");
        check(&policy.clone().allow("form-action", "a:"), "default-src 'self'; form-action a:");
        check(&policy.allow("default-src", "'self'"), "default-src 'self'");
    }

    #[test]
    fn what_a_directive_inherits_it_keeps() {
        let policy = ContentSecurityPolicy::empty();
        let policy = policy.allow("default-src", "a:").allow("style-src", "b:");
        let inline = policy.clone().allow("style-src-attr", "'unsafe-inline'");
        let expected = "default-src a:; style-src a: b:; style-src-attr a: b: 'unsafe-inline'";
        check(&inline, expected);
        let workers = policy.without("style-src").allow("worker-src", "blob:");
        check(&workers, "default-src a:; worker-src a: blob:");
    }

    #[test]
    fn none_stands_alone() {
        let none = ContentSecurityPolicy::empty().allow("img-src", "a:").allow("img-src", "'none'");
        check(&none, "img-src 'none'");
        check(&none.allow("img-src", "b:"), "img-src b:");
    }

    #[test]
    fn a_directive_can_be_dropped_and_begun_anew() {
        let policy = ContentSecurityPolicy::empty().allow("img-src", "a:").allow("font-src", "b:");
        check(&policy.clone().without("img-src"), "font-src b:");
        let anew = policy.without("img-src").allow("img-src", "c:");
        check(&anew, "font-src b:; img-src c:");
    }

    #[test]
    fn dev_admits_its_own_script_and_connection() {
        let dev = Some("http://127.0.0.1:9");
        let header = ContentSecurityPolicy::default().to_header(dev).unwrap();
        let text = header.to_str().unwrap();
        assert!(
            text.contains("script-src 'self' 'wasm-unsafe-eval' http://127.0.0.1:9;"),
            "{text}"
        );
        assert!(text.contains("connect-src 'self' http://127.0.0.1:9;"), "{text}");
    }

    #[test]
    fn nothing_smuggles_a_directive_or_a_header() {
        for source in ["a: b:", "a:; script-src *", "a:\r\nb: c", "", "\u{e9}", "a:,b:"] {
            let policy = ContentSecurityPolicy::default().allow("img-src", source);
            let error = policy.to_header(None).unwrap_err().to_string();
            assert!(error.contains("img-src") && error.contains(".allow("), "{error}");
            let policy = ContentSecurityPolicy::default().allow(source, "a:");
            assert!(policy.to_header(None).is_err(), "{source:?}");
        }
    }
}
