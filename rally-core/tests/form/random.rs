//! Random values and random forms.

use proptest::prelude::*;
use rally::form::FormWriter;
use rally::prelude::*;
use rally::{File, FormValues};

use super::{Address, Everything, Place, Plan, Tag, valid, values_of};

prop_compose! {
    fn everything()(
        name in "[^\\s]{1,5}",
        text in any::<String>(),
        email in prop::option::of("[a-z]{1,9}@[a-z]{1,9}"),
        password in ".{3,9}",
        age in 18_u8..=120,
        warmth in prop::option::of(-1.5..1e300),
        letter in any::<char>(),
        plan in prop::sample::select(Plan::ALL),
        other_plan in prop::option::of(prop::sample::select(Plan::ALL)),
        tags in prop::sample::subsequence(Tag::ALL, 1..=2),
        counts in prop::collection::vec(-999_i16..=99, 0..=3),
    )(
        street in ".{1,9}",
        city in ".{2,9}",
        news in any::<bool>(),
        files in 0_usize..4,
        fixed in Just((name, text, email, password, age, warmth, letter, plan, other_plan, tags, counts)),
    ) -> Everything {
        let (name, text, email, password, age, warmth, letter, plan, other_plan, tags, counts) = fixed;
        let address = Address { street, place: Place { city } };
        let scans = (0..files).map(|number| File::new(format!("{number}"), "", "x")).collect();
        Everything {
            name, text, email, password, age, warmth, letter, plan, other_plan, tags, counts, news,
            address, scans, ..valid()
        }
    }
}

/// Names that are fields, almost fields, or neither.
fn name() -> impl Strategy<Value = String> {
    let known =
        ["name", "age", "tags", "photo", "address", "address.street", "address.place.city", "plan"];
    prop_oneof![
        prop::sample::select(known.map(str::to_owned).to_vec()),
        "[a-z.]{0,8}",
        any::<String>(),
    ]
}

fn values() -> impl Strategy<Value = FormValues> {
    let text = prop_oneof![any::<String>(), "[0-9.eE+-]{0,9}", "(free|paid|new|on)"];
    let field = (name(), prop::option::of(text), any::<bool>());
    prop::collection::vec(field, 0..20).prop_map(|fields| {
        let mut values = FormValues::new();
        for (name, text, is_chosen) in fields {
            match text {
                Some(text) => values.push(name, text),
                None => values.push_file(name, is_chosen.then(|| File::new("a", "b", "c"))),
            }
        }
        values
    })
}

proptest! {
    #[test]
    fn a_written_value_is_read_again(value in everything()) {
        prop_assert_eq!(Submitted::from(values_of(&value)).into_result(), Ok(value));
    }

    #[test]
    fn any_form_is_a_value_or_has_errors_of_known_fields(values in values()) {
        let submitted = Submitted::<Everything>::from(values);
        let mut state = FormState::<Everything>::default();
        let effect = state.submit_with(submitted.clone(), |value| {
            assert!(value.check().is_ok());
            Effect::<()>::none()
        });
        drop(effect);
        match submitted.into_result() {
            Ok(value) => {
                let mut to = FormWriter::default();
                rally::form::FormValue::write_fields(&value, &mut to);
                prop_assert_eq!(Submitted::from(to.into_values()).into_result(), Ok(value));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                prop_assert_eq!(state.errors(), &errors);
            }
        }
    }
}
