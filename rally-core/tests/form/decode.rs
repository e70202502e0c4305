//! Values of a form to a typed value, or to the errors of its fields.

use rally::form::FieldError;
use rally::{FieldErrors, File, Form, FormValues, Submitted};

use super::{Address, Everything, Place, Plan, Tag, valid, values_of, with};

fn errors(values: FormValues) -> FieldErrors {
    Submitted::<Everything>::from(values).into_result().unwrap_err()
}

/// Checks the error of a field with these texts. The other fields are valid.
#[track_caller]
fn refuses(name: &str, texts: &[&str], expected: FieldError) {
    let errors = errors(with(&values_of(&valid()), name, texts));
    assert_eq!(errors.iter().collect::<Vec<_>>(), [(name, &expected)]);
}

/// Checks the value of a field with these texts.
#[track_caller]
fn accepts<V: PartialEq + std::fmt::Debug>(
    name: &str,
    texts: &[&str],
    of: fn(Everything) -> V,
    expected: V,
) {
    let submitted = Submitted::from(with(&values_of(&valid()), name, texts));
    assert_eq!(submitted.into_result().map(of), Ok(expected), "{name} {texts:?}");
}

fn invalid(expected: &str) -> FieldError {
    FieldError::Invalid { expected: expected.to_owned() }
}

#[test]
fn a_written_value_is_read_again() {
    let value = valid();
    assert_eq!(Submitted::from(values_of(&value)).into_result(), Ok(value.clone()));
    assert_eq!(value.check(), Ok(()));
    let bare = Everything {
        text: String::new(),
        email: None,
        warmth: None,
        other_plan: None,
        tags: vec![Tag::Rare],
        counts: vec![],
        words: vec![],
        news: false,
        photo: None,
        scans: vec![],
        dotted: None,
        ..value
    };
    assert_eq!(Submitted::from(values_of(&bare)).into_result(), Ok(bare));
}

#[test]
fn the_names_of_groups_are_joined_with_dots() {
    let values = values_of(&valid());
    assert_eq!(values.text("address.place.city"), "Bonn");
    let city = Everything::ADDRESS.then(Address::PLACE).then(Place::CITY);
    assert_eq!(city.name(), "address.place.city");
    let place = Address::PLACE.then(Place::CITY);
    assert_eq!(Everything::ADDRESS.then(place).name(), "address.place.city");
    refuses("address.place.city", &["x"], FieldError::TooShort { min: 2 });
    refuses("address.street", &[], FieldError::Missing);
    accepts("address.street", &["y"], |all| all.address.street, "y".to_owned());
}

#[test]
fn an_empty_form_has_an_error_for_each_required_field() {
    let errors = errors(FormValues::new());
    let names: Vec<_> = errors.iter().map(|(name, _)| name).collect();
    let required = [
        "name",
        "password",
        "age",
        "letter",
        "plan",
        "tags",
        "terms",
        "address.street",
        "address.place.city",
    ];
    assert_eq!(names, required);
}

#[test]
fn texts_have_limits_in_characters() {
    refuses("name", &[""], FieldError::Missing);
    refuses("name", &["  "], FieldError::Missing);
    refuses("name", &["Augusta"], FieldError::TooLong { max: 5 });
    accepts(
        "name",
        &[" \u{1f600}\u{e9}\u{e9}\u{e9}\u{e9} "],
        |all| all.name,
        "\u{1f600}\u{e9}\u{e9}\u{e9}\u{e9}".to_owned(),
    );
    refuses("password", &["ab"], FieldError::TooShort { min: 3 });
    accepts("password", &["   "], |all| all.password, "   ".to_owned());
    accepts("text", &[], |all| all.text, String::new());
    refuses("email", &["ada"], invalid("an e-mail address"));
    accepts("email", &[""], |all| all.email, None);
    refuses("letter", &["ab"], invalid("one character"));
}

#[test]
fn numbers_have_limits_in_their_value() {
    let range = FieldError::OutOfRange { min: Some("18".to_owned()), max: Some("120".to_owned()) };
    for age in ["17", "121"] {
        refuses("age", &[age], range.clone());
    }
    accepts("age", &[" 18 "], |all| all.age, 18);
    for age in ["x", "256", "-1", "1.5", "1 2", "\u{663}"] {
        refuses("age", &[age], invalid("a whole number"));
    }
    accepts("warmth", &["-1.5"], |all| all.warmth, Some(-1.5));
    refuses(
        "warmth",
        &["-1.6"],
        FieldError::OutOfRange { min: Some("-1.5".to_owned()), max: None },
    );
    for warmth in ["NaN", "inf", "1e999", "1,5"] {
        refuses("warmth", &[warmth], invalid("a number"));
    }
}

