//! `migrations!("migrations")`: the SQL files of a directory, embedded in the binary.

mod files;

use std::path::Path;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, LitStr};

use crate::common::Errors;

/// Expands to an expression of type `Migrations`, also after an error, so that
/// the caller does not get a second error about a missing value.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    // Cargo sets this variable. Without Cargo, the path is relative to the current directory.
    expand_in(Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()), input)
}

fn expand_in(root: &Path, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let files = errors.take(directory(input)).map(|directory| {
        let (files, messages) = files::read(&root.join(directory.value()), &directory.value());
        messages.iter().for_each(|message| errors.at(&directory, message));
        files
    });
    let errors = errors.to_compile_errors();
    let files = files.unwrap_or_default().into_iter().map(|file| {
        let (name, path) = (file.name, file.path);
        quote!((#name, ::core::include_str!(#path)))
    });
    let embedded = quote!(::rally::__private::Migrations::embedded(&[#(#files),*]));
    if errors.is_empty() { embedded } else { quote!({ #errors #embedded }) }
}

fn directory(input: TokenStream) -> syn::Result<LitStr> {
    let message = "expected a directory next to Cargo.toml: write `migrations!(\"migrations\")`";
    let tokens = match input.is_empty() {
        true => TokenStream::new(),
        false => input.to_token_stream(),
    };
    syn::parse2(input).map_err(|_| Error::new_spanned(tokens, message))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use quote::quote;

    use super::*;
    use crate::common::pretty;

    fn expanded(name: &str, files: &[&str]) -> String {
        let root =
            std::env::temp_dir().join(format!("rally-migrations-{}-{name}", std::process::id()));
        fs::create_dir_all(root.join("migrations")).unwrap();
        for file in files {
            fs::write(root.join("migrations").join(file), "").unwrap();
        }
        let expanded = expand_in(&root, quote!("migrations"));
        fs::remove_dir_all(&root).ok();
        let expanded = pretty(quote!(const ALL: Migrations = #expanded;));
        expanded.replace(root.to_str().unwrap(), "/shop")
    }

    #[test]
    fn files_are_sorted_by_number() {
        let files =
            ["10_rooms.sql", "0009_items.sql", "20260731120000_a b.SQL", "README.md", ".9_old.sql"];
        insta::assert_snapshot!(expanded("order", &files));
    }

    #[test]
    fn a_directory_without_migrations_is_empty() {
        insta::assert_snapshot!(expanded("empty", &["README.md"]));
    }

    #[test]
    fn invalid_names_are_reported_together() {
        let files = [
            "items.sql",
            "_items.sql",
            "1.sql",
            "1a_items.sql",
            "+2_items.sql",
            "-2_items.sql",
            "0_items.sql",
            "9223372036854775808_items.sql",
            "3_items.sql",
            "003_rooms.sql",
            "4_items.sql",
        ];
        insta::assert_snapshot!(expanded("invalid", &files));
    }
}
