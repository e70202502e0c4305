//! ANSI escape sequences: `strip` removes them, and `spans` converts them to styled spans for a
//! browser.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// Names of CSS classes, separated by spaces: `bold`, a colour, both, or none.
    pub(crate) class: String,
    pub(crate) text: String,
}

pub(crate) fn strip(text: &str) -> String {
    spans(text).into_iter().map(|span| span.text).collect()
}

pub(crate) fn spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut style = Style::default();
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        push(&mut spans, style, &rest[..at]);
        let (codes, after) = escape(&rest[at + 1..]);
        if let Some(codes) = codes {
            style.apply(codes);
        }
        rest = after;
    }
    push(&mut spans, style, rest);
    spans
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Style {
    bold: bool,
    colour: Option<&'static str>,
}

impl Style {
    fn class(self) -> String {
        let bold = self.bold.then_some("bold");
        let names: Vec<&str> = bold.into_iter().chain(self.colour).collect();
        names.join(" ")
    }

    fn apply(&mut self, codes: &str) {
        let mut codes = codes.split(';');
        while let Some(code) = codes.next() {
            match code.parse().unwrap_or(0_u8) {
                0 => *self = Self::default(),
                1 => self.bold = true,
                22 => self.bold = false,
                39 => self.colour = None,
                code @ 30..=37 => self.colour = colour(code - 30),
                code @ 90..=97 => self.colour = colour(code - 90),
                38 if codes.next() == Some("5") => {
                    let number = codes.next().and_then(|number| number.parse::<u8>().ok());
                    self.colour = number.and_then(|number| colour(number % 8));
                }
                _ => {}
            }
        }
    }
}

fn colour(number: u8) -> Option<&'static str> {
    match number {
        1 => Some("red"),
        2 => Some("green"),
        3 => Some("yellow"),
        4 => Some("blue"),
        5 => Some("magenta"),
        6 => Some("cyan"),
        // Black and white are ignored, because they are the default colours of the page.
        _ => None,
    }
}

/// Parses an escape sequence after its escape character. Returns the codes, if the sequence sets a
/// style, and the text after the sequence.
fn escape(text: &str) -> (Option<&str>, &str) {
    if let Some(sequence) = text.strip_prefix('[') {
        let Some(end) = sequence.find(|c: char| ('@'..='~').contains(&c)) else {
            return (None, "");
        };
        let codes = sequence[end..].starts_with('m').then_some(&sequence[..end]);
        // The final character is ASCII, so it is one byte long.
        return (codes, &sequence[end + 1..]);
    }
    if let Some(command) = text.strip_prefix(']') {
        // A command such as a hyperlink, terminated by a bell or by `ESC \`.
        let after = match command.find(['\x07', '\x1b']) {
            None => "",
            Some(end) => command[end + 1..].trim_start_matches('\\'),
        };
        return (None, after);
    }
    (None, text)
}

fn push(spans: &mut Vec<Span>, style: Style, text: &str) {
    if text.is_empty() {
        return;
    }
    let class = style.class();
    match spans.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => spans.push(Span { class, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let spans = spans(text);
        let found: Vec<(&str, &str)> =
            spans.iter().map(|span| (span.class.as_str(), span.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn plain_text_is_one_span() {
        check("a < b\n", &[("", "a < b\n")]);
        check("", &[]);
    }

    #[test]
    fn bold_and_256_colours_are_parsed() {
        check(
            "\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m\x1b[1m: no\x1b[0m\n",
            &[("bold red", "error"), ("bold", ": no"), ("", "\n")],
        );
        check("\x1b[1m\x1b[94m-->\x1b[0m x", &[("bold blue", "-->"), ("", " x")]);
    }

    #[test]
    fn links_and_cursor_movements_are_removed() {
        check("\x1b]8;;https://x\x1b\\E0425\x1b]8;;\x07!", &[("", "E0425!")]);
        check("\r\x1b[Kdone", &[("", "\rdone")]);
    }

    #[test]
    fn incomplete_sequences_do_not_panic() {
        for text in ["\x1b", "\x1b[", "\x1b[38;5", "\x1b]8;;", "\x1b[999m", "\x1b[\u{fc}m"] {
            strip(text);
        }
    }
}
