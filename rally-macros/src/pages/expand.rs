//! What `pages!` emits: nested modules, each told its pattern, and the list of
//! every page.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::LitStr;

use super::FACTS;
use super::files::{Directory, Entry};

pub(super) fn pages(tree: &Directory, directory: &LitStr, context: &TokenStream) -> TokenStream {
    let path = directory.value();
    let name = format_ident!("{}", tree.name, span = directory.span());
    let doc = format!(" The pages of `{path}`.");
    let surroundings = Surroundings { context, layout: None };
    let modules = surroundings.modules(tree);
    let mut names = Vec::new();
    list(tree, &quote!(), &mut names);
    quote! {
        #[doc = #doc]
        pub mod #name {
            #modules

            /// Every page. Naming them here also keeps the linker from
            /// dropping pages that nothing else refers to.
            pub const ALL: &[::rally::__private::PageEntry] = &[#(#names),*];
        }
    }
}

/// What a directory's pages are told besides their path.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    context: &'a TokenStream,
    /// How many modules above a page of this directory that of its layout stands.
    layout: Option<usize>,
}

impl Surroundings<'_> {
    /// The modules of a directory, its own layout's first.
    fn modules(self, directory: &Directory) -> TokenStream {
        let layout = directory.has_layout.then(|| {
            quote! {
                /// What stands around the pages of this directory.
                pub mod layout;
            }
        });
        let within = match directory.has_layout {
            true => Self { layout: Some(1), ..self },
            false => Self { layout: self.layout.map(|above| above + 1), ..self },
        };
        let modules = directory.entries.iter().map(|entry| within.module(entry));
        quote!(#layout #(#modules)*)
    }

    /// The module of one name. A page file is told its pattern by a macro that
    /// stands before it; where a directory has the same name, its module holds
    /// the file's items too. The file stays beside it, so that `super` is what
    /// it is for every other page.
    fn module(self, entry: &Entry) -> TokenStream {
        let name = format_ident!("{}", entry.name);
        let children = entry.children.as_ref().map(|directory| self.modules(directory));
        match (&entry.page, &entry.children) {
            (Some(pattern), None) => {
                let facts = self.facts(pattern);
                let doc = format!(" `{pattern}`");
                quote! {
                    #facts
                    #[doc = #doc]
                    pub mod #name;
                }
            }
            (Some(pattern), Some(_)) => {
                let facts = self.facts(pattern);
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
                        #children
                    }
                }
            }
            (None, _) => {
                let doc = format!(" `{}`", entry.name);
                quote! {
                    #[doc = #doc]
                    pub mod #name { #children }
                }
            }
        }
    }

    /// Textual scope: the macro holds for the modules after it, until the next.
    fn facts(self, pattern: &impl ToTokens) -> TokenStream {
        let name = format_ident!("{FACTS}");
        let context = self.context;
        let layout = match self.layout {
            None => quote!(::rally::__private::NoLayout<#context>),
            Some(above) => {
                let path = std::iter::repeat_n(quote!(super::), above);
                quote!(#(#path)* layout::Model)
            }
        };
        quote! {
            #[allow(unused_macros)]
            macro_rules! #name {
                (pattern) => { #pattern };
                (context) => { #context };
                (layout) => { #layout };
            }
        }
    }
}

/// What pages without a directory are told: they bring their own paths.
pub(super) fn no_directory(context: &TokenStream) -> TokenStream {
    let no_path =
        "this page has no path: write `#[page(\"/path\")]`, or give its directory to `pages!`";
    Surroundings { context, layout: None }.facts(&quote!(compile_error!(#no_path)))
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
