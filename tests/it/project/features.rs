//! `docs/features.md`: every requirement is listed, and every test that it or
//! ARCHITECTURE.md names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../../docs/features.md");
const ARCHITECTURE: &str = include_str!("../../../ARCHITECTURE.md");

/// The names of tests in backticks, such as `tests/it/auth.rs::a_test`.
fn named(document: &'static str) -> Vec<(&'static str, &'static str)> {
    let quoted = document.split('`').skip(1).step_by(2);
    quoted.filter_map(|text| text.split_once("::")).filter(|(path, _)| path.contains('/')).collect()
}

/// Returns `true` if a file has a test of this name: a function below an
/// attribute such as `#[test]`, or `test("name"` in a browser test.
fn has_test(text: &str, name: &str) -> bool {
    let function = format!("fn {name}(");
    let is_function = text.match_indices(&function).any(|(at, _)| {
        let before = text[..at].trim_end().trim_end_matches("async").trim_end();
        let attributes = before.rsplit("\n\n").next().unwrap_or_default();
        attributes.contains("test]") || attributes.contains("test(")
    });
    // In a browser test the name is the first argument.
    let quoted = format!("\"{name}\",");
    let is_browsers =
        text.match_indices(&quoted).any(|(at, _)| text[..at].trim_end().ends_with('('));
    is_function || is_browsers
}

#[test]
fn every_test_in_the_documents_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut named, in_architecture) = (named(DOCUMENT), named(ARCHITECTURE));
    assert!(named.len() > 50, "{} tests are named: has the format changed?", named.len());
    assert!(!in_architecture.is_empty(), "ARCHITECTURE.md names no test: has the format changed?");
    named.extend(in_architecture);
    let missing: Vec<_> = named
        .into_iter()
        .filter(|(path, name)| {
            let text = fs::read_to_string(root.join(path)).unwrap_or_default();
            !has_test(&text, name)
        })
        .collect();
    assert!(missing.is_empty(), "tests that do not exist: {missing:#?}");
}

#[test]
fn every_requirement_is_in_the_document() {
    let rows: BTreeSet<&str> =
        DOCUMENT.split("**").skip(1).step_by(2).flat_map(|bold| bold.split(", ")).collect();
    let wanted = [("A2", 25), ("A3", 18), ("A5", 12), ("A6", 21), ("A7", 7), ("A8", 27)];
    let wanted =
        wanted.iter().flat_map(|(part, last)| (1..=*last).map(move |n| format!("{part}.{n}")));
    let missing: Vec<_> = wanted.filter(|row| !rows.contains(&**row)).collect();
    assert!(missing.is_empty(), "requirements without an entry: {missing:?}");
}
