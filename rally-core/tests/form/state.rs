//! The state of a form: submits, answers, and the codec.

use std::time::Duration;

use rally::form::{FieldError, FormAction};
use rally::prelude::*;
use rally::{File, FormValues};
use rally_core::codec::{decode, encode};
use rally_core::running::visit;

use super::{Address, Everything, valid, values_of, with};

impl Call for Everything {
    type Output = Result<u8, FieldErrors>;
    const NAME: &'static str = "Everything";
}

#[derive(Debug)]
enum Msg {
    Answered,
}

const SECOND: Duration = Duration::from_secs(1);

type State = FormState<Everything>;

fn submit(state: &mut State, values: FormValues) -> String {
    let effect = state.submit_with(Submitted::from(values), |value| value.call(|_| Msg::Answered));
    format!("{effect:?}")
}

fn answer(state: &mut State, reply: Reply<Everything>) -> String {
    format!("{:?}", state.answer(reply, |_| Effect::<()>::reload()))
}

#[test]
fn a_valid_form_is_sent_and_pending_until_its_answer() {
    let mut state = State::default();
    assert_eq!(submit(&mut state, values_of(&valid())), "[Call(Everything)]");
    assert!(state.is_pending());
    assert_eq!(state.text(Everything::NAME), "Ada");
    assert_eq!(answer(&mut state, Ok(7)), "[Reload]");
    assert!(!state.is_pending());
    assert_eq!(state.text(Everything::NAME), "Ada");
}

/// The answer to the submit of a visit.
fn answer_of(visit: u32, state: &mut State, reply: Reply<Everything>) -> String {
    let _visit = visit::enter(visit);
    format!("{:?}", state.answer_and_reset(reply, |_| Effect::<()>::reload()))
}

fn next_visit() -> u32 {
    visit::begin();
    visit::shown()
}

#[test]
fn the_answer_to_another_record_does_not_change_the_form() {
    let failed = || Err(Failure::App(FieldErrors::problem("Too late.")));
    for reply in [Ok(7), failed()] {
        let (mut state, first) = (State::default(), next_visit());
        submit(&mut state, values_of(&valid()));
        let second = next_visit();
        submit(&mut state, with(&values_of(&valid()), "name", &["Bob"]));
        let before = state.clone();
        let expected = if reply.is_ok() { "[Reload]" } else { "[Flash(Too late.)]" };
        assert_eq!(answer_of(first, &mut state, reply), expected);
        assert_eq!(state, before);
        assert!(state.is_pending());
        answer_of(second, &mut state, failed());
        assert_eq!((state.is_pending(), state.text(Everything::NAME)), (false, "Bob"));
        assert_eq!(state.errors().iter().count(), 0);
    }
}

#[test]
fn an_answer_does_not_change_a_form_that_was_made_again_at_another_url() {
    let first = next_visit();
    next_visit();
    let mut state = State::default();
    answer_of(first, &mut state, Err(Failure::Offline));
    assert_eq!(state, State::default());
}

#[test]
fn an_answer_changes_its_form_after_the_url_has_changed() {
    let (mut state, first) = (State::default(), next_visit());
    submit(&mut state, values_of(&valid()));
    next_visit();
    answer_of(first, &mut state, Err(Failure::Offline));
    assert!(!state.is_pending() && state != State::default());
}

#[test]
fn a_form_is_pending_until_its_delayed_effect_is_answered_or_cancelled() {
    let mut state = State::default();
    let mut submit = |effect: fn(Everything) -> Effect<Msg>| {
        drop(state.submit_with(Submitted::from(values_of(&valid())), effect));
        let was_pending = state.is_pending();
        drop(state.cancel::<Msg>("save"));
        (was_pending, state.is_pending())
    };
    fn call(value: Everything) -> Effect<Msg> {
        value.call(|_| Msg::Answered)
    }
    assert_eq!(submit(|value| call(value).cancellable("a").cancellable("save")), (true, false));
    assert_eq!(submit(|value| Effect::debounce("save", SECOND, call(value))), (true, false));
    assert_eq!(submit(|_| Effect::throttle("save", SECOND, Effect::none())), (false, false));
}

#[test]
fn nothing_is_pending_in_a_new_document() {
    let mut state = State::default();
    submit(&mut state, values_of(&valid()));
    let decoded = decode::<State>(&encode(&state).unwrap()).unwrap();
    assert!(state.is_pending() && !decoded.is_pending());
    assert_eq!(decoded.text(Everything::NAME), "Ada");
}

#[test]
fn an_invalid_form_keeps_what_was_typed_and_has_the_focus_moved() {
    let mut state = State::default();
    let values = with(&values_of(&valid()), "age", &["old"]);
    assert_eq!(submit(&mut state, values), "[Form(Everything, FocusInvalid)]");
    assert!(!state.is_pending());
    assert_eq!(state.text(Everything::AGE), "old");
    assert_eq!(state.error_of(Everything::AGE).unwrap().to_string(), "Enter a whole number.");
    assert_eq!(state.error_of(Everything::NAME), None);
    submit(&mut state, values_of(&valid()));
    assert_eq!(state.error_of(Everything::AGE), None);
}

