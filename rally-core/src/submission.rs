//! Submission of a form on the server, for a browser that does not run the app.
//!
//! The server handles the form's message with the page's `update`. A page
//! cannot leave its thread, and a handler may take long. So the server keeps no
//! page while a call is pending. It stores the outcomes of the calls so far,
//! and runs the page again from the start after each call. Hence `update` must
//! be deterministic.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use crate::call::Outcome;
use crate::effect::{Action, CallRequest, Then};
use crate::form::{FormError, FormValues};
use crate::html::{self, HtmlError};
use crate::running::PageTree;

/// Maximum number of calls of one submission.
pub const MAX_CALLS: usize = 16;

/// The values of a submitted form, and the outcomes of the calls so far.
#[derive(Debug)]
pub struct Submission {
    form: String,
    values: FormValues,
    answered: Vec<(CallRequest, Outcome)>,
}

/// The result of [`Submission::turn`].
pub enum SubmissionStep {
    /// The page makes this call. After [`Submission::answer`] with the outcome,
    /// the next turn continues.
    Call(CallRequest),
    /// The page navigates to this URL.
    Navigate(String, ChosenPreferences),
    /// The page has requested a reload, or it has made calls or set preferences,
    /// and all calls returned `Ok`. The server redirects to the page.
    Done(ChosenPreferences),
    /// The server has to show the page in the state after `update`, for example
    /// with the error of a call.
    Show(PageTree, ChosenPreferences),
}

/// Preferences that `update` has set. Cookies of the response store them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ChosenPreferences {
    /// The theme: `Some(Some(true))` is dark, `Some(Some(false))` is light, and
    /// `Some(None)` follows the system. `None` keeps the current theme.
    pub dark_mode: Option<Option<bool>>,
    /// The language, as a primary subtag. `None` keeps the current language.
    pub lang: Option<String>,
}

/// The reason why a submission failed.
#[derive(Debug)]
pub enum SubmissionError {
    /// No form has the submitted name, or several forms have it.
    Form(FormError),
    /// The view could not be rendered.
    View(HtmlError),
    /// The submission made more than [`MAX_CALLS`] calls.
    TooManyCalls,
    /// In the replay, `update` did not make the same call as in the first run.
    /// Contains the name of the call in the first run.
    Impure(&'static str),
}

impl Submission {
    /// Makes the submission of the form with this name and these values.
    pub fn new(form: impl Into<String>, values: FormValues) -> Self {
        Self { form: form.into(), values, answered: Vec::new() }
    }

    /// Runs the page up to its first call without an outcome, or to the end.
    ///
    /// `tree` must be in the same state for each turn, because each turn runs
    /// the page from the start.
    pub fn turn(&self, tree: PageTree) -> Result<SubmissionStep, SubmissionError> {
        tree.collect_forms();
        html::for_hydration(tree.layout.clone(), tree.page.clone())
            .map_err(SubmissionError::View)?;
        tree.submit(&self.form, self.values.clone()).map_err(SubmissionError::Form)?;
        let mut run = Run::default();
        run.settle(&tree);
        for (request, outcome) in &self.answered {
            let call = run.calls.pop_front();
            let then = call.filter(|(call, _)| call == request).map(|(_, then)| then);
            then.ok_or(SubmissionError::Impure(request.name))?(outcome.clone());
            run.settle(&tree);
        }
        match run.calls.pop_front() {
            Some(_) if self.answered.len() == MAX_CALLS => Err(SubmissionError::TooManyCalls),
            Some((request, _)) => Ok(SubmissionStep::Call(request)),
            None => Ok(self.end(run, tree)),
        }
    }

    /// Adds the outcome of the call that [`Self::turn`] returned last.
    pub fn answer(&mut self, request: CallRequest, outcome: Outcome) {
        self.answered.push((request, outcome));
    }

    fn end(&self, run: Run, tree: PageTree) -> SubmissionStep {
        let Run { navigation, reloads, chosen, .. } = run;
        let is_ok = |(_, outcome): &(_, _)| matches!(outcome, Outcome::Ok(_));
        let acted = !self.answered.is_empty() || chosen != ChosenPreferences::default();
        let done = reloads || acted && self.answered.iter().all(is_ok);
        match navigation {
            Some(url) => SubmissionStep::Navigate(url, chosen),
            None if done => SubmissionStep::Done(chosen),
            None => SubmissionStep::Show(tree, chosen),
        }
    }
}

#[derive(Default)]
struct Run {
    calls: VecDeque<(CallRequest, Then<Outcome, ()>)>,
    navigation: Option<String>,
    reloads: bool,
    chosen: ChosenPreferences,
}

impl Run {
    /// Handles all queued messages, and records the actions of their effects.
    ///
    /// The `match` lists every kind of action, so that a new kind needs a
    /// decision. A comment says why the server ignores a kind.
    fn settle(&mut self, tree: &PageTree) {
        tree.settle(|action| match action {
            Action::Call(request, then) => self.calls.push_back((request, then)),
            Action::Navigate(navigation) => self.navigation = Some(navigation.url),
            Action::Reload => self.reloads = true,
            Action::DarkMode(dark) => {
                tree.context.change(&mut |browser| browser.dark_mode = dark.unwrap_or(false));
                self.chosen.dark_mode = Some(dark);
            }
            Action::Lang(lang) => {
                tree.context.change(&mut |browser| browser.lang.clone_from(&lang));
                self.chosen.lang = Some(lang);
            }
            Action::SendToContext(message) => tree.context.send(message),
            // Ignored: if the server sent these requests, an attacker might reach
            // the server's own network (SSRF).
            Action::Http(..) => {}
            // Ignored: a task may wait for something that only a browser has,
            // and the server keeps no page while a task is pending.
            Action::Task(_) => {}
            // Ignored: a stream may never end.
            Action::Stream(_) => {}
            // Ignored: the response does not wait for timers.
            Action::After(..) | Action::Every(..) => {}
            // Ignored: only a browser has a local storage.
            Action::Storage(..) | Action::Store(..) => {}
            // Ignored: without scripts, there are no automatic reloads.
            Action::Stay => {}
        });
    }
}

impl fmt::Display for SubmissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::View(error) => error.fmt(f),
            Self::TooManyCalls => {
                write!(f, "`update` made more than {MAX_CALLS} calls for one submitted form")
            }
            Self::Impure(call) => write!(
                f,
                "`update` is not deterministic: when it was run again with the same messages, it \
                 did not make the call `{call}` with the same values. Generate random numbers and \
                 read the time in a handler, not in `update`"
            ),
        }
    }
}

impl Error for SubmissionError {}
