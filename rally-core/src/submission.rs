//! A form's submission on the server: the page's message loop, with calls only.
//!
//! A page stays on one thread, and a handler may take long. So the server keeps
//! no page while a call is pending. It keeps the outcomes of the calls so far,
//! and replays the page from the start after each call. Hence `update` must be
//! deterministic.

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

/// The values of a form, and the outcomes of the calls that it has made so far.
#[derive(Debug)]
pub struct Submission {
    form: String,
    values: FormValues,
    answered: Vec<(CallRequest, Outcome)>,
}

/// The result of running a submission.
pub enum SubmissionStep {
    /// The page makes this call. The submission continues with its outcome.
    Call(CallRequest),
    /// The page navigates to this URL.
    Navigate(String, ChosenPreferences),
    /// The page is finished. It has asked for a reload, or it has made calls or
    /// set preferences, and all calls returned `Ok`.
    Done(ChosenPreferences),
    /// The page has to be shown as `update` left it, such as with the error of a call.
    Show(PageTree, ChosenPreferences),
}

/// Preferences that `update` has set, to be kept in the browser.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ChosenPreferences {
    /// The theme: `Some(None)` follows the system, `None` keeps the current one.
    pub dark_mode: Option<Option<bool>>,
    /// The language, as a primary subtag; `None` keeps the current one.
    pub lang: Option<String>,
}

/// The reason why a submission failed.
#[derive(Debug)]
pub enum SubmissionError {
    /// The name matches no form, or several.
    Form(FormError),
    /// The view failed.
    View(HtmlError),
    /// The form led to more than [`MAX_CALLS`] calls.
    TooManyCalls,
    /// `update` made another call in the replay than before. The field is the
    /// name of the earlier call.
    Impure(&'static str),
}

impl Submission {
    /// Makes the submission of a form with these values.
    pub fn new(form: impl Into<String>, values: FormValues) -> Self {
        Self { form: form.into(), values, answered: Vec::new() }
    }

    /// Runs a page until it waits for a call or has no messages left. `tree`
    /// must be in the same state each time.
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
    /// Every kind of action is listed, and each one that the server drops says
    /// why: a new kind needs a decision.
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
            // The browser sends these requests from its own network. A server
            // that sent them could be made to attack its own network (SSRF).
            Action::Http(..) => {}
            // A task may wait for anything that a browser has, and the server
            // keeps no page while it waits.
            Action::Task(_) => {}
            // A stream may never end.
            Action::Stream(_) => {}
            // The response does not wait for a timer.
            Action::After(..) | Action::Every(..) => {}
            // The local storage is in the browser.
            Action::Storage(..) | Action::Store(..) => {}
            // Without scripts, no document reloads by itself.
            Action::Stay => {}
        });
    }
}

impl fmt::Display for SubmissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::View(error) => error.fmt(f),
            Self::TooManyCalls => write!(f, "one form led to more than {MAX_CALLS} calls"),
            Self::Impure(call) => write!(
                f,
                "`update` is not deterministic: run again with the same messages, it did not make \
                 the same call `{call}`. Make random numbers and read the time in a handler, not \
                 in `update`"
            ),
        }
    }
}

impl Error for SubmissionError {}