#[test]
fn secrets_files_and_unknown_fields_are_not_kept() {
    let mut values = values_of(&valid());
    values.push("unknown", "x");
    values.push_file("name", Some(File::new("a", "", "")));
    let mut state = State::default();
    submit(&mut state, values);
    let text = format!("{state:?}");
    for absent in ["secret", "a.png", "b.pdf", "unknown", "password"] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
    let state = State::of(&valid());
    assert_eq!(state.text(Everything::NAME), "Ada");
    assert!(!format!("{state:?}").contains("secret"));
}

#[test]
fn the_errors_of_a_handler_are_at_their_fields() {
    let mut state = State::default();
    let errors = FieldErrors::of(Everything::NAME, "Taken.").and(Everything::AGE, "No.");
    let effect = answer(&mut state, Err(Failure::App(errors)));
    assert_eq!(effect, "[Form(Everything, FocusInvalid)]");
    assert_eq!(state.error_of(Everything::NAME), Some(&FieldError::Other("Taken.".to_owned())));
    assert_eq!(state.errors().iter().count(), 2);
    let mut foreign = FieldErrors::default();
    foreign.push("of another form", FieldError::Missing);
    let focus = "[Form(Everything, FocusInvalid)]";
    assert_eq!(answer(&mut state, Err(Failure::App(foreign))), focus);
    assert!(format!("{state:?}").contains("problem: Some(\"This is required.\")"));
}

#[test]
fn other_failures_are_a_problem_of_the_form() {
    let mut state = State::default();
    let focus = "[Form(Everything, FocusInvalid)]";
    assert_eq!(answer(&mut state, Err(Failure::Denied)), focus);
    assert!(format!("{state:?}").contains("You are not allowed to do this."));
    let reply: Result<(), _> = Err(Failure::App("Closed.".to_owned()));
    drop(state.answer(reply, |()| Effect::<()>::none()));
    assert!(format!("{state:?}").contains("problem: Some(\"Closed.\")"));
    assert_eq!(answer(&mut state, Ok(1)), "[Reload]");
    assert!(!format!("{state:?}").contains("Closed."));
}

#[test]
fn a_reset_empties_the_state_and_the_form_of_its_key() {
    let mut state = State::of(&valid()).key(7);
    assert_eq!(
        format!("{:?}", state.reset::<()>()),
        format!("[Form(Everything/7, {:?})]", FormAction::Reset)
    );
    assert_eq!(state, State::default().key(7));
    submit(&mut state, values_of(&valid()));
    let effect = state.answer_and_reset::<_, FieldErrors, ()>(Ok(1), |_| Effect::none());
    assert_eq!(format!("{effect:?}"), "[Form(Everything/7, ResetSent)]");
    assert_eq!(state, State::default().key(7));
}

#[test]
fn a_field_can_be_set() {
    let mut state = State::default();
    state.set(Everything::AGE, "7");
    state.set(Everything::AGE, "8");
    assert_eq!(state.text(Everything::AGE), "8");
}

#[test]
fn the_state_survives_the_codec() {
    let mut state = State::of(&valid()).key("x");
    submit(&mut state, with(&values_of(&valid()), "age", &[""]));
    let mut errors = FieldErrors::problem("No.");
    errors.push("age", FieldError::Missing);
    drop(state.refuse::<Msg>(errors));
    assert_eq!(decode::<State>(&encode(&state).unwrap()).unwrap(), state);
}

#[derive(Wire, Form)]
struct Payment {
    #[form(secret)]
    card: Card,
}

#[derive(Wire, Form)]
struct Card {
    number: String,
}

#[test]
fn the_fields_of_a_secret_group_are_not_kept() {
    let card = Card { number: "4111".to_owned() };
    let state = FormState::of(&Payment { card });
    assert_eq!(state.text(Payment::CARD.then(Card::NUMBER)), "");
}

#[test]
fn an_error_of_no_field_is_the_problem_of_the_form() {
    let mut state = State::default();
    let errors = FieldErrors::problem("The cart is empty.").and(Everything::NAME, "No.");
    answer(&mut state, Err(Failure::App(errors)));
    assert_eq!(state.errors().iter().count(), 1);
    let problem = format!("{state:?}");
    assert!(problem.contains("problem: Some(\"The cart is empty.\")"), "{problem}");
}

#[test]
fn the_focus_is_moved_to_a_field_of_the_form_with_its_key() {
    let state = State::default().key("7");
    let effect: Effect<()> = state.focus(Everything::ADDRESS.then(Address::STREET));
    assert_eq!(format!("{effect:?}"), "[Focus(\"Everything-7-address-street\")]");
}
