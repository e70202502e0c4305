//! Reading of a directory of page files, and the URL of each page.

use std::fs;
use std::path::Path;

use syn::{Attribute, Ident, Item, LitStr, Type};

/// A directory of pages, its entries sorted by name.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
    pub(super) has_layout: bool,
    /// `true` if the directory contains the error page of the app.
    pub(super) has_error_page: bool,
}

/// A name in a directory: a page file, a directory, or both.
pub(super) struct Entry {
    pub(super) name: String,
    /// The URL pattern of the page file, if there is a file.
    pub(super) page: Option<String>,
    pub(super) children: Option<Directory>,
}

pub(super) fn read(path: &Path, literal: &LitStr) -> syn::Result<Directory> {
    if !path.is_dir() {
        let message = format!(
            "there is no directory `{}` next to Cargo.toml: create it, with a first page in \
             `home_.rs`",
            literal.value()
        );
        return Err(syn::Error::new_spanned(literal, message));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if syn::parse_str::<Ident>(name).is_err() {
        let message = format!(
            "the last directory of `{}` has no valid module name: rename the directory. Use only \
             letters, digits and `_`, not a digit at the start, and not a keyword",
            literal.value()
        );
        return Err(syn::Error::new_spanned(literal, message));
    }
    let mut reader = DirectoryReader { literal, error: None };
    let mut directory = reader.directory(path, &literal.value(), "");
    name.clone_into(&mut directory.name);
    match reader.error {
        Some(error) => Err(error),
        None => Ok(directory),
    }
}

struct DirectoryReader<'a> {
    /// The argument of `pages!`, at which errors are reported.
    literal: &'a LitStr,
    error: Option<syn::Error>,
}

