//! `pages!("src/pages")`: declares a module for each page file of a directory.

mod args;
mod expand;
mod files;

use std::path::Path;

use proc_macro2::TokenStream;

use crate::common::Errors;
use args::PagesArgs;

/// Name of the macro that `pages!` emits and `#[page]` calls, to get the page's path,
/// client context and layout. If there is no `pages!` above the page, rustc prints this
/// name in its error.
pub(crate) const PAGE_INFO: &str = "rally_pages_must_be_called_above_this_page";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = errors.take(syn::parse2::<PagesArgs>(input)).and_then(|args| {
        let context = args.context();
        let Some(directory) = args.directory else { return Some(expand::no_directory(&context)) };
        // Cargo sets this variable. Without Cargo, the path is relative to the current directory.
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        let path = Path::new(&root).join(directory.value());
        let tree = errors.take(files::read(&path, &directory));
        tree.map(|tree| expand::pages(&tree, &directory, &context))
    });
    expanded.into_iter().chain([errors.to_compile_errors()]).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use quote::quote;

    use super::*;
    use crate::common::pretty;

    fn expanded(name: &str, files: &[(&str, &str)]) -> String {
        expanded_with(name, files, quote!())
    }

    fn expanded_with(name: &str, files: &[(&str, &str)], rest: TokenStream) -> String {
        let root = std::env::temp_dir().join(format!("rally-pages-{}-{name}", std::process::id()));
        let pages = root.join("pages");
        for (path, text) in files {
            let file = pages.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let directory = pages.to_str().unwrap();
        let expanded = pretty(expand(quote!(#directory #rest)));
        fs::remove_dir_all(&root).ok();
        expanded.replace(directory, "src/pages")
    }

    const PAGE: &str = "#[page] pub struct Route;";

    #[test]
    fn file_names_become_urls() {
        let files = [
            "home_.rs",
            "about_us.rs",
            "products/index.rs",
            "products/new.rs",
            "products/id_.rs",
            "users/user_id_/posts.rs",
            "editor.rs",
            "editor/slug_.rs",
        ];
        insta::assert_snapshot!(expanded("rules", &files.map(|file| (file, PAGE))));
    }

    const LAYOUT: &str = "pub struct Model; impl rally::Layout for Model {}";

    #[test]
    fn each_page_gets_its_context_and_the_nearest_layout() {
        let files = [
            ("layout.rs", LAYOUT),
            ("error.rs", "#[error_page] pub fn error(error: &PageError) -> Element {}"),
            ("home_.rs", PAGE),
            ("items/id_.rs", PAGE),
            ("admin.rs", PAGE),
            ("admin/layout.rs", LAYOUT),
            ("admin/users/user_id_/posts.rs", PAGE),
        ];
        let context = quote!(, context = crate::Site,);
        insta::assert_snapshot!(expanded_with("layouts", &files, context));
    }

    #[test]
    fn invalid_files_are_reported_together() {
        let files = [
            ("about-us.rs", PAGE),
            ("type.rs", PAGE),
            ("mod.rs", PAGE),
            ("layout.rs", "pub struct Model; impl Page for Model {}"),
            ("layout/home_.rs", PAGE),
            ("admin/layout.rs", "#[page] struct Route; impl Layout for Model {}"),
            ("helper.rs", "pub fn help() {}"),
            ("two.rs", "#[page] pub struct A; #[rally::page] pub struct B;"),
            ("half.rs", "pub fn ("),
            ("error.rs", PAGE),
            ("error/index.rs", PAGE),
            ("admin/error.rs", "#[error_page] pub fn error(error: &PageError) -> Element {}"),
            ("admin/users/error.rs", PAGE),
        ];
        insta::assert_snapshot!(expanded("invalid", &files));
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let expanded = expand(quote!("no/such/directory")).to_string();
        assert!(expanded.contains("there is no directory `no/such/directory`"), "{expanded}");
    }
}
