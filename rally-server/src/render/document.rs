//! Documents: the app's `index.html` with a rendered page and the data for hydration.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use rally_core::flags::{ELEMENT_ID, text};

use crate::config::BootError;
use crate::render::head::{HeadParts, Slots};
use crate::render::shell_files::{self, InlineFile};

pub(crate) struct Documents {
    file: PathBuf,
    /// The parsed `index.html` and its modification time. Under `cargo rally dev`, a changed
    /// file is read again.
    current: RwLock<(Option<SystemTime>, Arc<Shell>)>,
    /// `true` if the app has a content security policy.
    is_strict: bool,
    /// The origin of `cargo rally dev`. If it is set, each document includes a script of this
    /// origin, which reloads the page when the app has changed.
    dev: Option<String>,
}

impl Documents {
    pub(crate) fn read(
        dist: &Path,
        dev: Option<String>,
        is_strict: bool,
    ) -> Result<Self, BootError> {
        let file = dist.join("index.html");
        let text = std::fs::read_to_string(&file).map_err(|error| {
            BootError::new(format_args!(
                "cannot read `{}` ({error}): run `trunk build` in the app's directory, or set \
                 RALLY_DIST to the output directory of `trunk build`",
                file.display()
            ))
        })?;
        let shell = Shell::read(&text, is_strict);
        if shell.marker.is_none() {
            tracing::warn!(
                "`{}` has no element with id=\"app\", so pages are not rendered on the server: add \
                 `<div id=\"app\"></div>` to the body",
                file.display()
            );
        }
        let current = RwLock::new((modified(&file), Arc::new(shell)));
        Ok(Self { file, current, is_strict, dev })
    }

    pub(crate) fn is_dev(&self) -> bool {
        self.dev.is_some()
    }

    /// Returns the document in UTF-8.
    pub(crate) fn compose(&self, top: &HeadParts<'_>, html: &str, flags: &[u8]) -> Vec<u8> {
        let mut document = self.shell().compose(top, html, flags);
        if let Some(origin) = &self.dev {
            let script = format!("<script src=\"{origin}/dev.js\"></script>");
            document.extend_from_slice(script.as_bytes());
        }
        document
    }

    /// Returns the content type and the text of an inline script or style that Rally has moved
    /// to this path.
    pub(crate) fn file(&self, path: &str) -> Option<(&'static str, String)> {
        let shell = self.shell();
        let file = shell.files.get(path)?;
        Some((file.content_type, file.text.clone()))
    }

    fn shell(&self) -> Arc<Shell> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let (read_at, shell) = current.clone();
        drop(current);
        if self.dev.is_none() || modified(&self.file) == read_at {
            return shell;
        }
        let read_at = modified(&self.file);
        let Ok(text) = std::fs::read_to_string(&self.file) else { return shell };
        let shell = Arc::new(Shell::read(&text, self.is_strict));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (read_at, shell.clone());
        shell
    }
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

struct Shell {
    text: String,
    marker: Option<Marker>,
    files: HashMap<String, InlineFile>,
    slots: Slots,
}

/// The positions in `index.html` where the page and the flags are inserted, as byte offsets.
struct Marker {
    /// After the opening tag of the element with `id="app"`.
    page: usize,
    /// Before the last `</body>`, or at the end of the text if `</body>` is missing.
    flags: usize,
}

impl Shell {
    /// Parses `index.html`. If `is_strict`, moves inline scripts and styles into files first.
    fn read(text: &str, is_strict: bool) -> Self {
        if !is_strict {
            return Self::parse(text);
        }
        let (text, files) = shell_files::extract(text);
        Self { files, ..Self::parse(&text) }
    }

    /// Finds the first element with `id="app"`. Like a browser, this ignores tags within
    /// comments, scripts and attribute values.
    fn parse(text: &str) -> Self {
        let mut page = None;
        let mut flags = text.len();
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        // Without this setting, the text of a <script> would be parsed as tags.
        emitter.naively_switch_states(true);
        let tokens = Tokenizer::new_with_emitter(text, emitter);
        for Ok(token) in tokens {
            match token {
                Token::StartTag(tag) if page.is_none() => {
                    let id = tag.attributes.get(&b"id"[..]);
                    if id.is_some_and(|id| id.value.as_slice() == b"app") {
                        page = Some(tag.span.end);
                    }
                }
                Token::EndTag(tag) if tag.name.as_slice() == b"body" => flags = tag.span.start,
                _ => {}
            }
        }
        let marker = page.map(|page| Marker { page, flags: flags.max(page) });
        let slots = Slots::of(marker.as_ref().map_or("", |marker| &text[..marker.page]));
        Self { text: text.to_owned(), marker, slots, files: HashMap::new() }
    }

    /// Returns the document. If `text` has no element with `id="app"`, the document is `text`.
    fn compose(&self, top: &HeadParts<'_>, html: &str, flags: &[u8]) -> Vec<u8> {
        let Some(marker) = &self.marker else { return self.text.clone().into_bytes() };
        let (head, rest) = self.text.split_at(marker.page);
        let (middle, tail) = rest.split_at(marker.flags - marker.page);
        let begin = [html, middle, "<script type=\"application/rally\" id=\"", ELEMENT_ID, "\">"];
        let end = ["</script>", tail];
        let parts: usize = begin.iter().chain(&end).map(|part| part.len()).sum();
        // Usually allocates once: 1024 bytes are an estimate for the tags of the page's head.
        let capacity = head.len() + 1024 + parts + flags.len() + flags.len() / 8;
        let mut document = String::with_capacity(capacity);
        self.slots.write(&mut document, head, top);
        document.extend(begin);
        let mut document = document.into_bytes();
        // The text has no `<`, so no model can end the script block early.
        text::write(&mut document, flags);
        end.iter().for_each(|part| document.extend_from_slice(part.as_bytes()));
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &str = "<script type=\"application/rally\" id=\"rally-flags\">\u{7ff}</script>";

    /// Checks that the page is inserted at `|`, and the flags at `^`.
    #[track_caller]
    fn check(marked: &str) {
        let expected = marked.replacen('|', "<p>", 1).replacen('^', FLAGS, 1);
        let shell = Shell::parse(&marked.replacen(['|', '^'], "", 2));
        let document = shell.compose(&HeadParts::default(), "<p>", b"\xff");
        assert_eq!(str::from_utf8(&document), Ok(&*expected));
    }

    #[test]
    fn the_marker_is_found_in_every_spelling() {
        check("<body><div id=\"app\">|</div>^</body>");
        check("<body><div class=a id='app'>|</div>\n^</body></html>");
        check("<main data-x id \n=\t \"app\" >|</main>^");
        check("<div id=app>|</div>^");
        check("<DIV ID=\"app\">|</DIV>^</BODY>");
    }

    #[test]
    fn a_marker_in_a_comment_script_or_attribute_is_ignored() {
        for text in [
            "<div data-id=\"app\"></div>",
            "<div id=\"apps\"></div>",
            "<!-- <div id=\"app\"></div> -->",
            "<script>'<div id=\"app\">'</script>",
            "<style><div id=\"app\"></style>",
            "<textarea><div id=\"app\"></textarea>",
            "<img alt='<div id=\"app\">'>",
            "<div class=\"app\">",
            "",
        ] {
            check(text);
        }
    }

    #[test]
    fn only_the_first_marker_gets_the_page() {
        check("<div id=\"app\">|</div><div id=\"app\"></div>^");
        check("<!-- id=\"app\" --><div id=\"app\">|</div>^");
    }
}
