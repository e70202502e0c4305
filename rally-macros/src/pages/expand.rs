//! Expansion of `pages!`: nested modules with their URL patterns, and the list of all pages.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::LitStr;

use super::PAGE_INFO;
use super::files::{Directory, Entry};
use crate::access::PAGE_OF_FILE;

pub(super) fn pages(tree: &Directory, directory: &LitStr, context: &TokenStream) -> TokenStream {
    let path = directory.value();
    let name = format_ident!("{}", tree.name, span = directory.span());
    let doc = format!(" The pages of `{path}`.");
    let modules = PageScope { context, layout: None }.modules(tree);
    let mut names = Vec::new();
    list(tree, &quote!(), &mut names);
    if tree.has_error_page {
        names.push(quote!(error::ErrorPage::PAGE));
    }
    quote! {
        #[doc = #doc]
        pub mod #name {
            #modules

            /// All pages. This list also keeps the linker from dropping pages
            /// that nothing else refers to.
            pub const ALL: &[::rally::__private::PageEntry] = &[#(#names),*];
        }
    }
}

#[derive(Clone, Copy)]
struct PageScope<'a> {
    context: &'a TokenStream,
    /// The number of `super::` from a page of this directory to the parent of the module
    /// `layout`; `None` if neither this directory nor one above it has a layout.
    layout: Option<usize>,
}

impl PageScope<'_> {
    fn modules(self, directory: &Directory) -> TokenStream {
        let layout = directory.has_layout.then(|| {
            quote! {
                /// The layout of the pages in this directory.
                pub mod layout;
            }
        });
        let scope = match directory.has_layout {
            true => Self { layout: Some(1), ..self },
            false => Self { layout: self.layout.map(|above| above + 1), ..self },
        };
        let error_page = directory.has_error_page.then(|| {
            let page_info = scope.page_info(&"");
            quote! {
                #page_info
                /// The error page of the app.
                pub mod error;
            }
        });
        let modules = directory.entries.iter().map(|entry| scope.module(entry));
        quote!(#layout #error_page #(#modules)*)
    }

    /// Expands one entry to a module. The macro before the module of a page
    /// file passes the pattern to the page. If a file and a directory have the
    /// same name, the file becomes a sibling module, which the directory's
    /// module re-exports. So `super` means the same in this file as in other
    /// pages.
    fn module(self, entry: &Entry) -> TokenStream {
        let name = format_ident!("{}", entry.name);
        let children = entry.children.as_ref().map(|directory| self.modules(directory));
        match (&entry.page, &entry.children) {
            (Some(pattern), None) => {
                let page_info = self.page_info(pattern);
                let doc = format!(" `{pattern}`");
                quote! {
                    #page_info
                    #[doc = #doc]
                    pub mod #name;
                }
            }
            (Some(pattern), Some(_)) => {
                let page_info = self.page_info(pattern);
                let doc = format!(" `{pattern}` and below.");
                let file = format!("{}.rs", entry.name);
                let sibling = format_ident!("__{}", entry.name);
                quote! {
                    #page_info
                    #[path = #file]
                    mod #sibling;
                    #[doc = #doc]
                    pub mod #name {
                        pub use super::#sibling::*;
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

    /// Returns the macro that passes pattern, context and layout to a page. The
    /// macro is visible in all modules after it, until a macro with the same
    /// name shadows it.
    fn page_info(self, pattern: &impl ToTokens) -> TokenStream {
        let name = format_ident!("{PAGE_INFO}");
        let context = self.context;
        let layout = match self.layout {
            None => quote!(::rally::__private::WithoutLayout),
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

/// Expands `pages!()`: each page must have an explicit path.
pub(super) fn no_directory(context: &TokenStream) -> TokenStream {
    let no_path = "this page has no path: write `#[page(\"/path\")]` above its struct, or pass \
                   the directory of the page files to `pages!`";
    PageScope { context, layout: None }.page_info(&quote!(compile_error!(#no_path)))
}

fn list(directory: &Directory, parent: &TokenStream, names: &mut Vec<TokenStream>) {
    for entry in &directory.entries {
        let name = format_ident!("{}", entry.name);
        let path = quote!(#parent #name ::);
        if entry.page.is_some() {
            let page = format_ident!("{PAGE_OF_FILE}");
            names.push(quote!(#path #page::PAGE));
        }
        if let Some(children) = &entry.children {
            list(children, &path, names);
        }
    }
}
