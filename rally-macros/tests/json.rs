//! JSON, written and read by the same code that `derive(Wire)` emits for
//! MessagePack: a second format needs no change of the macro.
//!
//! The expansions name `::rally::__private`. Here this is a module of the test,
//! with a writer and a reader of JSON in place of rally-core's.

extern crate self as rally;

#[path = "json/codec.rs"]
mod __private;

use std::fmt::Debug;

use __private::{Wire, from_json, to_json};
use rally_macros::Wire;

#[derive(Debug, PartialEq, Wire)]
struct Item {
    id: i64,
    name: String,
}

#[derive(Debug, PartialEq, Wire)]
enum Change<T> {
    Added(T),
    Moved {
        from: i64,
        to: i64,
    },
    Swapped(i64, bool),
    #[serde(rename = "reset", alias = "Reset")]
    Cleared,
}

#[derive(Debug, PartialEq, Wire)]
struct Order {
    items: Vec<Item>,
    note: Option<String>,
    last: Change<Item>,
}

#[derive(Debug, Default, PartialEq, Wire)]
struct Unit;

#[derive(Debug, PartialEq, Wire)]
struct Wrapped(i64);

#[derive(Debug, Default, PartialEq, Wire)]
struct Empty {}

#[derive(Debug, PartialEq, Wire)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Renamed {
    two_words: i64,
    #[serde(rename = "type", alias = "kind", alias = "sort")]
    r#kind: String,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    sided: bool,
    #[serde(skip)]
    never_sent: i64,
    #[serde(with = "with_exclamation_mark")]
    with_code: String,
}

mod with_exclamation_mark {
    use super::__private::Value;

    pub(super) fn serialize(text: &str, to: &mut Value) {
        *to = Value::Text(format!("{text}!"));
    }

    pub(super) fn deserialize(from: &Value) -> Result<String, String> {
        match from {
            Value::Text(text) => Ok(text.trim_end_matches('!').to_owned()),
            _ => Err("no text".to_owned()),
        }
    }
}

#[derive(Debug, PartialEq, Wire)]
struct Defaults {
    #[serde(default)]
    count: i64,
    #[serde(default = "seven")]
    seven: i64,
    required: bool,
}

fn seven() -> i64 {
    7
}

#[derive(Debug, PartialEq, Wire)]
#[serde(default)]
struct AllDefault {
    size: i64,
    on: bool,
}

impl Default for AllDefault {
    fn default() -> Self {
        Self { size: 3, on: true }
    }
}

#[derive(Debug, PartialEq, Wire)]
#[serde(rename_all = "snake_case", rename_all_fields = "UPPERCASE", deny_unknown_fields)]
enum Ruled {
    InWords {
        a_b: i64,
    },
    #[serde(rename_all = "kebab-case")]
    Other {
        a_b: i64,
    },
}

#[derive(Debug, PartialEq, Wire)]
struct Account {
    name: String,
    #[wire(secret)]
    pin: i64,
}

fn item(id: i64) -> Item {
    Item { id, name: format!("no. \"{id}\"") }
}

#[track_caller]
fn check_round_trip<T: Wire + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(to_json(value), json);
    assert_eq!(from_json::<T>(json).as_ref(), Ok(value));
}

#[track_caller]
fn check_reads<T: Wire + PartialEq + Debug>(json: &str, expected: &T) {
    assert_eq!(from_json::<T>(json).as_ref(), Ok(expected));
}

#[track_caller]
fn check_refused<T: Wire + PartialEq + Debug>(json: &str, message: &str) {
    assert_eq!(from_json::<T>(json), Err(message.to_owned()));
}

