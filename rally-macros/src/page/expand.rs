//! Expansion of `#[page]`: impls of `Route` and, without a loader, `Load`; the constant
//! `PAGE`, which `pages!` lists in `pages::ALL`; for a page with an access rule a registry
//! entry on the server; and for a function the struct and the impl of `Page`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::model::{PageFunction, PageModel, ParamSource, RouteField};
use crate::access::{PAGE_OF_FILE, submit};
use crate::pages::PAGE_INFO;

pub(super) fn page(page: &PageModel) -> TokenStream {
    let PageModel { item, .. } = page;
    let route = &item.ident;
    let name = route.to_string();
    // The struct of a function is its own model.
    let model = match page.function {
        None => format_ident!("Model", span = route.span()),
        Some(_) => route.clone(),
    };
    let page_info = format_ident!("{PAGE_INFO}", span = route.span());
    let pattern = match &page.pattern {
        Some(pattern) => quote!(#pattern),
        None => quote!(#page_info!(pattern)),
    };
    let path_names = page.fields.iter().filter(|field| matches!(field.source, ParamSource::Path));
    let path_names = path_names.map(|field| field.name.unraw().to_string());
    let fields = page.fields.iter().enumerate().map(field);
    let read = page.fields.iter().enumerate().map(read_field);
    let write = page.fields.iter().enumerate().map(write_field);
    let params = if page.fields.is_empty() { quote!(_) } else { quote!(params) };
    let no_loader = (!page.has_loader).then(|| {
        quote! {
            impl ::rally::__private::Load for #route {
                type Data = ();
                const HAS_LOADER: bool = false;
            }
        }
    });
    let page_of_file = format_ident!("{PAGE_OF_FILE}", span = route.span());
    let guarded = page.is_guarded().then(|| quote!(.guarded()));
    let policy = page.is_guarded().then(|| {
        let access = if page.signed_in { quote!(SIGNED_IN) } else { quote!(PUBLIC) };
        let submit = submit(
            access,
            page.authorize.as_ref(),
            &quote!(#route),
            |access| quote!(::rally::__private::PolicyEntry::of::<#route>(#access)),
        );
        quote!(::rally::__private::server_only! { #submit })
    });
    let callers = if page.is_guarded() { quote!(KnownCallers) } else { quote!(AnyCallers) };
    // The tokens have the span of the struct's name, so that rustc reports the error
    // there.
    let mistake = match page.function {
        None => quote_spanned! {route.span()=> check_fields(#name, PATTERN, &[#(#path_names),*])},
        Some(_) => quote_spanned! {route.span()=> check_function(#name, PATTERN)},
    };
    let check = quote_spanned! {route.span()=>
        const _: () = ::rally::__private::#mistake.report();
    };
    let function = page.function.as_ref().map(|it| function(it, route));
    quote! {
        #item

        #function

        const _: () = {
            const PATTERN: &str = #pattern;
            #check
            #(#fields)*

            impl ::rally::__private::Route for #route {
                const PATTERN: &'static str = PATTERN;
                type Context = #page_info!(context);

                fn from_params(#params: &::rally::__private::Params) -> ::core::option::Option<Self> {
                    ::core::option::Option::Some(Self { #(#read),* })
                }

                fn write_params(&self, #params: &mut ::rally::__private::Params) {
                    #(#write)*
                }
            }

            #no_loader
        };

        impl #route {
            /// The page, for `Client::new` and for tests.
            pub const PAGE: ::rally::__private::PageEntry =
                ::rally::__private::PageEntry::of::<#model, #page_of_file, #page_info!(layout)>(
                    concat!(module_path!(), "::", #name)
                )#guarded;
        }

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        pub type #page_of_file = #route;

        ::rally::__private::server_only! {
            impl ::rally::__private::PageCallers for #route {
                type Callers = ::rally::__private::#callers;
            }
        }

        #policy
    }
}

/// Emits the function, and the page that shows it. The page has no state: its struct is the
/// model.
fn function(function: &PageFunction, route: &Ident) -> TokenStream {
    let PageFunction { item, client, .. } = function;
    let name = &item.sig.ident;
    let title = function.title.as_ref().map(|title| {
        quote! {
            fn head(
                &self,
                _: &::rally::__private::ContextOf<Self>,
            ) -> ::rally::__private::Head {
                ::rally::__private::Head::title(#title)
            }
        }
    });
    // The function may have the name of the parameter.
    let context = Ident::new("client", Span::mixed_site());
    // rustc reports a context of another type at the parameter.
    let view = match client {
        Some(client) => quote_spanned!(client.span()=> #name(#context)),
        None => quote!(#name()),
    };
    let ignored = client.is_none().then(|| quote!(let _ = #context;));
    quote! {
        #item

        const _: () = {
            impl ::rally::__private::Page for #route {
                type Route = Self;
                type Msg = ::rally::__private::Never;

                fn init(route: Self, (): (), _: &::rally::__private::ContextOf<Self>) -> Self {
                    route
                }

                fn view(
                    &self,
                    _: ::rally::__private::Dispatch<::rally::__private::Never>,
                    #context: &::rally::__private::ContextOf<Self>,
                ) -> ::rally::__private::view::Element {
                    #ignored
                    #view
                }

                #title
            }

            impl ::rally::__private::Wire for #route {
                fn shape(shape: &mut ::rally::__private::Shape) {
                    <() as ::rally::__private::Wire>::shape(shape)
                }

                fn write(&self, to: &mut ::rally::__private::Writer) {
                    ::rally::__private::Wire::write(&(), to)
                }

                fn read(
                    from: &mut ::rally::__private::Reader<'_>,
                ) -> ::core::result::Result<Self, ::rally::__private::DecodeError> {
                    <() as ::rally::__private::Wire>::read(from).map(|()| Self)
                }
            }
        };
    }
}

/// Emits the constant of a field. The tokens have the span of the field, so that rustc reports
/// an unsuitable type at the field.
fn field((index, field): (usize, &RouteField)) -> TokenStream {
    let RouteField { name, ty, source } = field;
    let (constant, text) = (constant(index, name), name.unraw().to_string());
    let kind = match source {
        ParamSource::Path => quote_spanned!(name.span()=> path),
        _ => quote_spanned!(name.span()=> query),
    };
    quote_spanned! {name.span()=>
        const #constant: ::rally::__private::UrlField<#ty> =
            ::rally::__private::UrlField::#kind(#text);
    }
}

fn read_field((index, field): (usize, &RouteField)) -> TokenStream {
    let RouteField { name, source, .. } = field;
    let constant = constant(index, name);
    match source {
        ParamSource::Path | ParamSource::Query => quote!(#name: #constant.read(params)?),
        ParamSource::QueryOr(None) => quote!(#name: #constant.read(params).unwrap_or_default()),
        ParamSource::QueryOr(Some(default)) => {
            quote!(#name: #constant.read(params).unwrap_or_else(|| #default))
        }
    }
}

/// Emits the code that writes a field into a URL. A default is left out.
fn write_field((index, field): (usize, &RouteField)) -> TokenStream {
    let RouteField { name, source, .. } = field;
    let constant = constant(index, name);
    let default = match source {
        ParamSource::Path | ParamSource::Query => {
            return quote!(#constant.write(params, &self.#name););
        }
        ParamSource::QueryOr(None) => quote!(::core::default::Default::default()),
        ParamSource::QueryOr(Some(default)) => quote!(#default),
    };
    // In parentheses: the default may be a sum or a cast.
    // The span of the field, so that rustc reports a type without `PartialEq` there.
    quote_spanned!(name.span()=> #constant.write_unless(params, &self.#name, &(#default));)
}

/// Returns the name of a field's constant.
fn constant(index: usize, name: &Ident) -> Ident {
    format_ident!("FIELD_{index}", span = name.span())
}
