//! Extraction of errors and warnings from the output of cargo and trunk.

use crate::{ansi, queries};

/// The errors and warnings of a build. The texts keep their ANSI colours.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostics {
    pub(crate) errors: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Error,
    Warning,
    Noise,
    Inside,
}

impl Diagnostics {
    /// Parses the output of a build. The result of a failed build has at least one error.
    pub(crate) fn read(output: &str, succeeded: bool) -> Self {
        let mut found = Self::default();
        let mut open: Option<(Line, String)> = None;
        for line in output.lines() {
            let kind = classify(&ansi::strip(line));
            if kind == Line::Inside {
                if let Some((_, text)) = &mut open {
                    text.push_str(line);
                    text.push('\n');
                }
                continue;
            }
            found.close(open.take());
            if kind != Line::Noise {
                open = Some((kind, format!("{line}\n")));
            }
        }
        found.close(open);
        if succeeded {
            // The build has succeeded, so these are no errors: trunk logs some problems as errors,
            // but continues.
            found.errors.clear();
        } else if found.errors.is_empty() {
            found.errors.push(everything(output));
        }
        found.add_hint();
        found
    }

    /// Adds a hint to the first error in which sqlx names its command `cargo sqlx prepare`.
    fn add_hint(&mut self) {
        let hinted = self.errors.iter_mut().find_map(|text| Some((queries::hint(text)?, text)));
        if let Some((hint, text)) = hinted {
            text.push_str(&format!("  = help: {hint}\n"));
        }
    }

    /// Removes duplicate messages. Server and browser build compile the same source, so many
    /// messages occur in both.
    pub(crate) fn merge(texts: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut merged: Vec<String> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for text in texts {
            let plain = ansi::strip(&text);
            if !seen.contains(&plain) {
                seen.push(plain);
                merged.push(text);
            }
        }
        merged
    }

    fn close(&mut self, open: Option<(Line, String)>) {
        let Some((kind, text)) = open else { return };
        let text = format!("{}\n", text.trim_end());
        match kind {
            Line::Error => self.errors.push(text),
            _ => self.warnings.push(text),
        }
    }
}

fn classify(line: &str) -> Line {
    if is_summary(line) || is_progress(line) {
        return Line::Noise;
    }
    let starts = |word: &str| {
        let rest = line.strip_prefix(word).unwrap_or_default();
        rest.starts_with(':') || rest.starts_with('[')
    };
    if starts("error") {
        return Line::Error;
    }
    match starts("warning") {
        true => Line::Warning,
        false => Line::Inside,
    }
}

fn is_summary(line: &str) -> bool {
    const STARTS: [&str; 8] = [
        "error: aborting due to",
        "error: could not compile",
        "warning: build failed",
        "For more information about",
        "Some errors have detailed explanations",
        "Error: error from build pipeline",
        "Error: ",
        "Caused by:",
    ];
    let generated = line.starts_with("warning: `") && line.contains("generated");
    generated || STARTS.iter().any(|start| line.starts_with(start)) || is_log(line)
}

/// Returns `true` for a line of trunk's log: `2026-01-01T00:00:00.0Z ERROR ..`.
fn is_log(line: &str) -> bool {
    let time = line.split(' ').next().unwrap_or_default();
    time.len() > 20 && time.ends_with('Z') && time.as_bytes()[4] == b'-'
}

/// Returns `true` for a progress line of cargo, with a right-aligned verb:
/// `   Compiling counter v0.1.0`.
fn is_progress(line: &str) -> bool {
    let word = line.trim_start().split(' ').next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    let is_word = word.chars().all(|c| c.is_ascii_alphabetic());
    is_word && word.starts_with(|c: char| c.is_ascii_uppercase()) && indent + word.len() == 12
}

fn everything(output: &str) -> String {
    let lines = output.lines().filter(|line| !is_progress(&ansi::strip(line)));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    match text.trim().is_empty() {
        true => "the build failed and printed nothing\n".to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
   Compiling counter v0.1.0 (/w/examples/counter)
\x1b[33mwarning\x1b[0m: unused variable: `x`
 --> src/lib.rs:1:5

\x1b[1m\x1b[91merror[E0425]\x1b[0m: cannot find value `y` in this scope
 --> src/lib.rs:2:5
  |
2 |     y
  |     ^ not found in this scope

Some errors have detailed explanations: E0308, E0425.
For more information about this error, try `rustc --explain E0425`.
warning: `counter` (lib) generated 1 warning
error: could not compile `counter` (lib) due to 1 previous error; 1 warning emitted
warning: build failed, waiting for other jobs to finish...
2026-11-21T12:00:00.000000Z ERROR error
error from build pipeline

Caused by:
    0: HTML build pipeline failed
";

    #[test]
    fn progress_and_summaries_are_removed() {
        let found = Diagnostics::read(OUTPUT, false);
        assert_eq!(
            found.warnings,
            ["\x1b[33mwarning\x1b[0m: unused variable: `x`\n --> src/lib.rs:1:5\n"]
        );
        assert_eq!(found.errors.len(), 1);
        assert!(found.errors[0].starts_with("\x1b[1m\x1b[91merror[E0425]"));
        assert!(found.errors[0].ends_with("not found in this scope\n"));
    }

    #[test]
    fn the_whole_output_of_an_unknown_failure_is_shown() {
        let output = "   Compiling a v0.1.0\nno such file: style.css\n";
        let found = Diagnostics::read(output, false);
        assert_eq!(found.errors, ["no such file: style.css\n"]);
        let silent = Diagnostics::read("", false);
        assert_eq!(silent.errors, ["the build failed and printed nothing\n"]);
    }

    #[test]
    fn an_error_about_missing_query_data_has_a_hint() {
        let output = "error: run `cargo sqlx prepare`\n --> a.rs:1\n\nerror: other\n";
        let found = Diagnostics::read(output, false);
        assert!(
            found.errors[0].contains("help: in a Rally app, run `cargo rally prepare`"),
            "{:?}",
            found.errors
        );
        assert_eq!(found.errors[1], "error: other\n");
    }

    #[test]
    fn a_successful_build_has_no_errors() {
        assert!(Diagnostics::read("error: odd\n", true).errors.is_empty());
        assert_eq!(Diagnostics::read("    Finished `dev` profile", true), Diagnostics::default());
    }

    #[test]
    fn texts_that_differ_only_in_colours_are_merged() {
        let texts = ["\x1b[1merror: a\x1b[0m", "error: a", "error: b"].map(str::to_owned);
        assert_eq!(Diagnostics::merge(texts), ["\x1b[1merror: a\x1b[0m", "error: b"]);
    }
}
