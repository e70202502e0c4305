//! The output of the build loop on the terminal: errors, warnings and times.

use std::time::{Duration, Instant};

use super::builds::Built;
use super::machine::{Side, Status};
use crate::build::diagnostics::Diagnostics;
use crate::process::seconds;
use crate::terminal;

pub(crate) struct Printer {
    url: String,
    started: Instant,
    server: Duration,
    browser: Duration,
    warnings: Vec<String>,
    printed: usize,
    was_ready: bool,
}

impl Printer {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            started: Instant::now(),
            server: Duration::ZERO,
            browser: Duration::ZERO,
            warnings: Vec::new(),
            printed: 0,
            was_ready: false,
        }
    }

    pub(crate) fn built(&mut self, built: &Built) {
        match built.side {
            Side::Server => self.server = built.took,
            Side::Browser => self.browser = built.took,
        }
        self.warnings.extend(built.warnings.iter().cloned());
    }

    pub(crate) fn status(&mut self, status: &Status) {
        match status {
            Status::Building => {
                self.started = Instant::now();
                self.warnings.clear();
                self.printed = 0;
            }
            Status::Failed(errors) => self.failed(errors),
            Status::Ready => self.ready(),
        }
    }

    fn failed(&mut self, errors: &[String]) {
        let seconds = seconds(self.started.elapsed());
        for error in errors.iter().skip(self.printed) {
            terminal::line(&paint(error.trim_end()));
            terminal::line("");
        }
        if errors.len() > self.printed {
            terminal::line(&format!("build failed after {seconds} s, waiting for changes"));
        }
        self.printed = errors.len();
    }

    fn ready(&mut self) {
        for warning in Diagnostics::merge(self.warnings.drain(..)) {
            terminal::line(&paint(warning.trim_end()));
        }
        let line = summary(self.was_ready, self.started.elapsed(), self.server, self.browser);
        self.was_ready = true;
        terminal::line(&format!("{line}  {}", self.url));
    }
}

/// Removes colours if stdout is not a terminal or if `NO_COLOR` is set.
fn paint(text: &str) -> String {
    match terminal::is_terminal() && terminal::wants_colors() {
        true => text.to_owned(),
        false => crate::ansi::strip(text),
    }
}

fn summary(again: bool, whole: Duration, server: Duration, browser: Duration) -> String {
    let verb = if again { "rebuilt" } else { "ready" };
    let [whole, server, browser] = [whole, server, browser].map(seconds);
    format!("{verb} in {whole} s (server {server}, browser {browser})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_both_sides() {
        let [whole, server, browser] = [2100, 1300, 2000].map(Duration::from_millis);
        let line = summary(true, whole, server, browser);
        assert_eq!(line, "rebuilt in 2.1 s (server 1.3, browser 2.0)");
    }
}