#[test]
fn choices_are_known() {
    refuses("plan", &["gold"], FieldError::UnknownChoice);
    refuses("plan", &[""], FieldError::Missing);
    accepts("other_plan", &[""], |all| all.other_plan, None);
    refuses("other_plan", &["Free"], FieldError::UnknownChoice);
    accepts("plan", &["paid"], |all| all.plan, Plan::WithSupport);
    refuses("tags", &["new", "gold"], FieldError::UnknownChoice);
}

#[test]
fn a_list_has_limits_in_its_items() {
    let count = FieldError::WrongCount { min: Some("1".to_owned()), max: Some("2".to_owned()) };
    refuses("tags", &[], count.clone());
    refuses("tags", &["new", "rare", "very-old"], count);
    accepts("tags", &["new", "", "rare"], |all| all.tags, vec![Tag::New, Tag::Rare]);
    let count = FieldError::WrongCount { min: None, max: Some("3".to_owned()) };
    refuses("counts", &["1", "1", "1", "1"], count);
    accepts("counts", &["1", "", "1", "1"], |all| all.counts, vec![1, 1, 1]);
    refuses("counts", &["1", "x"], invalid("a whole number"));
}

#[test]
fn each_item_of_a_list_has_limits() {
    let range = FieldError::OutOfRange { min: None, max: Some("99".to_owned()) };
    refuses("counts", &["1", "100"], range);
    refuses("words", &["two", "a"], FieldError::TooShort { min: 2 });
    refuses("words", &["two", "three"], FieldError::TooLong { max: 4 });
    let words = ["one", "two", "one", "four", "five", "six"].map(str::to_owned).to_vec();
    accepts("words", &["one", " two ", "one", "four", "five", "six"], |all| all.words, words);
}

#[test]
fn a_choice_of_a_list_counts_once() {
    accepts("tags", &["new", "new", "new", "rare"], |all| all.tags, vec![Tag::New, Tag::Rare]);
    refuses("tags", &["gold", "gold", "gold"], FieldError::UnknownChoice);
    let doubled = Everything { tags: vec![Tag::New, Tag::New], ..valid() };
    assert!(doubled.check().unwrap_err().get("tags").is_some());
}

#[test]
fn a_check_box_may_be_required() {
    refuses("terms", &[], FieldError::Other("Accept the terms.".to_owned()));
    accepts("news", &[], |all| all.news, false);
    accepts("news", &["anything"], |all| all.news, true);
    accepts("news", &[""], |all| all.news, true);
}

#[test]
fn of_several_values_of_one_field_the_first_that_is_not_empty_counts() {
    accepts("age", &["", "20", "30"], |all| all.age, 20);
    accepts("name", &["a", "b"], |all| all.name, "a".to_owned());
}

#[test]
fn unknown_fields_are_ignored() {
    let mut values = values_of(&valid());
    for name in ["", ".", "address", "address.", "address.place", "name.name", "step", "__proto__"]
    {
        values.push(name, "x");
        values.push_file(name, None);
    }
    assert_eq!(Submitted::from(values).into_result(), Ok(valid()));
}

#[test]
fn a_file_is_no_text_and_a_text_no_file() {
    let mut values = with(&values_of(&valid()), "photo", &["a.png"]);
    refuses("photo", &["a.png"], invalid("a file"));
    values = with(&values, "photo", &[]);
    values = with(&values, "name", &[]);
    values.push_file("name", Some(File::new("a", "", "")));
    let errors = errors(values);
    assert_eq!(errors.get("name"), Some(&invalid("a valid value")));
}

#[test]
fn check_finds_what_a_form_would() {
    let broken = Everything { age: 7, tags: vec![], ..valid() };
    let errors = broken.check().unwrap_err();
    assert_eq!(errors.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["age", "tags"]);
}

#[test]
fn a_check_refuses_a_value_that_no_form_makes() {
    let padded = Everything { name: " Ann ".to_owned(), ..valid() };
    assert!(padded.check().unwrap_err().get("name").is_some());
    let empty = Everything { email: Some(String::new()), ..valid() };
    assert!(empty.check().unwrap_err().get("email").is_some());
}