#[test]
fn structs_are_objects_and_variants_are_written_by_name() {
    let moved = Change::Moved { from: 1, to: 2 };
    let order = Order { items: vec![item(1), item(2)], note: None, last: moved };
    check_round_trip(
        &order,
        r#"{"items":[{"id":1,"name":"no. \"1\""},{"id":2,"name":"no. \"2\""}],"note":null,"last":{"Moved":{"from":1,"to":2}}}"#,
    );
    check_round_trip(&Change::Added(item(3)), r#"{"Added":{"id":3,"name":"no. \"3\""}}"#);
    check_round_trip(&Change::<bool>::Swapped(1, true), r#"{"Swapped":[1,true]}"#);
    check_round_trip(&Change::<bool>::Cleared, r#""reset""#);
    assert_eq!(Change::<bool>::Cleared.variant_name(), Some("reset"));
    check_round_trip(&Unit, "null");
    check_round_trip(&Empty {}, "{}");
    check_round_trip(&Wrapped(5), "5");
}

#[test]
fn keys_come_in_any_order() {
    check_reads(r#"{"name":"no. \"4\"","id":4}"#, &item(4));
}

#[test]
fn names_obey_the_attributes_of_serde() {
    let renamed = Renamed {
        two_words: 1,
        kind: "a".to_owned(),
        sided: true,
        never_sent: 0,
        with_code: "b".to_owned(),
    };
    let written = r#"{"twoWords":1,"type":"a","out":true,"withCode":"b!"}"#;
    assert_eq!(to_json(&renamed), written);
    check_reads(r#"{"twoWords":1,"type":"a","in":true,"withCode":"b!"}"#, &renamed);
    check_round_trip(&Ruled::InWords { a_b: 1 }, r#"{"in_words":{"A_B":1}}"#);
    check_round_trip(&Ruled::Other { a_b: 1 }, r#"{"other":{"a-b":1}}"#);
}

#[test]
fn aliases_are_read() {
    for kind in ["kind", "sort", "type"] {
        let json = format!(r#"{{"{kind}":"a","twoWords":1,"in":true,"withCode":"b!"}}"#);
        assert_eq!(from_json::<Renamed>(&json).map(|read| read.kind), Ok("a".to_owned()));
    }
    check_reads(r#""Reset""#, &Change::<bool>::Cleared);
}

#[test]
fn a_missing_field_is_its_default_or_an_error() {
    check_reads(r#"{"required":true}"#, &Defaults { count: 0, seven: 7, required: true });
    check_reads("{}", &AllDefault { size: 3, on: true });
    check_reads(r#"{"on":false}"#, &AllDefault { size: 3, on: false });
    check_refused::<Defaults>("{}", "required: it is missing");
    let order = r#"{"items":[],"last":"reset"}"#;
    check_reads(order, &Order { items: vec![], note: None, last: Change::Cleared });
}

#[test]
fn an_unknown_field_is_skipped_and_reported_or_refused() {
    let mut skipped = Vec::new();
    let json = r#"{"items":[{"id":1,"name":"","size":[{}]}],"last":"reset","x":1}"#;
    __private::from_json_reporting::<Order>(json, &mut skipped).unwrap();
    assert_eq!(skipped, ["items[0].size", "x"]);
    check_refused::<Renamed>(r#"{"x":1}"#, "x: there is no such field");
    check_refused::<Ruled>(r#"{"other":{"a-b":1,"x":1}}"#, "other.x: there is no such field");
}

#[test]
fn an_error_has_a_path() {
    let order = |items: &str, last: &str| format!(r#"{{"items":[{items}],"last":{last}}}"#);
    let wrong = order(r#"{"id":1,"name":""},{"id":2,"name":3}"#, "0");
    check_refused::<Order>(&wrong, "items[1].name: not a text");
    check_refused::<Order>(&order(r#"{"name":""}"#, "0"), "items[0].id: it is missing");
    check_refused::<Order>(
        &order("", r#"{"Moved":{"from":1,"to":"2"}}"#),
        "last.Moved.to: not a number",
    );
    check_refused::<Order>(&order("", r#"{"Swapped":[1,2]}"#), "last.Swapped[1]: not a boolean");
    check_refused::<Order>(&order("", r#""Gone""#), "last: there is no such variant");
}

#[test]
fn a_secret_is_redacted() {
    let account = Account { name: "Ada".to_owned(), pin: 1234 };
    assert_eq!(__private::to_json_redacted(&account), r#"{"name":"Ada","pin":"[redacted]"}"#);
}
