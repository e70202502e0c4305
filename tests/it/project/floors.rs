//! The floors of a crate: a folder imports from folders below it, never from
//! folders above it. A new folder has to be added to the list.

use std::collections::BTreeSet;

use crate::project::tidy::sources;

/// From the bottom to the top. Folders of one floor do not import from each
/// other.
type Floors = &'static [&'static [&'static str]];

const SERVER: Floors = &[
    &["config", "lifecycle", "limits"],
    &["request"],
    &["telemetry"],
    &["db", "security"],
    &["auth"],
    &["calls"],
    &["background"],
    &["jobs", "journal"],
    &["render"],
    &["socket"],
    &["http"],
    &["app"],
    &["server"],
    &["testing"],
    &["lib"],
];

const CLIENT: Floors = &[
    &["platform"],
    &["navigation", "network", "version"],
    &["runtime"],
    &["app"],
    &["web"],
    &["lib"],
];

#[test]
fn no_folder_of_the_server_imports_from_a_folder_above() {
    check("rally-server/src", SERVER);
}

#[test]
fn no_folder_of_the_client_imports_from_a_folder_above() {
    check("rally-client/src", CLIENT);
}

#[track_caller]
fn check(directory: &str, floors: Floors) {
    let floor = |folder: &str| floors.iter().position(|folders| folders.contains(&folder));
    let mut count = 0;
    for (file, text) in sources(directory) {
        let path = file.strip_prefix(directory).unwrap().trim_matches('/');
        let folder = path.split(['/', '.']).next().unwrap();
        let from = floor(folder);
        let from = from.unwrap_or_else(|| panic!("{file}: add `{folder}` to the list of floors"));
        if path.contains("tests") {
            continue;
        }
        let at_root = !path.contains('/');
        for name in imports(&text, at_root).iter().filter(|name| *name != folder) {
            let to = floor(name).unwrap_or_else(|| {
                panic!(
                    "{file} imports `{name}` from the root of the crate: import it from its folder"
                )
            });
            assert!(
                to < from,
                "{file} imports from `{name}`, which is not below `{folder}`: move the code, or have \
                 the floor above pass in what is needed"
            );
            count += 1;
        }
    }
    assert!(count > 10, "{directory} has {count} imports: has the format changed?");
}

/// The folders of the crate that a file names, outside of its tests. In a file
/// directly below `src`, `super` is the crate.
fn imports(text: &str, at_root: bool) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join(" ");
    let code = if at_root { code.replace("super::", "crate::") } else { code };
    let paths = code.split("crate::").skip(1);
    let names = paths.flat_map(|path| match path.strip_prefix('{') {
        Some(group) => outermost(group),
        None => vec![path],
    });
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name = |path: &str| path.trim().chars().take_while(|it| is_of_name(*it)).collect();
    names.map(name).filter(|name: &String| !name.is_empty()).collect()
}

/// The parts of a group of imports, up to the closing brace of the group.
fn outermost(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::app::{boot::{a}, App};\nuse crate::{\n    http::{b, c},\n    jobs::Jobs,\n};\n\
                //! [`x`](crate::render)\nlet a = crate::auth::guard();\nuse super::socket;\n\
                #[cfg(test)]\nmod tests {\n use crate::testing;\n}";
    assert_eq!(Vec::from_iter(imports(text, false)), ["app", "auth", "http", "jobs"]);
    assert_eq!(Vec::from_iter(imports(text, true)), ["app", "auth", "http", "jobs", "socket"]);
}
