//! The `index.html` that trunk writes: its loader script, and the links to the files of the app.

use std::collections::HashSet;
use std::ops::Range;

/// Trunk's inline script, which loads the script and the wasm file of the app.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loader {
    element: Range<usize>,
    attributes: String,
    text: String,
    /// The URL before the names of files: `/`, or trunk's `public_url`.
    base: String,
    /// The names of the files, relative to the directory of `index.html`.
    pub(super) script: String,
    pub(super) wasm: String,
    imports: Vec<Import>,
}

/// An import of a file of the build.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    url: String,
    file: String,
}

impl Loader {
    /// Finds the loader among the inline scripts. `files` has the names of the files of the build.
    pub(super) fn find(html: &str, files: &HashSet<String>) -> Option<Self> {
        html.match_indices("<script").find_map(|(start, _)| Self::read(html, start, files))
    }

    fn read(html: &str, start: usize, files: &HashSet<String>) -> Option<Self> {
        let tag = start + html[start..].find('>')?;
        let end = tag + html[tag..].find("</script>")?;
        let attributes = &html[start + "<script".len()..tag];
        let text = &html[tag + 1..end];
        let wasm = files.iter().find(|name| name.ends_with(".wasm") && text.contains(&**name))?;
        let imports: Vec<Import> = text
            .split("from '")
            .skip(1)
            .filter_map(|rest| {
                let url = rest.split('\'').next()?;
                Some(Import { url: url.to_owned(), file: file_of(url, files)?.to_owned() })
            })
            .collect();
        // The first import is wasm-bindgen's script; the second may be the app's initializer.
        let Import { url, file } = imports.first()?;
        Some(Self {
            element: start..end + "</script>".len(),
            attributes: attributes.to_owned(),
            text: text.to_owned(),
            base: url.strip_suffix(&**file)?.to_owned(),
            script: file.clone(),
            wasm: wasm.clone(),
            imports,
        })
    }

    /// Returns the text of the script, with relative paths of files instead of URLs.
    pub(super) fn entry(&self) -> String {
        let quoted = |url: &str| format!("from '{url}'");
        self.imports.iter().fold(self.text.clone(), |text, Import { url, file }| {
            text.replace(&quoted(url), &quoted(&format!("./{file}")))
        })
    }
}

/// Returns the file to which a URL leads: the longest of its endings that is a file.
fn file_of<'a>(url: &str, files: &'a HashSet<String>) -> Option<&'a str> {
    let starts = [0].into_iter().chain(url.match_indices('/').map(|(at, _)| at + 1));
    starts.filter_map(|start| files.get(&url[start..])).map(String::as_str).next()
}

/// Returns `html` with one script element for the bundle, in place of the loader.
///
/// Removed are the links that preload the bundled scripts, and the `integrity` of the wasm file,
/// because trunk computed it before wasm-opt ran.
pub(super) fn with_bundle(html: &str, loader: &Loader, script: &str, wasm: &str) -> String {
    let Loader { element, attributes, base, .. } = loader;
    let mut text = without_preloads(&html[..element.start], loader);
    text.push_str(&format!("<script{attributes} src=\"{base}{script}\"></script>"));
    text.push_str(&without_preloads(&html[element.end..], loader));
    text.replace(&loader.wasm, wasm)
}

fn without_preloads(html: &str, loader: &Loader) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<link") {
        let Some(length) = rest[start..].find('>') else { break };
        let (before, link) = (&rest[..start], &rest[start..=start + length]);
        text.push_str(before);
        rest = &rest[start + length + 1..];
        let is_bundled = |href: &str| {
            let file = href.strip_prefix(&*loader.base);
            file.is_some_and(|file| file == loader.script || file.starts_with("snippets/"))
        };
        let href = attribute(link, "href").map_or("", |(_, value)| value);
        if attribute(link, "rel").is_some_and(|(_, rel)| rel == "modulepreload") && is_bundled(href)
        {
            continue;
        }
        match attribute(link, "integrity").filter(|_| href.ends_with(&*loader.wasm)) {
            Some((range, _)) => {
                text.push_str(&link[..range.start]);
                text.push_str(&link[range.end..]);
            }
            None => text.push_str(link),
        }
    }
    text.push_str(rest);
    text
}

/// Returns the range and the value of an attribute, as trunk writes it. The range includes the
/// space before it.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<(Range<usize>, &'a str)> {
    let start = tag.find(&format!(" {name}=\""))?;
    let value = start + name.len() + 3;
    let length = tag[value..].find('"')?;
    Some((start..value + length + 1, &tag[value..value + length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 5] = [
        "index.html",
        "app-1111.js",
        "app-2222_bg.wasm",
        "start-4444.mjs",
        "snippets/lib-3333/src/view.js",
    ];

    fn files() -> HashSet<String> {
        FILES.map(str::to_owned).into()
    }

    /// Checks the entry script and the changed `index.html`.
    #[track_caller]
    fn check(html: &str, entry: &str, expected: &str) {
        let loader = Loader::find(html, &files()).expect("the loader should be found");
        assert_eq!(loader.entry(), entry);
        assert_eq!(with_bundle(html, &loader, "app-5.js", "app-6_bg.wasm"), expected);
    }

    #[test]
    fn the_loader_and_its_preloads_become_one_script() {
        check(
            "<head>
<link rel=\"stylesheet\" href=\"/style.css\" integrity=\"sha384-1\"/>
<script type=\"module\">
import init, * as bindings from '/app-1111.js';
const wasm = await init({ module_or_path: '/app-2222_bg.wasm' });
</script>
<link rel=\"modulepreload\" href=\"/app-1111.js\" crossorigin=\"anonymous\" integrity=\"sha384-2\">\
<link rel=\"modulepreload\" href=\"/snippets/lib-3333/src/view.js\" crossorigin=\"anonymous\">\
<link rel=\"modulepreload\" href=\"/mine.js\">\
<link rel=\"preload\" href=\"/app-2222_bg.wasm\" integrity=\"sha384-3\" as=\"fetch\"></head>",
            "
import init, * as bindings from './app-1111.js';
const wasm = await init({ module_or_path: '/app-2222_bg.wasm' });
",
            "<head>
<link rel=\"stylesheet\" href=\"/style.css\" integrity=\"sha384-1\"/>
<script type=\"module\" src=\"/app-5.js\"></script>
<link rel=\"modulepreload\" href=\"/mine.js\">\
<link rel=\"preload\" href=\"/app-6_bg.wasm\" as=\"fetch\"></head>",
        );
    }

    #[test]
    fn a_public_url_and_an_initializer_are_kept() {
        check(
            "<script>a < b</script><script type=\"module\" nonce=\"n\">\
             import init from 'https://cdn.example/x/app-1111.js';\
             import initializer from 'https://cdn.example/x/start-4444.mjs';\
             import other from '/other.js';\
             await f(init, 'https://cdn.example/x/app-2222_bg.wasm');</script>",
            "import init from './app-1111.js';\
             import initializer from './start-4444.mjs';\
             import other from '/other.js';\
             await f(init, 'https://cdn.example/x/app-2222_bg.wasm');",
            "<script>a < b</script><script type=\"module\" nonce=\"n\" \
             src=\"https://cdn.example/x/app-5.js\"></script>",
        );
    }

    #[test]
    fn a_shell_without_a_loader_is_left_alone() {
        for html in [
            "<script type=\"module\" src=\"/app-1111.js\"></script>",
            "<script>fetch('/app-2222_bg.wasm')</script>",
            "<script>",
            "",
        ] {
            assert_eq!(Loader::find(html, &files()), None, "{html}");
        }
    }
}
