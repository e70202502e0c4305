//! Consistency of the repository: the documents match the code, and some names
//! are used in few places.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a directory, with its path from the root and its text.
pub fn sources(directory: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(directory), &mut found);
    let relative = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    let mut files: Vec<_> =
        found.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect();
    files.sort();
    assert!(!files.is_empty(), "{directory} has no sources");
    files
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[track_caller]
fn check_word(directory: &str, word: &str, allowed_files: &[&str]) {
    for (file, text) in sources(directory) {
        let allowed = allowed_files.iter().any(|prefix| file.starts_with(prefix));
        assert!(
            allowed || !text.contains(word),
            "{file} contains `{word}`: only {allowed_files:?} may"
        );
    }
}

#[test]
fn words_are_used_only_where_they_are_allowed() {
    check_word("rally-client/src", "web_sys", &["rally-client/src/web"]);
    check_word("rally-client/src", "wasm_bindgen", &["rally-client/src/web"]);
    let io = ["tokio", "axum", "sqlx", "web_sys", "wasm_bindgen", "js_sys"];
    for word in io.into_iter().chain(["std::net", "std::fs", "std::thread"]) {
        check_word("rally-core/src", word, &[]);
    }
    for directory in ["src", "rally-core/src", "rally-client/src", "rally-server/src"] {
        check_word(directory, "unsafe_code", &["rally-core/src/dispatch/callable.rs"]);
        check_word(directory, "dioxus", &[]);
    }
    check_word("rally-server/src", "rally_client", &[]);
    check_word("rally-client/src", "rally_server", &[]);
    let sqlx = ["db", "jobs", "journal"].map(|file| format!("rally-server/src/{file}"));
    check_word("rally-server/src", "sqlx", &sqlx.each_ref().map(|file| &**file));
    let axum = [
        "app",
        "auth/response_cookies",
        "background",
        "http",
        "jobs/admin/page",
        "jobs/worker",
        "render/error_page",
        "render/form_post",
        "render/page",
        "render/visitor",
        "request",
        "security",
        "server",
        "socket",
    ];
    let axum = axum.map(|file| format!("rally-server/src/{file}"));
    check_word("rally-server/src", "axum::", &axum.each_ref().map(|file| &**file));
}

#[test]
fn the_macros_do_not_depend_on_features() {
    check_word("rally-macros/src", "cfg!(feature", &[]);
    check_word("rally-macros/src", "cfg(feature", &[]);
}

#[test]
fn every_file_begins_with_a_description() {
    for crate_name in [
        "src",
        "rally-core",
        "rally-client",
        "rally-server",
        "rally-macros",
        "rally-cli",
        "examples",
    ] {
        for (file, text) in sources(crate_name) {
            assert!(
                text.starts_with("//!"),
                "{file}: begin the file with a line of `//!` that describes it"
            );
        }
    }
}

#[test]
fn every_path_in_architecture_md_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for path in text.split('`').skip(1).step_by(2) {
        let file = path.rsplit_once('/').is_some_and(|(_, name)| name.contains('.'));
        if file && !path.contains([' ', ':', '<', '*', '(', '{']) && !path.starts_with(['/', '.']) {
            named += 1;
            assert!(
                root().join(path).exists(),
                "ARCHITECTURE.md names `{path}`, which does not exist"
            );
        }
    }
    assert!(named > 20, "ARCHITECTURE.md names {named} paths: has its format changed?");
}

#[test]
fn every_wrong_program_has_an_expected_message() {
    let mut programs = Vec::new();
    collect(&root().join("tests/ui"), &mut programs);
    assert!(programs.len() > 30);
    for program in programs {
        assert!(program.with_extension("stderr").exists(), "{} has no .stderr", program.display());
    }
}

/// rustc prints lines of std only if the component `rust-src` is installed.
#[test]
fn no_expected_message_quotes_std() {
    let mut programs = Vec::new();
    collect(&root().join("tests/ui"), &mut programs);
    for program in programs {
        let message = program.with_extension("stderr");
        let text = fs::read_to_string(&message).unwrap();
        // The first is written by trybuild, the others by rustc.
        for std in ["$RUST/", "/rustc/", "/rustlib/src/"] {
            assert!(
                !text.contains(std),
                "{} quotes std (`{std}`): let rustc point to code of the app or of Rally, for \
                 example with `#[track_caller]`",
                message.display()
            );
        }
    }
}

#[test]
fn the_servers_release_profile_unwinds() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let release = manifest.split("[profile.").find(|part| part.starts_with("release]"));
    assert!(!release.unwrap_or("").contains("panic"), "a panic in a handler would end the server");
    let browser = manifest.split("[profile.").find(|part| part.starts_with("browser]"));
    assert!(browser.unwrap().contains("panic = \"abort\""));
}

#[test]
fn the_changelog_has_an_entry_for_this_version() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(concat!("## ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_readme_shows_whole_files_as_they_are() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for file in ["examples/counter/src/pages/counters/id_.rs", "examples/desk/src/pages/join.rs"] {
        let (_, shown) = readme.split_once(&format!("<!-- {file} -->\n```rust\n")).unwrap();
        let (shown, _) = shown.split_once("```").unwrap();
        assert_eq!(shown, fs::read_to_string(root().join(file)).unwrap());
    }
}

#[test]
fn every_quote_in_the_readme_is_in_its_file() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let quotes: Vec<_> = readme.split("<!-- from ").skip(1).collect();
    assert!(quotes.len() > 3, "{} quotes", quotes.len());
    for quote in quotes {
        let (file, rest) = quote.split_once(" -->\n```").unwrap();
        let (_language, rest) = rest.split_once('\n').unwrap();
        let (quoted, _) = rest.split_once("```").unwrap();
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(quoted), "{file} does not contain:\n{quoted}");
    }
}
