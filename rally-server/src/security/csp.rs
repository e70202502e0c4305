//! The `Content-Security-Policy` header.

use std::fmt::Write;

use axum::http::HeaderValue;

use crate::config::BootError;

/// The origins that the app's pages may load from, connect to and submit forms to.
///
/// The default limits what injected markup can do: it runs no inline script and no script of
/// another origin, and its images, fetches and forms reach only the app's origin. Images may
/// also be `data:` URLs.
///
/// By default, inline scripts and styles are blocked. So Rally moves the inline scripts and
/// styles of `index.html` into files, except scripts of the types `importmap` and
/// `speculationrules`. `style` attributes are blocked too: to allow them, allow
/// `'unsafe-inline'` in `style-src-attr`.
///
/// Some browsers also check `form-action` for the redirect after a form: if a form
/// redirects to another site, add that site to `form-action`.
///
/// Under `cargo rally dev`, the policy also allows the development server in `script-src` and
/// `connect-src`.
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
            .allow("script-src", "'self'")
            // Allows compiling WebAssembly, but not `eval` of JavaScript.
            .allow("script-src", "'wasm-unsafe-eval'")
            .allow("style-src", "'self'")
            .allow("img-src", "'self'")
            .allow("img-src", "data:")
            // For browsers, `'self'` also matches the app's WebSocket.
            .allow("connect-src", "'self'")
            .allow("object-src", "'none'")
            .allow("base-uri", "'self'")
            .allow("form-action", "'self'")
            .allow("frame-ancestors", "'self'")
    }
}

impl ContentSecurityPolicy {
    /// Returns a policy without directives, which restricts nothing.
    ///
    /// A policy that restricts scripts and connections must allow Rally's client: with
    /// `'self'` and `'wasm-unsafe-eval'` in `script-src`, and `'self'` in `connect-src`.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Adds a source to a directive.
    ///
    /// A source is, for example, an origin, a scheme such as `data:`, or a keyword in single
    /// quotes such as `'self'`. If the policy does not have the directive yet, the directive
    /// starts with the sources of its fallback, such as `default-src`.
    pub fn allow(mut self, directive: &str, source: &str) -> Self {
        let sources = self.sources(directive);
        if source == "'none'" {
            sources.clear();
        }
        // Also removes `'none'`, because browsers ignore it next to another source.
        sources.retain(|known| known != source && known != "'none'");
        sources.push(source.to_owned());
        self
    }

    /// Removes a directive.
    ///
    /// To replace the sources of a directive, remove the directive and then call
    /// [`allow`](Self::allow), which starts with the sources of the directive's fallback.
    pub fn without(mut self, directive: &str) -> Self {
        self.0.retain(|(name, _)| name != directive);
        self
    }

    fn sources(&mut self, directive: &str) -> &mut Vec<String> {
        let at = self.0.iter().position(|(name, _)| name == directive);
        let at = at.unwrap_or_else(|| {
            let find = |name: &str| self.0.iter().find(|(known, _)| known == name);
            let fallback = fallbacks(directive).into_iter().flatten().find_map(find);
            let sources = fallback.map(|(_, sources)| sources.clone());
            self.0.push((directive.to_owned(), sources.unwrap_or_default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    pub(super) fn to_header(&self, dev: Option<&str>) -> Result<HeaderValue, BootError> {
        let mut policy = self.clone();
        if let Some(origin) = dev {
            // For the script of `cargo rally dev`, and the events that the script listens to.
            policy = policy.allow("script-src", origin).allow("connect-src", origin);
        }
        let mut text = String::new();
        for (name, sources) in &policy.0 {
            for word in sources.iter().chain([name]) {
                // A space, `;`, `,` or line break would end a part of the header.
                if word.is_empty()
                    || !word.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',')
                {
                    return Err(BootError::new(format_args!(
                        "the content security policy has the invalid text {word:?} in the \
                         directive `{name}`: call `allow` once for each source, as in \
                         `.allow(\"img-src\", \"https://images.example\")`"
                    )));
                }
            }
            let separator = if text.is_empty() { "" } else { "; " };
            let _ = write!(text, "{separator}{name} {}", sources.join(" "));
        }
        HeaderValue::from_str(&text).map_err(BootError::new)
    }
}

/// Returns the directives that browsers use if `directive` is absent, in order of preference.
fn fallbacks(directive: &str) -> [Option<&str>; 2] {
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
    fn the_default_allows_no_inline_script_or_style() {
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
    fn a_new_directive_copies_the_sources_of_its_fallback() {
        let policy = ContentSecurityPolicy::empty();
        let policy = policy.allow("default-src", "a:").allow("style-src", "b:");
        let inline = policy.clone().allow("style-src-attr", "'unsafe-inline'");
        let expected = "default-src a:; style-src a: b:; style-src-attr a: b: 'unsafe-inline'";
        check(&inline, expected);
        let workers = policy.without("style-src").allow("worker-src", "blob:");
        check(&workers, "default-src a:; worker-src a: blob:");
    }

    #[test]
    fn none_is_dropped_next_to_another_source() {
        let none = ContentSecurityPolicy::empty().allow("img-src", "a:").allow("img-src", "'none'");
        check(&none, "img-src 'none'");
        check(&none.allow("img-src", "b:"), "img-src b:");
    }

    #[test]
    fn a_directive_can_be_removed_and_replaced() {
        let policy = ContentSecurityPolicy::empty().allow("img-src", "a:").allow("font-src", "b:");
        check(&policy.clone().without("img-src"), "font-src b:");
        let replaced = policy.without("img-src").allow("img-src", "c:");
        check(&replaced, "font-src b:; img-src c:");
    }

    #[test]
    fn the_dev_server_is_an_allowed_source() {
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
    fn a_source_cannot_inject_a_directive_or_a_header() {
        for source in ["a: b:", "a:; script-src *", "a:\r\nb: c", "", "\u{e9}", "a:,b:"] {
            let policy = ContentSecurityPolicy::default().allow("img-src", source);
            let error = policy.to_header(None).unwrap_err().to_string();
            assert!(error.contains("img-src") && error.contains(".allow("), "{error}");
            let policy = ContentSecurityPolicy::default().allow(source, "a:");
            assert!(policy.to_header(None).is_err(), "{source:?}");
        }
    }
}
