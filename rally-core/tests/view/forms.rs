//! The fields of a form: their elements are those that `rsx!` makes, and survive hydration.

use rally::form::FieldError;
use rally::prelude::*;
use rally::{File, FormValues};
use rally_core::html;

use super::contents::check_nodes;

#[derive(Clone, Wire, Form)]
struct Order {
    #[form(min = 2, max = 9, pattern = "[a-z]*")]
    name: String,
    #[form(multiline, optional)]
    note: String,
    #[form(password)]
    code: String,
    #[form(min = 1, max = 9)]
    count: u8,
    weight: Option<f32>,
    plan: Plan,
    tags: Vec<Plan>,
    #[form(min = 2, max = 9, max_items = 3)]
    words: Vec<String>,
    terms: bool,
    group: Group,
    #[form(accept = "image/*")]
    photos: Vec<File>,
}

#[derive(Clone, Wire, Form)]
enum Plan {
    Free,
    #[form(label = "A & B")]
    Paid,
}

#[derive(Clone, Wire, Form)]
struct Group {
    #[form(email)]
    mail: Option<String>,
}

type State = FormState<Order>;

/// Returns the state after this submit.
fn submitted(fields: &[(&str, &str)]) -> State {
    let mut values = FormValues::new();
    fields.iter().for_each(|(name, text)| values.push(*name, *text));
    let mut state = State::default();
    drop(state.submit_with(values.into(), |_| Effect::<()>::none()));
    state
}

#[track_caller]
fn check(state: &State, view: fn(&State) -> Element, expected: &str) {
    let state = state.clone();
    // The document in memory writes an end tag for each element.
    let mut parts = expected.split("<input");
    let mut closed = parts.next().unwrap().to_owned();
    parts.for_each(|part| closed += &format!("<input{}", part.replacen('>', "></input>", 1)));
    check_nodes(move || view(&state), &closed);
}

const EMPTY: &[(&str, &str)] = &[];

#[test]
fn a_text_has_its_rules() {
    check(
        &State::default(),
        |form| form.field(Order::NAME, "Your <name>"),
        "<div class=\"field\"><label for=\"Order-name\">Your &lt;name></label>\
         <input id=\"Order-name\" maxlength=\"9\" minlength=\"2\" name=\"name\" pattern=\"[a-z]*\" \
         required=\"\" value=\"\"></div>",
    );
}

#[test]
fn an_error_is_tied_to_its_field() {
    check(
        &submitted(&[("name", "\""), ("name", "y")]).key(3),
        |form| form.field(Order::NAME, "Name"),
        "<div class=\"field\"><label for=\"Order-3-name\">Name</label>\
         <input aria-describedby=\"Order-3-name-error\" aria-invalid=\"true\" id=\"Order-3-name\" \
         maxlength=\"9\" minlength=\"2\" name=\"name\" pattern=\"[a-z]*\" required=\"\" \
         value=\"\\\"\">\
         <p class=\"error\" id=\"Order-3-name-error\" role=\"alert\">Write at least 2 characters.</p></div>",
    );
}

#[test]
fn a_text_of_several_lines_is_a_textarea() {
    check(
        &submitted(&[("note", "\n<a>")]),
        |form| form.field(Order::NOTE, "Note"),
        "<div class=\"field\"><label for=\"Order-note\">Note</label>\
         <textarea id=\"Order-note\" name=\"note\">\n&lt;a></textarea></div>",
    );
}

#[test]
fn a_secret_is_never_shown() {
    check(
        &submitted(&[("code", "secret")]),
        |form| form.field(Order::CODE, "Code"),
        "<div class=\"field\"><label for=\"Order-code\">Code</label>\
         <input id=\"Order-code\" name=\"code\" required=\"\" type=\"password\"></div>",
    );
}

#[test]
fn numbers_have_limits_and_steps() {
    let view = |form: &State| {
        rsx! {
            input { class: "n", ..form.control(Order::COUNT) }
            input { min: "0", ..form.control(Order::WEIGHT) }
        }
    };
    check(
        &submitted(&[("count", "7"), ("weight", "0.5")]),
        view,
        "<input class=\"n\" id=\"Order-count\" max=\"9\" min=\"1\" name=\"count\" required=\"\" \
         type=\"number\" value=\"7\">\
         <input id=\"Order-weight\" min=\"0\" name=\"weight\" step=\"any\" type=\"number\" value=\"0.5\">",
    );
}

#[test]
fn a_choice_is_a_select_with_the_chosen_option() {
    let text = |state: State| {
        html::plain(super::page_of(move || state.field(Order::PLAN, "Plan"))).unwrap()
    };
    assert_eq!(
        text(State::default()),
        "<div class=\"field\"><label for=\"Order-plan\">Plan</label>\
         <select name=\"plan\" id=\"Order-plan\" required=\"\"><option value=\"\" selected=\"\"></option>\
         <option value=\"free\">Free</option><option value=\"paid\">A &amp; B</option></select></div>",
    );
    let chosen = text(submitted(&[("plan", "paid")]));
    let options = "<option value=\"free\">Free</option><option value=\"paid\" selected=\"\">A &amp; B</option>";
    assert!(chosen.contains(&format!("required=\"\">{options}")), "{chosen}");
}