impl DirectoryReader<'_> {
    /// Reads one directory. `shown` is its path in error messages. The URLs of its pages
    /// start with `url`.
    fn directory(&mut self, path: &Path, shown: &str, url: &str) -> Directory {
        let mut directory = Directory::default();
        let mut names: Vec<_> = match fs::read_dir(path) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect(),
            Err(error) => {
                self.error(format!("cannot read `{shown}`: {error}"));
                return directory;
            }
        };
        names.sort();
        // An app has one error page, in the top directory.
        let is_top = shown == self.literal.value();
        for name in names.iter().filter_map(|name| name.to_str()) {
            if name.starts_with('.') {
                continue;
            }
            let (path, shown) = (path.join(name), format!("{shown}/{name}"));
            if path.is_dir() {
                if is_top && name == "error" {
                    self.reserved(&shown, name);
                    continue;
                }
                let Some(url) = self.url(name, &shown, url) else { continue };
                let children = self.directory(&path, &shown, &url);
                directory.entry(name).children = Some(children);
            } else if name == "layout.rs" {
                self.check_layout(&path, &shown);
                directory.has_layout = true;
            } else if is_top && name == "error.rs" {
                self.check_error_page(&path, &shown);
                directory.has_error_page = true;
            } else if let Some(stem) = name.strip_suffix(".rs") {
                let Some(url) = self.url(stem, &shown, url) else { continue };
                self.check_page(&path, &shown);
                let pattern = if url.is_empty() { "/".to_owned() } else { url };
                directory.entry(stem).page = Some(pattern);
            }
        }
        directory
    }

    fn url(&mut self, name: &str, shown: &str, url: &str) -> Option<String> {
        if matches!(name, "mod" | "layout") {
            self.reserved(shown, name);
            return None;
        }
        if syn::parse_str::<Ident>(name).is_err() {
            self.error(format!(
                "`{shown}` has no valid module name: rename it. Use only letters, digits and `_`, \
                 not a digit at the start, and not a keyword. A `_` within the name becomes `-` in \
                 the URL"
            ));
            return None;
        }
        Some(match name {
            "home_" | "index" => url.to_owned(),
            _ => match name.strip_suffix('_') {
                Some(parameter) => format!("{url}/:{parameter}"),
                None => format!("{url}/{}", name.replace('_', "-")),
            },
        })
    }

    fn reserved(&mut self, shown: &str, name: &str) {
        self.error(format!(
            "`{shown}` cannot have a page, because the name `{name}` is reserved: rename `{shown}`"
        ));
    }

    /// Reports a file that does not have exactly one `#[page]`. A file that does not
    /// parse is skipped, because rustc reports a better error for it.
    fn check_page(&mut self, path: &Path, shown: &str) {
        let Ok(text) = fs::read_to_string(path) else { return };
        let Ok(file) = syn::parse_file(&text) else { return };
        if file.items.iter().any(is_error_page) {
            self.error(format!(
                "`{shown}` has an `#[error_page]`, but an app has one error page, in `{}/error.rs`: \
                 move it there",
                self.literal.value()
            ));
            return;
        }
        let routes = file.items.iter().filter(|item| is_route(item)).count();
        match routes {
            1 => {}
            0 => self.error(format!(
                "`{shown}` has no `#[page]`, but every file in this directory must be a page: \
                 add a struct or function with `#[page]`, or move the file to another directory"
            )),
            _ => self.error(format!(
                "`{shown}` has more than one `#[page]`: move each page to its own file"
            )),
        }
    }

    fn check_error_page(&mut self, path: &Path, shown: &str) {
        let Ok(text) = fs::read_to_string(path) else { return };
        let Ok(file) = syn::parse_file(&text) else { return };
        if file.items.iter().filter(|item| is_error_page(item)).count() != 1 {
            self.error(format!(
                "`{shown}` is the error page of the app, but does not have exactly one \
                 `#[error_page]`: write `#[error_page] pub fn error(error: &PageError, client: \
                 &ClientContext) -> Element {{ .. }}`, or rename the file"
            ));
        }
    }

    fn check_layout(&mut self, path: &Path, shown: &str) {
        let Ok(text) = fs::read_to_string(path) else { return };
        let Ok(file) = syn::parse_file(&text) else { return };
        if file.items.iter().any(is_route) {
            self.error(format!(
                "`{shown}` is the layout of its directory and cannot have a `#[page]`: move the \
                 page to another file"
            ));
        }
        if !file.items.iter().any(is_layout) {
            self.error(format!(
                "`{shown}` is the layout of its directory, but has no `impl Layout for Model {{ .. \
                 }}`: add this impl, or rename the file"
            ));
        }
    }

    fn error(&mut self, message: String) {
        let error = syn::Error::new_spanned(self.literal, message);
        match &mut self.error {
            None => self.error = Some(error),
            Some(first) => first.combine(error),
        }
    }
}

impl Directory {
    fn entry(&mut self, name: &str) -> &mut Entry {
        let index = self.entries.iter().position(|entry| entry.name == name);
        let index = index.unwrap_or_else(|| {
            let entry = Entry { name: name.to_owned(), page: None, children: None };
            self.entries.push(entry);
            self.entries.len() - 1
        });
        &mut self.entries[index]
    }
}

fn is_route(item: &Item) -> bool {
    has_attribute(item, "page")
}

fn is_error_page(item: &Item) -> bool {
    has_attribute(item, "error_page")
}

/// Returns `true` for a struct or function with this attribute.
fn has_attribute(item: &Item, name: &str) -> bool {
    let attributes = match item {
        Item::Struct(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        _ => return false,
    };
    let is_it = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
    };
    attributes.iter().any(is_it)
}

fn is_layout(item: &Item) -> bool {
    let Item::Impl(item) = item else { return false };
    let ends_in = |path: &syn::Path, name: &str| {
        path.segments.last().is_some_and(|segment| segment.ident == name)
    };
    let of_layout = item.trait_.as_ref().is_some_and(|(_, path, _)| ends_in(path, "Layout"));
    of_layout && matches!(&*item.self_ty, Type::Path(ty) if ends_in(&ty.path, "Model"))
}
