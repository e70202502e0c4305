//! The folders of the crate are floors: each imports from those below it only.

use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest; those of one floor do not know each other.
const FLOORS: [&[&str]; 5] =
    [&["platform"], &["network", "navigation", "version"], &["runtime"], &["app"], &["web"]];

fn floor(folder: &str) -> usize {
    let found = FLOORS.iter().position(|folders| folders.contains(&folder));
    found.unwrap_or_else(|| panic!("`{folder}` has no floor: give it one in {}", file!()))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_folder_imports_from_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files(&root).iter().filter(|file| !file.ends_with("lib.rs")) {
        let local = file.strip_prefix(&root).unwrap();
        let first = local.components().next().unwrap().as_os_str().to_str().unwrap();
        let folder = first.trim_end_matches(".rs");
        let text = fs::read_to_string(file).unwrap();
        for used in text.split("crate::").skip(1) {
            let word = |letter: char| letter == '_' || letter.is_alphanumeric();
            let used = &used[..used.find(|letter| !word(letter)).unwrap()];
            let below = used == folder || floor(used) < floor(folder);
            assert!(below, "{} imports from `{used}`, which is not below it", local.display());
        }
    }
}
