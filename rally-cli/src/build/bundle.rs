//! The script of a release build: trunk's loader, wasm-bindgen's script and its snippets, which
//! esbuild bundles into one file and minifies.
//!
//! `trunk build` without `cargo rally` leaves them as separate files, and they work the same.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

use super::dist;
use super::shell::{self, Loader};
use super::wasm::Module;
use crate::failure::{Failure, FailureContext, Result};
use crate::process;
use crate::setup::Toolchain;

/// The names of imports, exports and modules that script and wasm share, and that only they use.
/// They are replaced by short names: most have a hash, which compression cannot shorten.
///
/// `is_shared` must agree: a name that only one of them matches breaks the build.
const SHARED: &str = r"_h?[0-9a-f]{16}$|^\./(.*_bg\.js|snippets/.*)$";

// Hidden files, because they are not part of the build.
const ENTRY: &str = ".rally-entry.js";
const NAMES: &str = ".rally-names.json";
const OUTPUT: &str = ".rally-bundle.js";

/// Bundles the scripts in `staged`, and changes `index.html`. Returns the size of the wasm file.
/// Does nothing if `index.html` has no loader of trunk, for example because the app has its own.
pub(super) fn scripts(toolchain: &Toolchain, staged: &Path, html: &str) -> Result<Option<usize>> {
    let Some(esbuild) = &toolchain.esbuild else { return Ok(None) };
    let Some(loader) = find_loader(staged, html)? else { return Ok(None) };

    let wasm_file = staged.join(&loader.wasm);
    let wasm = fs::read(&wasm_file).context(|| format!("read {}", wasm_file.display()))?;
    name_imports(&staged.join(&loader.script), &wasm)?;
    let (wasm, names) = shorten_names(wasm)?;
    let wasm_name = hashed_name(&loader.wasm, &wasm);
    fs::remove_file(&wasm_file).context(|| format!("remove {}", wasm_file.display()))?;
    write(staged, &wasm_name, &wasm)?;

    let entry = loader.entry().replace(&loader.wasm, &wasm_name);
    write(staged, ENTRY, entry.as_bytes())?;
    write(staged, NAMES, Value::Object(names).to_string().as_bytes())?;
    let external = external(staged).context(|| format!("read {}", staged.display()))?;
    process::step("bundling the scripts", command(&esbuild.program, staged, &external))?;

    let output = staged.join(OUTPUT);
    let script = fs::read(&output).context(|| format!("read {}", output.display()))?;
    let script_name = hashed_name(&loader.script, &script);
    let has_own_url = external.iter().any(|url| url.starts_with("./"));
    remove_bundled(staged, &loader.script, &script, has_own_url)?;
    write(staged, &script_name, &script)?;
    let html = shell::with_bundle(html, &loader, &script_name, &wasm_name);
    write(staged, "index.html", html.as_bytes())?;
    Ok(Some(wasm.len()))
}

/// Makes wasm-bindgen's script import from a snippet by names what the wasm imports from it. It imports
/// the whole module, and a bundle then has all exports of the module with their names. Changes nothing if
/// the imports cannot be read, for example because there is a new kind of them.
fn name_imports(glue: &Path, wasm: &[u8]) -> Result<()> {
    let imports = Module::parse(wasm).and_then(|module| module.imports());
    let Some(imports) = imports else { return Ok(()) };
    let script = fs::read_to_string(glue).context(|| format!("read {}", glue.display()))?;
    let lines = script.lines().map(|line| named_import(line, &imports));
    let script = lines.collect::<Vec<_>>().join("\n");
    fs::write(glue, script).context(|| format!("write {}", glue.display()))
}

/// Returns another line in place of `import * as import1 from "./snippets/..."`.
fn named_import(line: &str, imports: &[(&str, &str)]) -> String {
    let whole = line.strip_prefix("import * as ").and_then(|rest| rest.split_once(" from "));
    let Some((object, url)) = whole.filter(|(_, url)| url.contains("./snippets/")) else {
        return line.to_owned();
    };
    let module = url.trim_matches(['"', '\'', ';']);
    let mut names: Vec<&str> =
        imports.iter().filter(|(from, _)| *from == module).map(|(_, name)| *name).collect();
    names.sort_unstable();
    names.dedup();
    let imported = names.iter().map(|name| format!("{name} as {object}_{name}"));
    let fields = names.iter().map(|name| format!("{name}: {object}_{name}"));
    let [imported, fields] =
        [imported.collect::<Vec<_>>().join(", "), fields.collect::<Vec<_>>().join(", ")];
    format!("import {{ {imported} }} from {url}\nconst {object} = {{ {fields} }};")
}

fn find_loader(staged: &Path, html: &str) -> Result<Option<Loader>> {
    let names = dist::files(staged).context(|| format!("read {}", staged.display()))?;
    // URLs have slashes on every system.
    let names: HashSet<String> =
        names.iter().map(|name| name.to_string_lossy().replace('\\', "/")).collect();
    Ok(Loader::find(html, &names))
}

