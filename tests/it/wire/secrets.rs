//! Secrets, which are redacted where a value is written for the journal.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use rally::Wire;
use rally_core::codec::{decode, encode, redacted};
use rally_core::wire::fingerprint;

const HIDDEN: &str = "hunter2";

#[derive(Clone, Wire)]
struct Account {
    name: String,
    new_password: String,
    #[wire(secret)]
    answer: Option<String>,
}

/// `Account` as it is read after it was redacted.
#[derive(Debug, PartialEq, Wire)]
struct RedactedAccount(String, String, String);

fn account() -> Account {
    let secret = || HIDDEN.to_owned();
    Account { name: "Ann".to_owned(), new_password: secret(), answer: Some(secret()) }
}

fn redacted_account() -> RedactedAccount {
    let redacted = || "[redacted]".to_owned();
    RedactedAccount("Ann".to_owned(), redacted(), redacted())
}

#[derive(Clone, PartialEq, Eq, Hash, Wire)]
enum Proof {
    ByToken(String),
    Answered {
        question: String,
        #[wire(secret)]
        answer: String,
    },
    Nothing,
}

/// Types whose fields serde writes, so that Rally does not see them.
#[derive(Wire)]
struct Visit {
    path: String,
    #[wire(opaque = "IpAddr@1")]
    address: IpAddr,
    time: chrono::NaiveDate,
}

#[derive(Wire)]
struct Everywhere {
    list: Vec<Account>,
    map: BTreeMap<String, Box<Account>>,
    set: HashSet<Proof>,
    pair: (Option<Account>, [Result<Account, Proof>; 1]),
}

#[track_caller]
fn check<T: Wire, S: Wire + PartialEq + std::fmt::Debug>(value: &T, expected: S) {
    let bytes = redacted::encode(value).unwrap();
    assert_eq!(decode::<S>(&bytes).unwrap(), expected);
}

#[test]
fn a_secret_is_redacted_by_its_attribute_or_its_name() {
    check(&account(), redacted_account());
    let bytes = encode(&account()).unwrap();
    let name = decode::<Account>(&bytes).unwrap().new_password;
    assert_eq!(name, HIDDEN, "a sent value must not be redacted");
}

#[test]
fn a_secret_of_a_variant_is_redacted() {
    let token = Proof::ByToken(HIDDEN.to_owned());
    check(&token, BTreeMap::from([("ByToken".to_owned(), "[redacted]".to_owned())]));
    let answered = Proof::Answered { question: "Who?".to_owned(), answer: HIDDEN.to_owned() };
    let fields = ["Who?".to_owned(), "[redacted]".to_owned()];
    check(&answered, BTreeMap::from([("Answered".to_owned(), fields)]));
    check(&Proof::Nothing, "Nothing".to_owned());
}

#[test]
fn a_secret_is_redacted_at_every_depth() {
    let proof = Proof::ByToken(HIDDEN.to_owned());
    let everywhere = Everywhere {
        list: vec![account(), account()],
        map: BTreeMap::from([("a".to_owned(), Box::new(account()))]),
        set: HashSet::from([proof.clone()]),
        pair: (Some(account()), [Err(proof)]),
    };
    let hidden = |bytes: Vec<u8>| !bytes.windows(HIDDEN.len()).any(|it| it == HIDDEN.as_bytes());
    assert!(hidden(redacted::encode(&everywhere).unwrap()));
    assert!(!hidden(encode(&everywhere).unwrap()));
}

#[test]
fn opaque_fields_are_redacted_and_known_foreign_types_are_not() {
    let time = chrono::NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    let visit = Visit { path: "/".to_owned(), address: Ipv4Addr::LOCALHOST.into(), time };
    check(
        &visit,
        RedactedAccount("/".to_owned(), "[redacted]".to_owned(), "2026-01-02".to_owned()),
    );
}

#[test]
fn the_secret_attribute_changes_neither_bytes_nor_fingerprint() {
    mod plain {
        use super::*;

        #[derive(Wire)]
        pub struct Account {
            pub name: String,
            pub new_password: String,
            pub answer: Option<String>,
        }
    }
    let Account { name, new_password, answer } = account();
    let bytes = encode(&account()).unwrap();
    assert_eq!(encode(&plain::Account { name, new_password, answer }).unwrap(), bytes);
    assert_eq!(fingerprint::<plain::Account>(), fingerprint::<Account>());
}

#[test]
fn variant_name_returns_the_variant_of_an_enum() {
    let name = |proof: Proof| proof.variant_name();
    assert_eq!(name(Proof::ByToken(String::new())), Some("ByToken"));
    assert_eq!(name(Proof::Nothing), Some("Nothing"));
    assert_eq!(account().variant_name(), None);
}
