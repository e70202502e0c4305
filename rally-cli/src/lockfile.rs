//! Versions of crates in `Cargo.lock`.

/// Returns the version of the first package with this name in `Cargo.lock`. No TOML parser is
/// needed, because cargo writes `name` and `version` on consecutive lines.
pub(crate) fn version_of(lockfile: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lockfile.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    version.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKFILE: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.1"
dependencies = [
 "wasm-bindgen",
]

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn only_the_exact_name_is_found() {
        let version = version_of(LOCKFILE, "wasm-bindgen");
        assert_eq!(version.as_deref(), Some("0.2.130"));
        assert_eq!(version_of(LOCKFILE, "wasm"), None);
    }

    #[test]
    fn a_truncated_file_has_no_version() {
        assert_eq!(version_of("name = \"wasm\"", "wasm"), None);
        assert_eq!(version_of("name = \"wasm\"\nversion = \"1", "wasm"), None);
    }
}
