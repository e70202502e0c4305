//! The table of bytes by crate: the crates whose functions make up the wasm file.
//!
//! A function belongs to the crate with which its path begins. So a generic function of `alloc`
//! with a type of the app belongs to `alloc`, a trait's method to the crate of the type, and a
//! function that was inlined to the function that calls it.

use std::collections::HashMap;

use super::sizes::grouped;
use super::wasm::{Function, Module};

/// Minimum part of the code, in percent. Smaller crates share a row.
const MIN_PERCENT: usize = 1;

/// Returns `None` if the module has no names. `app` is the name of the app, and `size` that of the
/// file as it is sent: without names of functions, and with short names of imports.
pub(super) fn table(wasm: &[u8], app: &str, size: usize) -> Option<String> {
    let module = Module::parse(wasm)?;
    let functions = module.functions()?;
    functions.iter().any(|function| function.name.is_some()).then_some(())?;
    let code: usize = functions.iter().map(|function| function.size).sum();
    let app = app.replace('-', "_");
    let is_large = |row: &Row| row.bytes * 100 >= code * MIN_PERCENT || row.name == app;
    let (mut rows, small): (Vec<Row>, Vec<Row>) =
        by_crate(&functions).into_iter().partition(is_large);
    if !small.is_empty() {
        let sum = |count: fn(&Row) -> usize| small.iter().map(count).sum();
        rows.push(Row {
            name: format!("{} smaller crates", small.len()),
            functions: sum(|row| row.functions),
            bytes: sum(|row| row.bytes),
        });
    }
    let data = module.data_size();
    rows.push(Row::section("data: texts and constants", data));
    let rest = size.saturating_sub(code + data);
    rows.push(Row::section("types, tables, imports", rest));
    Some(render(&rows))
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    /// 0 for a section without functions.
    functions: usize,
    bytes: usize,
}

impl Row {
    fn section(name: &str, bytes: usize) -> Self {
        Self { name: name.to_owned(), functions: 0, bytes }
    }
}

/// Returns a row for each crate, the largest first.
fn by_crate(functions: &[Function]) -> Vec<Row> {
    let mut crates: HashMap<&str, (usize, usize)> = HashMap::new();
    for function in functions {
        let name = function.name.as_deref().map_or(NO_CRATE, crate_of);
        let (count, bytes) = crates.entry(name).or_default();
        *count += 1;
        *bytes += function.size;
    }
    let mut rows: Vec<Row> = crates
        .into_iter()
        .map(|(name, (functions, bytes))| Row { name: name.to_owned(), functions, bytes })
        .collect();
    rows.sort_by(|one, other| other.bytes.cmp(&one.bytes).then(one.name.cmp(&other.name)));
    rows
}

const NO_CRATE: &str = "no crate";
const GLUE: &str = "wasm_bindgen";

/// Returns the crate of a function. `name` is demangled, as wasm-bindgen writes it.
fn crate_of(name: &str) -> &str {
    // `<T as alloc::string::ToString>`: the type is a parameter, so the trait's crate is meant.
    let type_and_trait = name.strip_prefix('<').and_then(|rest| rest.split_once(" as "));
    type_and_trait
        .and_then(|(self_type, rest)| first_crate(self_type).or_else(|| first_crate(rest)))
        .or_else(|| first_crate(name))
        .unwrap_or(match name.starts_with("__wb") || name.starts_with("__externref") {
            true => GLUE,
            false => NO_CRATE,
        })
}

/// Returns the first path's first segment, without the hash that v0 mangling adds:
/// `core[c5930c85a12de822]::fmt`.
fn first_crate(path: &str) -> Option<&str> {
    let (before, _) = path.split_once("::")?;
    let hashed = before.strip_suffix(']').and_then(|before| before.rsplit_once('['));
    let before = hashed.map_or(before, |(name, _)| name);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = before.rsplit(|c| !word(c)).next()?;
    (!name.is_empty()).then_some(name)
}

fn render(rows: &[Row]) -> String {
    let total = Row {
        name: "total".to_owned(),
        functions: rows.iter().map(|row| row.functions).sum(),
        bytes: rows.iter().map(|row| row.bytes).sum(),
    };
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(13);
    let mut text = format!("{:<width$} {:>11} {:>11}\n", "wasm by crate", "functions", "raw");
    for row in rows.iter().chain([&total]) {
        let functions = match row.functions {
            0 => "-".to_owned(),
            count => grouped(count as u64),
        };
        let bytes = grouped(row.bytes as u64);
        text += &format!("{:<width$} {functions:>11} {bytes:>11}\n", row.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::wasm::tests::module;

    #[test]
    fn a_function_belongs_to_the_crate_of_its_path() {
        for (name, expected) in [
            ("rally_core::view::diff::views::h1ee3567e4fdf6830", "rally_core"),
            ("<dlmalloc[e24a27700634d609]::dlmalloc::Dlmalloc<S>>::malloc", "dlmalloc"),
            ("core[c5930c85a12de822]::str::slice_error_fail_rt", "core"),
            ("<rally_core::page::Page<M> as rally_core::page::AnyPage>::view", "rally_core"),
            ("<counter::Model as rally_core::page::Page>::view", "counter"),
            ("<T as alloc::string::ToString>::to_string::h405ae35fabcbc93a", "alloc"),
            ("<&str as core::fmt::Display>::fmt", "core"),
            ("<&mut counter::Model as core::fmt::Debug>::fmt", "counter"),
            ("<[u8] as core::fmt::Debug>::fmt", "core"),
            ("<[counter::Row] as core::fmt::Debug>::fmt", "counter"),
            ("<(dyn core::any::Any + 'static)>::is", "core"),
            ("__rustc[b7974e8690430dd9]::__rust_realloc", "__rustc"),
            ("__wbindgen_malloc", "wasm_bindgen"),
            ("memcpy", "no crate"),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_large_crate() {
        let functions = [
            ("counter::update", 20),
            ("rally_core::view", 100),
            ("rally_core::page", 100),
            ("<rally_core::A as core::B>::c", 100),
            ("tiny::a", 2),
            ("small::a", 2),
            ("my_app::a", 2),
        ];
        let expected = "\
wasm by crate               functions         raw
rally_core                          3         300
counter                             1          20
my_app                              1           2
2 smaller crates                    2           4
data: texts and constants           -          10
types, tables, imports              -          84
total                               7         420
";
        let table = table(&module(&functions), "my-app", 420).expect("the module has names");
        assert_eq!(table, expected);
    }

    #[test]
    fn there_is_no_table_without_names() {
        let bytes = module(&[("a::b", 9)]);
        let stripped = Module::parse(&bytes).expect("the module should be parsed").stripped();
        assert_eq!(table(&stripped, "a", 9), None);
        assert_eq!(table(b"no module", "a", 9), None);
    }
}