fn command(esbuild: &Path, staged: &Path, external: &BTreeSet<String>) -> Command {
    let mut command = Command::new(esbuild);
    command
        .current_dir(staged)
        .args([ENTRY, "--bundle", "--minify", "--format=esm", "--charset=utf8"])
        // A bare name is resolved by an import map of index.html.
        .args(["--packages=external", "--log-level=warning", "--color=false"])
        .args(external.iter().map(|url| format!("--external:{url}")))
        .arg(format!("--mangle-props={SHARED}"))
        .arg("--mangle-quoted")
        .arg(format!("--mangle-cache={NAMES}"))
        .arg(format!("--outfile={OUTPUT}"));
    command
}

/// Returns the URLs of the scripts that the browser loads by themselves, as without the bundle: those
/// that scripts import from the server, which esbuild would take for paths of this machine, and the
/// snippets that use their own URL.
fn external(staged: &Path) -> io::Result<BTreeSet<String>> {
    let mut urls = BTreeSet::new();
    for script in dist::files(staged)?.iter().filter(|name| is_script(name)) {
        let text = fs::read_to_string(staged.join(script))?;
        urls.extend(server_urls(&text).map(str::to_owned));
        if script.starts_with("snippets") && text.contains("import.meta") {
            urls.insert(format!("./{}", script.display()));
        }
    }
    let entry = fs::read_to_string(staged.join(ENTRY))?;
    urls.extend(server_urls(&entry).map(str::to_owned));
    Ok(urls)
}

/// Returns the imports of a script that begin with a slash.
fn server_urls(script: &str) -> impl Iterator<Item = &str> {
    let places = ["from", "import"].into_iter().flat_map(|word| script.split(word).skip(1));
    places.filter_map(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c))?;
        rest[1..].split(quote).next().filter(|url| url.starts_with('/'))
    })
}

/// Returns `true` if a script has the URL of a snippet. An import begins with `./`.
fn has_snippet_url(script: &[u8]) -> bool {
    const PATH: &[u8] = b"snippets/";
    let windows = script.windows(PATH.len()).enumerate();
    let mut found = windows.filter(|(_, window)| *window == PATH);
    found.any(|(at, _)| !script[..at].ends_with(b"./"))
}

fn is_script(name: &Path) -> bool {
    name.extension().is_some_and(|it| it == "js" || it == "mjs")
}

/// Removes the files that the bundle replaces. The snippets stay if a script names them by their
/// URL, for example for a worker (`wasm_bindgen::link_to!`), or if one `has_own_url`.
fn remove_bundled(staged: &Path, glue: &str, bundle: &[u8], has_own_url: bool) -> Result<()> {
    let remove = || -> io::Result<()> {
        fs::remove_file(staged.join(glue))?;
        let mut named = has_own_url || has_snippet_url(bundle);
        for name in dist::files(staged)? {
            if is_script(&name) && !name.starts_with("snippets") {
                named |= has_snippet_url(&fs::read(staged.join(name))?);
            }
        }
        let snippets = staged.join("snippets");
        match snippets.is_dir() && !named {
            true => fs::remove_dir_all(snippets),
            false => Ok(()),
        }
    };
    remove().context(|| "remove the scripts that are in the bundle".to_owned())
}

/// Replaces long names of imports and exports in the wasm. Returns it with the new names by old
/// name.
fn shorten_names(wasm: Vec<u8>) -> Result<(Vec<u8>, Map<String, Value>)> {
    let module = Module::parse(&wasm);
    let linked = module.as_ref().and_then(Module::linked_names);
    let (Some(module), Some(linked)) = (module, linked) else {
        return Err(Failure::new("cannot read the imports of the wasm file"));
    };
    let names = short_names(&linked);
    let renamed = module.renamed(&names).expect("the names were read before");
    let names = names.into_iter().map(|(name, short)| (name, Value::from(short))).collect();
    Ok((renamed, names))
}

fn short_names(linked: &[String]) -> HashMap<String, String> {
    let (shared, kept): (Vec<&String>, Vec<&String>) =
        linked.iter().partition(|name| is_shared(name));
    let kept: HashSet<&str> = kept.into_iter().map(String::as_str).collect();
    let mut unused = (0..).map(short_name).filter(|name| !kept.contains(&**name));
    let mut names = HashMap::new();
    for name in shared {
        names.entry(name.clone()).or_insert_with(|| unused.next().expect("names do not end"));
    }
    names
}

/// Returns `a` to `z`, then `aa`.
fn short_name(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", short_name(more - 1)),
    }
}

/// Returns `true` if a name matches [`SHARED`].
fn is_shared(name: &str) -> bool {
    if let Some(module) = name.strip_prefix("./") {
        return module.ends_with("_bg.js") || module.starts_with("snippets/");
    }
    let Some((start, hash)) = name.len().checked_sub(16).and_then(|at| name.split_at_checked(at))
    else {
        return false;
    };
    let is_hex = hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_hex && (start.ends_with('_') || start.ends_with("_h"))
}

