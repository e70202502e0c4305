//! Typed forms: decoding, the state of a form, and its views.

mod decode;
mod random;
mod state;

use rally::form::FormItem;
use rally::prelude::*;
use rally::{File, FormValues};

/// A form with a field of each kind.
#[derive(Debug, Default, Clone, PartialEq, Wire, Form)]
struct Everything {
    #[form(max = 5, trim)]
    name: String,
    #[form(optional, multiline)]
    text: String,
    #[form(email)]
    email: Option<String>,
    #[form(password, min = 3, autocomplete = "new-password")]
    password: String,
    #[form(min = 18, max = 120)]
    age: u8,
    #[form(min = -1.5)]
    warmth: Option<f64>,
    letter: char,
    plan: Plan,
    other_plan: Option<Plan>,
    #[form(min_items = 1, max_items = 2)]
    tags: Vec<Tag>,
    #[form(max = 99, max_items = 3)]
    counts: Vec<i16>,
    #[form(min = 2, max = 4, trim)]
    words: Vec<String>,
    #[form(required, message = "Accept the terms.")]
    terms: bool,
    news: bool,
    address: Address,
    #[form(accept = "image/*")]
    photo: Option<File>,
    scans: Vec<File>,
    #[form(name = "first.name")]
    dotted: Option<String>,
    #[form(skip)]
    step: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Wire, Form)]
enum Plan {
    #[default]
    Free,
    #[form(label = "Paid, with support", value = "paid")]
    WithSupport,
}

#[derive(Debug, Clone, Copy, PartialEq, Wire, Form)]
enum Tag {
    New,
    VeryOld,
    Rare,
}

#[derive(Debug, Default, Clone, PartialEq, Wire, Form)]
struct Address {
    street: String,
    place: Place,
}

#[derive(Debug, Default, Clone, PartialEq, Wire, Form)]
struct Place {
    #[form(min = 2)]
    city: String,
}

/// Returns a valid value.
fn valid() -> Everything {
    Everything {
        name: "Ada".to_owned(),
        text: "a\nb".to_owned(),
        email: Some("ada@example.com".to_owned()),
        password: "secret".to_owned(),
        age: 36,
        warmth: Some(0.1),
        letter: ' ',
        plan: Plan::WithSupport,
        other_plan: Some(Plan::Free),
        tags: vec![Tag::VeryOld, Tag::New],
        counts: vec![-3, 3],
        words: vec!["one".to_owned(), "one".to_owned()],
        terms: true,
        news: true,
        address: Address { street: "Way 1".to_owned(), place: Place { city: "Bonn".to_owned() } },
        photo: Some(File::new("a.png", "image/png", "abc")),
        scans: vec![File::new("b.pdf", "", "d"), File::new("c.pdf", "", "")],
        dotted: Some("x".to_owned()),
        step: 0,
    }
}

/// Returns the values that a browser would send for a value.
fn values_of<T: Form>(value: &T) -> FormValues {
    let mut to = rally::form::FormWriter::default();
    value.write_fields(&mut to);
    to.into_values()
}

/// Changes the values of one field.
fn with(values: &FormValues, name: &str, texts: &[&str]) -> FormValues {
    let mut changed = FormValues::new();
    for (known, text) in values.texts().filter(|(known, _)| *known != name) {
        changed.push(known, text);
    }
    texts.iter().for_each(|text| changed.push(name, *text));
    changed
}

#[test]
fn the_names_of_choices_are_words_or_their_own() {
    assert_eq!(Tag::ALL.iter().map(Choice::label).collect::<Vec<_>>(), ["New", "Very old", "Rare"]);
    assert_eq!(Tag::VeryOld.to_text(), "very-old");
    assert_eq!(Tag::from_text("very-old"), Some(Tag::VeryOld));
    assert_eq!(
        (Plan::from_text("with-support"), Plan::from_text("paid")),
        (None, Some(Plan::WithSupport))
    );
}
