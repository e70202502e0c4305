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
use crate::carried::Carried;
use crate::effect::{Action, CallRequest, FormAction, Key, Then, Timing};
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
    /// The page navigates to this URL, or has set it for itself while all calls returned `Ok` and no
    /// form was refused.
    Navigate(String, Left),
    /// The page has requested a reload, or it has acted: made calls, set preferences, flashed or
    /// sent messages to the context. All calls returned `Ok`, and no form was refused. The server
    /// redirects to the page.
    Done(Left),
    /// The server has to show the page in the state after `update`, for example
    /// with the error of a call or field. The tree has the flash and the messages already.
    Show(PageTree, ChosenPreferences),
}

/// The changes that outlive the page: the response passes them on to the next document.
#[derive(Debug, Default)]
pub struct Left {
    /// Preferences that `update` has set.
    pub chosen: ChosenPreferences,
    /// The flash message, and the messages to the client context.
    pub carried: Carried,
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

    /// Returns `true` if the form has no fields.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
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
            let then = call.filter(|call| call.request == *request).map(|call| call.then);
            then.ok_or(SubmissionError::Impure(request.name))?(outcome.clone());
            run.settle(&tree);
        }
        match run.calls.pop_front() {
            Some(_) if self.answered.len() == MAX_CALLS => Err(SubmissionError::TooManyCalls),
            Some(call) => Ok(SubmissionStep::Call(call.request)),
            None => Ok(self.end(run, tree)),
        }
    }

    /// Adds the outcome of the call that [`Self::turn`] returned last.
    pub fn answer(&mut self, request: CallRequest, outcome: Outcome) {
        self.answered.push((request, outcome));
    }

    fn end(&self, run: Run, tree: PageTree) -> SubmissionStep {
        let Run { navigation, url, reloads, refused, left, .. } = run;
        let is_ok = |(_, outcome): &(_, _)| matches!(outcome, Outcome::Ok(_));
        let all_ok = self.answered.iter().all(is_ok);
        let chose = left.chosen != ChosenPreferences::default();
        let acted = !self.answered.is_empty() || chose || !left.carried.is_empty();
        let done = reloads || acted && all_ok && !refused;
        match navigation.or(url.filter(|_| all_ok && !refused)) {
            Some(url) => SubmissionStep::Navigate(url, left),
            None if done => SubmissionStep::Done(left),
            None => SubmissionStep::Show(tree, left.chosen),
        }
    }
}

#[derive(Default)]
struct Run {
    calls: VecDeque<PendingCall>,
    navigation: Option<String>,
    /// The URL that the page has set for itself.
    url: Option<String>,
    reloads: bool,
    /// `true` if a form has errors to show.
    refused: bool,
    left: Left,
}

struct PendingCall {
    request: CallRequest,
    then: Then<Outcome, ()>,
    keys: Vec<Key>,
}

impl Run {
    /// Handles all queued messages, and records the actions of their effects.
    fn settle(&mut self, tree: &PageTree) {
        tree.settle(|action| self.perform(tree, &[], action));
    }

    /// Records one action.
    ///
    /// The `match` lists every kind of action, so that a new kind needs a
    /// decision. A comment says why the server ignores a kind.
    fn perform(&mut self, tree: &PageTree, keys: &[Key], action: Action<()>) {
        match action {
            Action::Call(request, then) => {
                self.calls.push_back(PendingCall { request, then, keys: keys.to_vec() });
            }
            Action::Navigate(navigation) => self.navigation = Some(navigation.url),
            Action::SetUrl(to) => self.url = Some(to.url),
            Action::Reload => self.reloads = true,
            Action::DarkMode(dark) => {
                tree.context.change(&mut |browser| browser.dark_mode = dark.unwrap_or(false));
                self.left.chosen.dark_mode = Some(dark);
            }
            Action::Lang(lang) => {
                tree.context.change(&mut |browser| browser.lang.clone_from(&lang));
                self.left.chosen.lang = Some(lang);
            }
            Action::SendToContext(message) => {
                self.left.carried.messages.extend(message.encode());
                tree.context.send(message);
            }
            Action::Flash(flash) => {
                let text = flash.map(|flash| flash.text);
                tree.context.change(&mut |browser| browser.flash.clone_from(&text));
                self.left.carried.flash = text;
            }
            Action::Keyed(key, Timing::Cancellable | Timing::Throttle(_), actions, _) => {
                let keys = [keys, &[key]].concat();
                actions.into_iter().for_each(|action| self.perform(tree, &keys, action));
            }
            Action::Cancel(key, _) => self.cancel(&key),
            // Ignored: the response does not wait for timers.
            Action::Keyed(_, Timing::Debounce(_), _, _) => {}
            // Ignored: if the server sent these requests, an attacker might reach
            // the server's own network (SSRF).
            Action::Http(..) => {}
            // Ignored: a task may wait for something that only a browser has,
            // and the server keeps no page while a task is pending.
            Action::Task(_) | Action::Run(_) => {}
            // Ignored: a stream may never end.
            Action::Stream(_) => {}
            // Ignored: the response does not wait for timers.
            Action::After(..) | Action::Every(..) => {}
            // Ignored: only a browser has a local storage.
            Action::Storage(..) | Action::ReadStorage(..) | Action::Store(..) => {}
            // Only a browser has a focus: the document of the response shows the errors.
            Action::Form(_, FormAction::FocusInvalid) => self.refused = true,
            // Ignored: the document of the response shows the values of the model.
            Action::Form(_, FormAction::Reset | FormAction::ResetSent) => {}
            // Ignored: without scripts, there are no automatic reloads.
            Action::Stay => {}
            // Ignored: the server makes a new context for the next document.
            Action::RefreshContext(_) => {}
            // Ignored: the document is made from the model, once it is final. A focus, an open
            // dialog and a clipboard exist only in a browser.
            Action::AfterRender(_) | Action::Element(_) | Action::Copy(..) => {}
        }
    }

    /// Drops the messages of calls. The calls are still made, as in the browser.
    fn cancel(&mut self, key: &Key) {
        for call in self.calls.iter_mut().filter(|call| call.keys.contains(key)) {
            call.then = Box::new(|_| ());
        }
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
