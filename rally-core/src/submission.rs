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
use crate::effect::{Action, CallRequest, Effect, Then};
use crate::form::{FormValues, NoForm};
use crate::html::{self, Unrendered};
use crate::running::Parts;

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
    Navigate(String),
    /// It has done what it was to do, and stays.
    Done,
    /// It has something to say.
    Show(Parts),
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

    /// Runs the page as far as it goes. It is the same page each time: begun
    /// from the same model.
    ///
    /// # Errors
    ///
    /// When the form is not there, and when the page asks for what it may not.
    pub fn turn(&self, parts: Parts) -> Result<Turn, Unsubmitted> {
        parts.collect_forms();
        let (layout, page) = (parts.layout.clone(), parts.page.clone());
        html::for_hydration(layout, page).map_err(Unsubmitted::View)?;
        parts.submit(&self.form, &self.values).map_err(Unsubmitted::Form)?;
        let mut run = Run { parts, calls: VecDeque::new(), goes: None, reloads: false };
        run.drain();
        for (request, outcome) in &self.answered {
            let asked = run.calls.pop_front();
            let then = asked.filter(|(asked, _)| asked == request).map(|(_, then)| then);
            then.ok_or(Unsubmitted::Impure(request.name))?(outcome.clone());
            run.drain();
        }
        match run.calls.pop_front() {
            Some(_) if self.answered.len() == MAX_CALLS => Err(Unsubmitted::TooManyCalls),
            Some((request, _)) => Ok(Turn::Call(request)),
            None => Ok(self.end(run)),
        }
    }

    /// The call that was asked for last has come to this.
    pub fn answer(&mut self, request: CallRequest, outcome: Outcome) {
        self.answered.push((request, outcome));
    }

    fn end(&self, run: Run) -> Turn {
        let is_ok = |(_, outcome): &(_, _)| matches!(outcome, Outcome::Ok(_));
        let succeeded = !self.answered.is_empty() && self.answered.iter().all(is_ok);
        match run.goes {
            Some(url) => Turn::Navigate(url),
            None if succeeded || run.reloads => Turn::Done,
            None => Turn::Show(run.parts),
        }
    }
}

/// A page on its way to rest.
struct Run {
    parts: Parts,
    calls: VecDeque<(CallRequest, Then<Outcome, ()>)>,
    goes: Option<String>,
    reloads: bool,
}

impl Run {
    fn drain(&mut self) {
        let parts = self.parts.clone();
        let cx = parts.cx.clone();
        drain(
            || parts.step(),
            |action| match action {
                Action::Call(request, then) => self.calls.push_back((request, then)),
                Action::Navigate(navigation) => self.goes = Some(navigation.url),
                Action::Reload => self.reloads = true,
                Action::Tell(told) => cx.tell(told),
                // There is no browser to do it, and nobody waits for it.
                _ => {}
            },
        );
    }
}

/// Handles every message that waits, and what comes of it.
pub(crate) fn drain(
    mut step: impl FnMut() -> Option<Effect<()>>,
    mut perform: impl FnMut(Action<()>),
) {
    while let Some(effect) = step() {
        perform_all(effect, &mut perform);
    }
}

/// Takes an effect apart.
pub(crate) fn perform_all(effect: Effect<()>, perform: impl FnMut(Action<()>)) {
    effect.into_actions().into_iter().for_each(perform);
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