#[test]
fn a_list_of_choices_is_a_group_of_check_boxes() {
    check(
        &submitted(&[("tags", "paid")]),
        |form| form.field(Order::TAGS, "Tags"),
        "<fieldset class=\"field\"><legend>Tags</legend>\
         <div class=\"choice\"><input id=\"Order-tags-free\" name=\"tags\" type=\"checkbox\" \
         value=\"free\"><label for=\"Order-tags-free\">Free</label></div>\
         <div class=\"choice\"><input checked=\"\" id=\"Order-tags-paid\" name=\"tags\" \
         type=\"checkbox\" value=\"paid\"><label for=\"Order-tags-paid\">A &amp; B</label></div>\
         </fieldset>",
    );
}

#[test]
fn a_list_of_texts_is_a_group_of_inputs_with_what_was_typed() {
    check(
        &submitted(&[("words", "one"), ("words", "x"), ("words", "")]),
        |form| form.field(Order::WORDS, "Words"),
        "<fieldset class=\"field\"><legend>Words</legend>\
         <input aria-describedby=\"Order-words-error\" aria-invalid=\"true\" aria-label=\"Words 1\" \
         id=\"Order-words\" maxlength=\"9\" minlength=\"2\" name=\"words\" value=\"one\">\
         <input aria-describedby=\"Order-words-error\" aria-invalid=\"true\" aria-label=\"Words 2\" \
         id=\"Order-words-1\" maxlength=\"9\" minlength=\"2\" name=\"words\" value=\"x\">\
         <input aria-describedby=\"Order-words-error\" aria-invalid=\"true\" aria-label=\"Words 3\" \
         id=\"Order-words-2\" maxlength=\"9\" minlength=\"2\" name=\"words\" value=\"\">\
         <p class=\"error\" id=\"Order-words-error\" role=\"alert\">Write at least 2 characters.</p>\
         </fieldset>",
    );
    let full = submitted(&[("words", "a1"), ("words", "b2"), ("words", "c3"), ("words", "d4")]);
    let view = |form: &State| rsx! { input { ..form.item(Order::WORDS, 3) } };
    check(
        &full,
        view,
        "<input aria-describedby=\"Order-words-error\" aria-invalid=\"true\" id=\"Order-words-3\" \
         maxlength=\"9\" minlength=\"2\" name=\"words\" value=\"d4\">",
    );
    assert_eq!(full.texts(Order::WORDS).collect::<Vec<_>>(), ["a1", "b2", "c3", "d4"]);
}

#[test]
fn errors_are_shown_in_other_words() {
    let german = |_: &FieldError| "Bitte ausf\u{fc}llen.".to_owned();
    let state = submitted(&[]).with_error_texts(german);
    check(
        &state,
        |form| form.error(Order::NAME),
        "<p class=\"error\" id=\"Order-name-error\" role=\"alert\">Bitte ausf\u{fc}llen.</p>",
    );
}

#[test]
fn controls_written_by_hand_are_tied_too() {
    let view = |form: &State| {
        rsx! {
            input { ..form.choice(Order::PLAN, &Plan::Paid) }
            select { ..form.control(Order::TAGS), {form.options(Order::TAGS)} }
            input { ..form.control(Order::TERMS) }
            input { ..form.control(Order::PHOTOS) }
            {form.hidden(Order::TAGS)}
            label { ..form.label(Order::GROUP.then(Group::MAIL)), "Mail" }
            input { ..form.control(Order::GROUP.then(Group::MAIL)) }
            {form.problem()}
        }
    };
    let mut state = submitted(&[("plan", "paid"), ("tags", "free"), ("terms", "on")]);
    drop(state.refuse::<()>(FieldErrors::problem("Closed.")));
    check(
        &state,
        view,
        "<input checked=\"\" id=\"Order-plan-paid\" name=\"plan\" required=\"\" type=\"radio\" value=\"paid\">\
         <select id=\"Order-tags\" multiple=\"\" name=\"tags\">\
         <option selected=\"\" value=\"free\">Free</option><option value=\"paid\">A &amp; B</option></select>\
         <input checked=\"\" id=\"Order-terms\" name=\"terms\" type=\"checkbox\">\
         <input accept=\"image/*\" id=\"Order-photos\" multiple=\"\" name=\"photos\" type=\"file\">\
         <input name=\"tags\" type=\"hidden\" value=\"free\">\
         <label for=\"Order-group-mail\">Mail</label>\
         <input id=\"Order-group-mail\" name=\"group.mail\" type=\"email\" value=\"\">\
         <p class=\"error\" role=\"alert\">Closed.</p>",
    );
    check(&submitted(EMPTY), |form| form.problem(), "");
}
