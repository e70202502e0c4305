//! Compiler messages for mistakes in apps, one mistake a file.

use std::fs;

use super::tidy::root;

/// The messages are those of the toolchain in `rust-version`.
#[test]
fn every_mistake_has_the_expected_compiler_message() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}

/// The mistakes of which rustc makes more than one error, with their number and the reason.
const SEVERAL: &[(&str, usize, &str)] = &[
    ("job/message_without_wire", 2, "rustc checks `Wire` at the impl of `Job` and at its `run`"),
    ("page/load_without_loader", 3, "rustc checks `Load` at `Route`, at `init` and at the page"),
    ("page/no_pages_above", 6, "where a macro is missing, rustc goes on with the type `()`"),
    ("server/loader_without_a_route", 2, "`Load` and `Loader` both require a route"),
    ("server/message_without_wire", 2, "`Call` and `Handler` both require `Wire`"),
    ("server/two_handlers_for_one_message", 2, "both `Call` and `Handler` are implemented twice"),
    ("wire/opaque_without_serde", 2, "serde has a trait for each direction"),
];

#[test]
fn one_mistake_is_one_error() {
    let mut several: Vec<_> = SEVERAL.iter().map(|(name, count, _)| (*name, *count)).collect();
    for folder in fs::read_dir(root().join("tests/ui")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_none_or(|extension| extension != "stderr") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let count = text.lines().filter(|line| line.starts_with("error")).count();
            let name = file.with_extension("");
            let listed = several.iter().position(|(listed, _)| name.ends_with(listed));
            let expected = listed.map_or(1, |index| several.remove(index).1);
            assert_eq!(count, expected, "errors of {}", file.display());
        }
    }
    assert_eq!(several, [], "these files do not exist");
}
