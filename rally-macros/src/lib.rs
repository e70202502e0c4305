//! Macros of Rally: `rsx!` and `#[component]` for views, `#[page]`, `#[error_page]`
//! and `pages!` for pages, `#[server]`, `#[loader]`, `#[server_only]`, `#[job]` and
//! `migrations!` for the server, `derive(Wire)` for messages, and `derive(Form)` for
//! forms.
//!
//! Each macro parses its input, checks it and emits short code. The behaviour
//! is in rally-core and rally-server.

mod access;
mod common;
mod component;
mod error_page;
mod form;
mod function;
mod job;
mod migrations;
mod page;
mod pages;
mod rsx;
mod server;
mod wire;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/pages.md")]
#[proc_macro]
pub fn pages(input: TokenStream) -> TokenStream {
    pages::expand(input.into()).into()
}

#[doc = include_str!("../docs/page.md")]
#[proc_macro_attribute]
pub fn page(args: TokenStream, item: TokenStream) -> TokenStream {
    page::expand(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/error_page.md")]
#[proc_macro_attribute]
pub fn error_page(args: TokenStream, item: TokenStream) -> TokenStream {
    error_page::expand(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/server.md")]
#[proc_macro_attribute]
pub fn server(args: TokenStream, item: TokenStream) -> TokenStream {
    server::server(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/loader.md")]
#[proc_macro_attribute]
pub fn loader(args: TokenStream, item: TokenStream) -> TokenStream {
    server::loader(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/server_only.md")]
#[proc_macro_attribute]
pub fn server_only(args: TokenStream, item: TokenStream) -> TokenStream {
    server::server_only(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/job.md")]
#[proc_macro_attribute]
pub fn job(args: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/wire.md")]
#[proc_macro_derive(Wire, attributes(serde, wire))]
pub fn wire(item: TokenStream) -> TokenStream {
    wire::expand(item.into()).into()
}

#[doc = include_str!("../docs/form.md")]
#[proc_macro_derive(Form, attributes(form, wire))]
pub fn form(item: TokenStream) -> TokenStream {
    form::expand(item.into()).into()
}

#[doc = include_str!("../docs/migrations.md")]
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    migrations::expand(input.into()).into()
}

#[doc = include_str!("../docs/rsx.md")]
#[proc_macro]
pub fn rsx(input: TokenStream) -> TokenStream {
    rsx::expand(input.into()).into()
}

#[doc = include_str!("../docs/component.md")]
#[proc_macro_attribute]
pub fn component(args: TokenStream, item: TokenStream) -> TokenStream {
    component::expand(args.into(), item.into()).into()
}

/// Expands to the modules of elements, to which the expansion of [`rsx!`] refers.
#[doc(hidden)]
#[proc_macro]
pub fn __elements(_: TokenStream) -> TokenStream {
    rsx::references::expand().into()
}
