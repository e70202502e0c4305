//! Compiler messages for mistakes in apps, one mistake a file.

/// The messages are those of the toolchain in `rust-version`.
#[test]
fn every_mistake_has_the_expected_compiler_message() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
