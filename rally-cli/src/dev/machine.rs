//! The build loop as a machine: what happened goes in, what to do comes out.
//!
//! Every build belongs to a round. A change ends the round and starts the next one, so that no
//! edit is lost, and results of builds that were overtaken are recognised and dropped.

use crate::build::diagnostics::Diagnostics;

/// The two halves of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Browser,
}

/// How one side's build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    Bad(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// Files changed, and have been quiet since.
    Changed,
    /// One side's build of a round ended.
    Built(u64, Side, Outcome),
    /// The server that was started for a round accepts connections.
    Running(u64),
    /// The server ended without being asked to.
    Stopped(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// End the builds that run: their source is not the newest.
    Cancel,
    /// Start both builds of a round.
    Build(u64),
    /// Publish the files of a round, and have a server of that round running.
    Activate(u64),
    Show(Status),
}

/// What terminal and browser are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    Building,
    Failed(Vec<String>),
    Ready,
}

#[derive(Debug)]
pub(crate) struct Machine {
    round: u64,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Nothing to do until something changes.
    Waiting,
    Building {
        server: Option<Outcome>,
        browser: Option<Outcome>,
    },
    /// The build is good, and the server is on its way.
    Starting,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { round: 0, phase: Phase::Waiting }
    }

    /// Whether a round is the newest one.
    pub(crate) fn is_now(&self, round: u64) -> bool {
        round == self.round
    }

    pub(crate) fn step(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Changed => self.changed(),
            // Results of a round that was overtaken are about files that are no more.
            Event::Built(round, ..) | Event::Running(round) if round != self.round => Vec::new(),
            Event::Built(round, side, outcome) => self.built(round, side, outcome),
            Event::Running(_) => self.running(),
            Event::Stopped(report) => self.stopped(report),
        }
    }

    fn changed(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Phase::Building { .. } = self.phase {
            actions.push(Action::Cancel);
        }
        self.round += 1;
        self.phase = Phase::Building { server: None, browser: None };
        actions.push(Action::Show(Status::Building));
        actions.push(Action::Build(self.round));
        actions
    }

    fn built(&mut self, round: u64, side: Side, outcome: Outcome) -> Vec<Action> {
        let Phase::Building { server, browser } = &mut self.phase else {
            return Vec::new();
        };
        let failed = outcome != Outcome::Good;
        match side {
            Side::Server => *server = Some(outcome),
            Side::Browser => *browser = Some(outcome),
        }
        let errors = errors([server.as_ref(), browser.as_ref()]);
        let complete = server.is_some() && browser.is_some();
        match (complete, errors.is_empty()) {
            (true, true) => {
                self.phase = Phase::Starting;
                vec![Action::Activate(round)]
            }
            (true, false) => {
                self.phase = Phase::Waiting;
                vec![Action::Show(Status::Failed(errors))]
            }
            // The first failure is shown at once: the other side only adds to it.
            (false, _) if failed => vec![Action::Show(Status::Failed(errors))],
            (false, _) => Vec::new(),
        }
    }

    fn running(&mut self) -> Vec<Action> {
        let Phase::Starting = self.phase else {
            return Vec::new();
        };
        self.phase = Phase::Waiting;
        vec![Action::Show(Status::Ready)]
    }

    fn stopped(&mut self, report: String) -> Vec<Action> {
        if let Phase::Building { .. } = self.phase {
            // It is about to be replaced anyway.
            return Vec::new();
        }
        self.phase = Phase::Waiting;
        vec![Action::Show(Status::Failed(vec![report]))]
    }
}

fn errors(outcomes: [Option<&Outcome>; 2]) -> Vec<String> {
    let bad = outcomes.into_iter().flatten().filter_map(|outcome| match outcome {
        Outcome::Good => None,
        Outcome::Bad(errors) => Some(errors.clone()),
    });
    Diagnostics::merge(bad.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(error: &str) -> Outcome {
        Outcome::Bad(vec![error.to_owned()])
    }

    fn failed(errors: &[&str]) -> Action {
        let errors = errors.iter().map(|error| (*error).to_owned()).collect();
        Action::Show(Status::Failed(errors))
    }

    /// A machine in its first round.
    fn building() -> Machine {
        let mut machine = Machine::new();
        let first = machine.step(Event::Changed);
        assert_eq!(first, [Action::Show(Status::Building), Action::Build(1)]);
        machine
    }

    fn server(round: u64, outcome: Outcome) -> Event {
        Event::Built(round, Side::Server, outcome)
    }

    fn browser(round: u64, outcome: Outcome) -> Event {
        Event::Built(round, Side::Browser, outcome)
    }

    #[test]
    fn two_good_builds_make_a_server() {
        let mut machine = building();
        assert_eq!(machine.step(server(1, Outcome::Good)), []);
        assert_eq!(machine.step(browser(1, Outcome::Good)), [Action::Activate(1)]);
        assert_eq!(machine.step(Event::Running(1)), [Action::Show(Status::Ready)]);
    }

    #[test]
    fn a_change_overtakes_the_builds_that_run() {
        let mut machine = building();
        machine.step(server(1, Outcome::Good));
        let again = [Action::Cancel, Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
        // What was cancelled still reports its end.
        assert_eq!(machine.step(browser(1, bad("killed"))), []);
        assert_eq!(machine.step(server(2, Outcome::Good)), []);
        assert_eq!(machine.step(browser(2, Outcome::Good)), [Action::Activate(2)]);
    }

    #[test]
    fn the_first_error_does_not_wait_for_the_other_side() {
        let mut machine = building();
        assert_eq!(machine.step(browser(1, bad("a"))), [failed(&["a"])]);
        assert_eq!(machine.step(server(1, Outcome::Good)), [failed(&["a"])]);
    }

    #[test]
    fn an_error_of_both_sides_is_shown_once() {
        let mut machine = building();
        machine.step(browser(1, bad("a")));
        assert_eq!(machine.step(server(1, bad("a"))), [failed(&["a"])]);
        let again = [Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
    }

    #[test]
    fn a_change_while_the_server_starts_is_not_lost() {
        let mut machine = building();
        machine.step(server(1, Outcome::Good));
        machine.step(browser(1, Outcome::Good));
        let again = [Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
        assert_eq!(machine.step(Event::Running(1)), []);
        machine.step(server(2, Outcome::Good));
        assert_eq!(machine.step(browser(2, Outcome::Good)), [Action::Activate(2)]);
    }

    #[test]
    fn a_server_that_ends_by_itself_is_an_error() {
        let mut machine = building();
        machine.step(server(1, Outcome::Good));
        machine.step(browser(1, Outcome::Good));
        let stopped = Event::Stopped("no database".to_owned());
        assert_eq!(machine.step(stopped.clone()), [failed(&["no database"])]);
        assert_eq!(machine.step(Event::Running(1)), []);
        machine.step(Event::Changed);
        assert_eq!(machine.step(stopped), []);
    }
}