/// Replaces trunk's hash in a file name by a hash of the new content, because browsers keep the
/// file of a name forever. A name without a hash stays: the app does not want one.
fn hashed_name(name: &str, content: &[u8]) -> String {
    let Some((stem, extension)) = name.rsplit_once('.') else { return name.to_owned() };
    let (stem, ending) = stem.strip_suffix("_bg").map_or((stem, ""), |stem| (stem, "_bg"));
    match stem.rsplit_once('-') {
        Some((start, hash))
            if (12..=16).contains(&hash.len())
                && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            let mut hasher = DefaultHasher::new();
            hasher.write(content);
            format!("{start}-{:016x}{ending}.{extension}", hasher.finish())
        }
        _ => name.to_owned(),
    }
}

fn write(staged: &Path, name: &str, content: &[u8]) -> Result<()> {
    fs::write(staged.join(name), content).context(|| format!("write {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::wasm::tests::module;

    #[test]
    fn only_names_that_nobody_else_uses_are_shortened() {
        for name in [
            "__wbg_now_0123456789abcdef",
            "invoke__hd5041bf8c2cb8406",
            "./my-app_bg.js",
            "./snippets/a-1/src/b.js",
        ] {
            assert!(is_shared(name), "{name}");
        }
        for name in
            ["memory", "env", "__wbindgen_malloc", "_0123456789ABCDEF", "0123456789abcdef", "é"]
        {
            assert!(!is_shared(name), "{name}");
        }
        let (wasm, names) = shorten_names(module(&[("a::b", 9)])).expect("the names are read");
        let expected = r#"{"./app_bg.js":"a","__wbg_now_0123456789abcdef":"b"}"#;
        assert_eq!(Value::from(names).to_string(), expected);
        let module = Module::parse(&wasm).expect("the module should be parsed");
        assert_eq!(module.linked_names().expect("names"), ["a", "b", "env", "memory", "main"]);
    }

    #[test]
    fn the_script_imports_only_what_the_wasm_uses() {
        let imports =
            [("./snippets/a-1/b.js", "two"), ("./snippets/a-1/b.js", "one"), ("env", "no")];
        let line = r#"import * as import1 from "./snippets/a-1/b.js""#;
        let expected = "import { one as import1_one, two as import1_two } from \
            \"./snippets/a-1/b.js\"\nconst import1 = { one: import1_one, two: import1_two };";
        assert_eq!(named_import(line, &imports), expected);
        for line in ["import * as env from \"env\"", "import { a } from \"./snippets/a-1/b.js\";"] {
            assert_eq!(named_import(line, &imports), line);
        }
    }

    #[test]
    fn imports_from_the_server_are_found() {
        let script = "import a from '/a.js'; import('/b.js'); import \"/c.js\";
            import d from './d.js'; import 'https://e.example/e.js'; const f = '/f.js';";
        let mut urls: Vec<_> = server_urls(script).collect();
        urls.sort_unstable();
        assert_eq!(urls, ["/a.js", "/b.js", "/c.js"]);
    }

    #[test]
    fn a_script_whose_wasm_has_unknown_imports_stays_as_it_is() {
        let dir = std::env::temp_dir();
        let glue = dir.join(format!("rally-imports-{}.js", std::process::id()));
        let script = "import * as import1 from \"./snippets/a-1/inline0.js\"\n";
        // An import of the kind 0x7f.
        let unknown = b"\0asm\x01\0\0\0\x02\x06\x01\x01a\x01b\x7f";
        for wasm in [&unknown[..], b"no wasm"] {
            fs::write(&glue, script).expect("write");
            name_imports(&glue, wasm).expect("name the imports");
            assert_eq!(fs::read_to_string(&glue).expect("read"), script);
        }
        fs::remove_file(&glue).expect("remove");
    }

    #[test]
    fn a_snippet_with_a_url_is_told_from_an_import() {
        assert!(has_snippet_url(b"new URL(\"snippets/a-1/inline0.js\",import.meta.url)"));
        assert!(!has_snippet_url(b"import './snippets/a-1/inline0.js'"));
    }

    #[test]
    fn short_names_are_unique() {
        assert_eq!(
            [0, 25, 26, 51, 52, 701, 702].map(short_name),
            ["a", "z", "aa", "az", "ba", "zz", "aaa"]
        );
        let linked = ["x_0123456789abcdef", "a", "y_0123456789abcdef", "x_0123456789abcdef"];
        let names = short_names(&linked.map(str::to_owned));
        assert_eq!(names["x_0123456789abcdef"], "b", "`a` is the name of another export");
        assert_eq!(names["y_0123456789abcdef"], "c");
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn the_hash_in_a_name_is_that_of_the_content() {
        let one = hashed_name("my-app-3bb13a5bc0f17ad0_bg.wasm", b"1");
        let other = hashed_name("my-app-3bb13a5bc0f17ad0_bg.wasm", b"2");
        assert_ne!(one, other);
        assert_eq!(one, hashed_name("my-app-1881cfd82d2ecf8a_bg.wasm", b"1"));
        assert!(one.starts_with("my-app-") && one.ends_with("_bg.wasm"), "{one}");
        assert_eq!(hashed_name("my-app.js", b"1"), "my-app.js");
    }
}
