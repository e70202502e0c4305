//! What the compiler says about each mistake, one mistake a file.

/// The messages are those of the toolchain that `rust-version` names.
#[test]
fn every_mistake_has_its_message() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
