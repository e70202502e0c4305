//! The state machine of the build loop: maps events to actions.
//!
//! Every build belongs to a round. A change ends the current round and starts the next one, so that
//! no change is lost. Results of earlier rounds are ignored.

use crate::build::diagnostics::Diagnostics;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Browser,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Failure(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Changed,
    Built(u64, Side, Outcome),
    Running(u64),
    /// The server does not run: the build could not be published, or the server could not be
    /// started, or the server has ended. Contains the error message.
    Stopped(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Cancel,
    Build(u64),
    /// Publish the files of a round, and make sure that the server of this round runs.
    Activate(u64),
    Show(Status),
}

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
    Waiting,
    Building { server: Option<Outcome>, browser: Option<Outcome> },
    Starting,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { round: 0, phase: Phase::Waiting }
    }

    pub(crate) fn is_current(&self, round: u64) -> bool {
        round == self.round
    }

    pub(crate) fn step(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Changed => self.changed(),
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
        let failed = outcome != Outcome::Success;
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
            // The first failure is shown at once, before the other build has finished.
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
            // If the current build succeeds, the server is started again.
            return Vec::new();
        }
        self.phase = Phase::Waiting;
        vec![Action::Show(Status::Failed(vec![report]))]
    }
}

fn errors(outcomes: [Option<&Outcome>; 2]) -> Vec<String> {
    let failures = outcomes.into_iter().flatten().filter_map(|outcome| match outcome {
        Outcome::Success => None,
        Outcome::Failure(errors) => Some(errors.clone()),
    });
    Diagnostics::merge(failures.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(error: &str) -> Outcome {
        Outcome::Failure(vec![error.to_owned()])
    }

    fn failed(errors: &[&str]) -> Action {
        let errors = errors.iter().map(|error| (*error).to_owned()).collect();
        Action::Show(Status::Failed(errors))
    }

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
    fn two_successful_builds_start_the_server() {
        let mut machine = building();
        assert_eq!(machine.step(server(1, Outcome::Success)), []);
        assert_eq!(machine.step(browser(1, Outcome::Success)), [Action::Activate(1)]);
        assert_eq!(machine.step(Event::Running(1)), [Action::Show(Status::Ready)]);
    }

    #[test]
    fn a_change_cancels_the_running_builds() {
        let mut machine = building();
        machine.step(server(1, Outcome::Success));
        let again = [Action::Cancel, Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
        // A cancelled build still reports its result.
        assert_eq!(machine.step(browser(1, failure("killed"))), []);
        assert_eq!(machine.step(server(2, Outcome::Success)), []);
        assert_eq!(machine.step(browser(2, Outcome::Success)), [Action::Activate(2)]);
    }

    #[test]
    fn the_first_error_does_not_wait_for_the_other_side() {
        let mut machine = building();
        assert_eq!(machine.step(browser(1, failure("a"))), [failed(&["a"])]);
        assert_eq!(machine.step(server(1, Outcome::Success)), [failed(&["a"])]);
    }

    #[test]
    fn an_error_of_both_sides_is_shown_once() {
        let mut machine = building();
        machine.step(browser(1, failure("a")));
        assert_eq!(machine.step(server(1, failure("a"))), [failed(&["a"])]);
        let again = [Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
    }

    #[test]
    fn a_change_while_the_server_starts_is_not_lost() {
        let mut machine = building();
        machine.step(server(1, Outcome::Success));
        machine.step(browser(1, Outcome::Success));
        let again = [Action::Show(Status::Building), Action::Build(2)];
        assert_eq!(machine.step(Event::Changed), again);
        assert_eq!(machine.step(Event::Running(1)), []);
        machine.step(server(2, Outcome::Success));
        assert_eq!(machine.step(browser(2, Outcome::Success)), [Action::Activate(2)]);
    }

    #[test]
    fn a_server_that_ends_is_an_error() {
        let mut machine = building();
        machine.step(server(1, Outcome::Success));
        machine.step(browser(1, Outcome::Success));
        let stopped = Event::Stopped("no database".to_owned());
        assert_eq!(machine.step(stopped.clone()), [failed(&["no database"])]);
        assert_eq!(machine.step(Event::Running(1)), []);
        machine.step(Event::Changed);
        assert_eq!(machine.step(stopped), []);
    }
}
