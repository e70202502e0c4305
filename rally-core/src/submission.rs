//! A form's submission on the server: the page's own loop, with nothing but
//! calls.
//!
//! A page is not made to wait on the server: it lives on one thread, and a
//! handler may take long. So nothing of it is kept while a call is under way.
//! What came so far is kept instead, and the page, of which the same comes
//! whenever the same is put in, is run anew from there.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use crate::call::Outcome;
use crate::effect::{Action, CallRequest, Then};
use crate::form::{FormValues, NoForm};
use crate::html::{self, Unrendered};
use crate::running::PageTree;

/// How many calls one submission may lead to.
pub const MAX_CALLS: usize = 16;

/// A form's values, and what the calls came to that they led to.
#[derive(Debug)]
pub struct Submission {
    form: String,
    values: FormValues,
    answered: Vec<(CallRequest, Outcome)>,
}

/// What a submission has come to.
pub enum Turn {
    /// This call is to be answered.
    Call(CallRequest),
    /// The page goes to this URL.
    Navigate(String, Chosen),
    /// It has done what it was to do, and stays.
    Done(Chosen),
    /// It has something to say.
    Show(PageTree, Chosen),
}

/// What was chosen on the way, to be kept in the browser.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The theme; within it `None` for the system's.
    pub dark_mode: Option<Option<bool>>,
    /// The language.
    pub lang: Option<String>,
}

/// Why a submission came to nothing.
#[derive(Debug)]
pub enum Unsubmitted {
    /// There is not one form of this name.
    Form(NoForm),
    /// The view failed.
    View(Unrendered),
    /// More than [`MAX_CALLS`].
    TooManyCalls,
    /// The page asked for another call than the first time.
    Impure(&'static str),
}

impl Submission {
    /// A form of this name was submitted with these values.
    pub fn new(form: impl Into<String>, values: FormValues) -> Self {
        Self { form: form.into(), values, answered: Vec::new() }
    }

    /// Runs a page as far as it goes. It is the same page each time, begun from
    /// the same.
    ///
    /// # Errors
    ///
    /// When the form is not there, and when the page asks for what it may not.
    pub fn turn(&self, tree: PageTree) -> Result<Turn, Unsubmitted> {
        tree.collect_forms();
        html::for_hydration(tree.layout.clone(), tree.page.clone()).map_err(Unsubmitted::View)?;
        tree.submit(&self.form, self.values.clone()).map_err(Unsubmitted::Form)?;
        let mut run = Run::default();
        run.settle(&tree);
        for (request, outcome) in &self.answered {
            let asked = run.calls.pop_front();
            let then = asked.filter(|(asked, _)| asked == request).map(|(_, then)| then);
            then.ok_or(Unsubmitted::Impure(request.name))?(outcome.clone());
            run.settle(&tree);
        }
        match run.calls.pop_front() {
            Some(_) if self.answered.len() == MAX_CALLS => Err(Unsubmitted::TooManyCalls),
            Some((request, _)) => Ok(Turn::Call(request)),
            None => Ok(self.end(run, tree)),
        }
    }

    /// The call that was asked for last has come to this.
    pub fn answer(&mut self, request: CallRequest, outcome: Outcome) {
        self.answered.push((request, outcome));
    }

    fn end(&self, run: Run, tree: PageTree) -> Turn {
        let Run { goes, reloads, chosen, .. } = run;
        let is_ok = |(_, outcome): &(_, _)| matches!(outcome, Outcome::Ok(_));
        let did = !self.answered.is_empty() || chosen != Chosen::default();
        let done = reloads || did && self.answered.iter().all(is_ok);
        match goes {
            Some(url) => Turn::Navigate(url, chosen),
            None if done => Turn::Done(chosen),
            None => Turn::Show(tree, chosen),
        }
    }
}

/// What a page has asked for on its way to rest.
#[derive(Default)]
struct Run {
    calls: VecDeque<(CallRequest, Then<Outcome, ()>)>,
    goes: Option<String>,
    reloads: bool,
    chosen: Chosen,
}

impl Run {
    /// Handles all messages. Every action is either performed or dropped by
    /// name, with the reason why the server does not perform it, so that a new
    /// one has to be decided upon.
    fn settle(&mut self, tree: &PageTree) {
        tree.settle(|action| match action {
            Action::Call(request, then) => self.calls.push_back((request, then)),
            Action::Navigate(navigation) => self.goes = Some(navigation.url),
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
            // The browser sends these, from where it is. A server that sent them
            // in its place could be made to reach into its own network.
            Action::Http(..) => {}
            // A task may wait for whatever a browser has, and nothing of the
            // page is kept here while it waits.
            Action::Task(_) => {}
            // A stream need never end.
            Action::Stream(_) => {}
            // The response is not held back for a timer.
            Action::After(..) | Action::Every(..) => {}
            // The local storage is in the browser.
            Action::Storage(..) | Action::Store(..) => {}
            // Without script nothing loads the document by itself.
            Action::Stay => {}
        });
    }
}

impl fmt::Display for Unsubmitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::View(error) => error.fmt(f),
            Self::TooManyCalls => write!(f, "one form led to more than {MAX_CALLS} calls"),
            Self::Impure(call) => write!(
                f,
                "`update` was given the same twice, and did not ask for `{call}` again with the \
                 same message: numbers by chance and times are the server's to make"
            ),
        }
    }
}

impl Error for Unsubmitted {}
