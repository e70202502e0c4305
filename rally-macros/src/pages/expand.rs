//! What `pages!` emits: nested modules, each told its pattern, and the list of
//! every page.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::LitStr;

use super::FACTS;
use super::files::{Directory, Entry};

pub(super) fn pages(tree: &Directory, directory: &LitStr) -> TokenStream {
    let path = directory.value();
    let name = format_ident!("{}", tree.name, span = directory.span());
    let doc = format!(" The pages of `{path}`.");
    let modules = tree.entries.iter().map(module);
    let mut names = Vec::new();
    list(tree, &quote!(), &mut names);
    quote! {
        #[doc = #doc]
        pub mod #name {
            #(#modules)*

            /// Every page. Naming them here also keeps the linker from
            /// dropping pages that nothing else refers to.
            pub const ALL: &[::rally::__private::PageEntry] = &[#(#names),*];
        }
    }
}

/// The module of one name. A page file is told its pattern by a macro that
/// stands before it; where a directory has the same name, its module holds the
/// file's items too. The file stays beside it, so that `super` is what it is
/// for every other page.
fn module(entry: &Entry) -> TokenStream {
    let name = format_ident!("{}", entry.name);
    let children = entry.children.iter().flat_map(|directory| &directory.entries).map(module);
    match (&entry.page, &entry.children) {
        (Some(pattern), None) => {
            let facts = facts(pattern);
            let doc = format!(" `{pattern}`");
            quote! {
                #facts
                #[doc = #doc]
                pub mod #name;
            }
        }
        (Some(pattern), Some(_)) => {
            let facts = facts(pattern);
            let doc = format!(" `{pattern}` and below.");
            let file = format!("{}.rs", entry.name);
            let beside = format_ident!("__{}", entry.name);
            quote! {
                #facts
                #[path = #file]
                mod #beside;
                #[doc = #doc]
                pub mod #name {
                    pub use super::#beside::*;
                    #(#children)*
                }
            }
        }
        (None, _) => {
            let doc = format!(" `{}`", entry.name);
            quote! {
                #[doc = #doc]
                pub mod #name { #(#children)* }
            }
        }
    }
}

/// What pages without a directory are told: they bring their own paths.
pub(super) fn no_directory() -> TokenStream {
    let no_path =
        "this page has no path: write `#[page(\"/path\")]`, or give its directory to `pages!`";
    facts(&quote!(compile_error!(#no_path)))
}

/// Textual scope: the macro holds for the modules after it, until the next.
fn facts(pattern: &impl ToTokens) -> TokenStream {
    let name = format_ident!("{FACTS}");
    quote! {
        #[allow(unused_macros)]
        macro_rules! #name {
            (pattern) => { #pattern };
            (context) => { ::rally::__private::ClientContext };
        }
    }
}

fn list(directory: &Directory, parent: &TokenStream, names: &mut Vec<TokenStream>) {
    for entry in &directory.entries {
        let name = format_ident!("{}", entry.name);
        let path = quote!(#parent #name ::);
        if entry.page.is_some() {
            names.push(quote!(#path __RALLY_PAGE));
        }
        if let Some(children) = &entry.children {
            list(children, &path, names);
        }
    }
}
