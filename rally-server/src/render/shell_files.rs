//! Inline scripts and styles of `index.html`, served as files.
//!
//! The default content security policy allows no inline scripts and styles.

use std::collections::HashMap;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use rally_core::wire::hash;

pub(crate) const PREFIX: &str = "/_rally/shell/";

pub(crate) struct InlineFile {
    pub(crate) content_type: &'static str,
    pub(crate) text: String,
}

/// Moves inline scripts and styles of `index.html`, such as trunk's loader script, into files.
///
/// Returns the changed `index.html`, and the files by URL path. The path contains the hash of
/// the content, so browsers may cache the file forever.
pub(super) fn extract(shell: &str) -> (String, HashMap<String, InlineFile>) {
    let mut files = HashMap::new();
    let mut rest = String::with_capacity(shell.len());
    let (mut done, mut open) = (0, None);
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // Without this setting, the text of a <script> would be parsed as tags.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(shell, emitter) {
        match token {
            // A script or style contains no tags, so the next end tag closes it.
            Token::StartTag(tag) => open = InlineKind::of(&tag).map(|kind| (kind, tag.span)),
            Token::EndTag(end) => {
                let Some((kind, tag)) = open.take() else { continue };
                let text = &shell[tag.end..end.span.start];
                if text.trim().is_empty() {
                    continue;
                }
                let (name, content_type) = kind.file();
                let path = format!("{PREFIX}{:016x}.{name}", hash(text));
                let attributes = &shell[tag.start + kind.tag().len()..tag.end];
                rest.push_str(&shell[done..tag.start]);
                match kind {
                    InlineKind::Script => {
                        rest.push_str(&format!("<script src=\"{path}\"{attributes}</script>"));
                    }
                    InlineKind::Style => {
                        let link = format!("<link rel=\"stylesheet\" href=\"{path}\"{attributes}");
                        rest.push_str(&link);
                    }
                }
                done = end.span.end;
                files.insert(path, InlineFile { content_type, text: text.to_owned() });
            }
            _ => {}
        }
    }
    rest.push_str(&shell[done..]);
    (rest, files)
}

#[derive(Clone, Copy)]
enum InlineKind {
    Script,
    Style,
}

impl InlineKind {
    fn of(tag: &StartTag<usize>) -> Option<Self> {
        let attribute = |name: &[u8]| {
            let value = tag.attributes.get(name)?;
            Some(String::from_utf8_lossy(value.value.as_slice()).trim().to_ascii_lowercase())
        };
        match tag.name.as_slice() {
            b"style" => Some(Self::Style),
            b"script" if attribute(b"src").is_none() => {
                let kind = attribute(b"type").unwrap_or_default();
                match &*kind {
                    "" | "module" | "text/javascript" | "application/javascript" => {
                        Some(Self::Script)
                    }
                    // Browsers accept scripts of these types only inline.
                    "importmap" | "speculationrules" => {
                        tracing::warn!(
                            "the content security policy blocks the inline script of type `{kind}` \
                             in `index.html`: allow the hash of the script in `script-src` with \
                             `App::content_security_policy`"
                        );
                        None
                    }
                    // The policy does not apply to data blocks, such as `application/json`.
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Script => "<script",
            Self::Style => "<style",
        }
    }

    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Script => ("js", "text/javascript; charset=utf-8"),
            Self::Style => ("css", "text/css; charset=utf-8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the changed `index.html`, with `*` for each path, and the texts of the files.
    #[track_caller]
    fn check(shell: &str, expected: &str, texts: &[&str]) {
        let (mut rest, files) = extract(shell);
        for path in files.keys() {
            rest = rest.replace(path.as_str(), "*");
        }
        assert_eq!(rest, expected);
        let mut found: Vec<_> = files.values().map(|file| &*file.text).collect();
        found.sort_unstable();
        assert_eq!(found, texts);
    }

    #[test]
    fn scripts_become_files_and_keep_their_attributes() {
        check(
            "<head>\n<script type=\"module\">\nimport \"/a.js\";\n</script> </head>",
            "<head>\n<script src=\"*\" type=\"module\"></script> </head>",
            &["\nimport \"/a.js\";\n"],
        );
        check("<SCRIPT>a</SCRIPT >b", "<script src=\"*\"></script>b", &["a"]);
        check(
            "<script async\ntype=text/javascript>'<p>\u{e9}</p>'</script><script>b</script>",
            "<script src=\"*\" async\ntype=text/javascript></script><script src=\"*\"></script>",
            &["'<p>\u{e9}</p>'", "b"],
        );
    }

    #[test]
    fn styles_become_links() {
        check(
            "<style media=\"print\">a > b {}</style><p>",
            "<link rel=\"stylesheet\" href=\"*\" media=\"print\"><p>",
            &["a > b {}"],
        );
    }

    #[test]
    fn code_that_needs_no_file_stays_inline() {
        for shell in [
            "<script src=\"/a.js\"></script>",
            "<script src=/a.js>ignored</script>",
            "<script> </script><style>\n</style>",
            "<script type=\"application/json\">{}</script>",
            "<script type=\"application/ld+json\">{}</script>",
            "<script type=importmap>{}</script>",
            "<!-- <script>a</script> -->",
            "<textarea><script>a</script></textarea>",
            "<img alt='<script>a</script>'>",
            "<script>never closed",
            "<p style='a'>",
            "",
        ] {
            check(shell, shell, &[]);
        }
    }

    #[test]
    fn windows_line_endings_are_kept() {
        check(
            "<head>\r\n\r\n<script>\r\na\r\n</script>\r\n<p>",
            "<head>\r\n\r\n<script src=\"*\"></script>\r\n<p>",
            &["\r\na\r\n"],
        );
    }

    #[test]
    fn a_file_is_named_by_its_content() {
        let (_, files) = extract("<script>a</script><style>a</style><script>a</script>");
        let mut paths: Vec<_> = files.keys().collect();
        paths.sort_unstable();
        let name = format!("{PREFIX}{:016x}", hash("a"));
        assert_eq!(paths, [&format!("{name}.css"), &format!("{name}.js")]);
    }
}
