//! Expansion of `#[server]`: for both builds the contract, which is an impl of
//! `Call` or `Load`, and for the server the handler with its registry entry.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::args::{Access, ServerArgs};
use crate::access::{PAGE_OF_FILE, submit};
use crate::function::Function;

/// Expands a handler or loader. If the function is not valid, only the contract
/// (the impl of `Call` or `Load`) is emitted, so that code that uses the
/// message type still compiles.
pub(super) fn contract(handler: &Function<'_>, args: &ServerArgs, is_valid: bool) -> TokenStream {
    let contract = if args.load { loader_contract(handler) } else { call_contract(handler, args) };
    let cx = handler.cx.filter(|_| is_valid);
    let server = cx.map(|cx| {
        let Function { name, message, .. } = handler;
        let (part, entry, returned) = match args.load {
            true => (
                quote!(Loader),
                quote!(LoaderEntry),
                quote!(::core::result::Result<Self::Data, ::rally::__private::LoadError>),
            ),
            false => (quote!(Handler), quote!(HandlerEntry), quote!(Self::Output)),
        };
        let (access, function) = access(&args.access);
        let submit = submit(
            access,
            function,
            |access| quote!(::rally::__private::#entry::of::<#message>(#access)),
        );
        quote_spanned! {name.span()=>
            ::rally::__private::server_only! {
                impl ::rally::__private::#part for #message {
                    type Cx = #cx;

                    fn run(
                        self,
                        cx: &Self::Cx,
                    ) -> impl ::core::future::Future<Output = #returned> + ::core::marker::Send {
                        #name(self, cx)
                    }
                }

                #submit
            }
        }
    });
    quote!(#contract #server)
}

/// Returns the constant or constructor of `Access`, and the app's authorize
/// function, if any.
fn access(access: &Access) -> (TokenStream, Option<&Path>) {
    match access {
        Access::SignedIn => (quote!(SIGNED_IN), None),
        Access::Page(span) => {
            let page = format_ident!("{PAGE_OF_FILE}", span = *span);
            (quote!(page::<#page>()), None)
        }
        Access::Allow { function, signed_in: true } => (quote!(SIGNED_IN), Some(function)),
        Access::Allow { function, signed_in: false } => (quote!(PUBLIC), Some(function)),
        // `Private` and `Missing` do not occur here: neither has a valid
        // handler.
        Access::Public | Access::Private | Access::Missing => (quote!(PUBLIC), None),
    }
}

fn call_contract(handler: &Function<'_>, args: &ServerArgs) -> TokenStream {
    let Function { message, output, .. } = handler;
    let name = handler.message_name();
    let over_http = args.http.then(|| {
        quote!(
            const OVER_HTTP: bool = true;
        )
    });
    let output = quote_spanned!(output.span()=> type Output = #output;);
    quote! {
        impl ::rally::__private::Call for #message {
            #output
            const NAME: &'static str = concat!(module_path!(), "::", #name);
            #over_http
        }
    }
}

fn loader_contract(handler: &Function<'_>) -> TokenStream {
    let Function { message, output, .. } = handler;
    let data = quote_spanned! {output.span()=>
        type Data = <#output as ::rally::__private::Loaded>::Data;
    };
    quote! {
        impl ::rally::__private::Load for #message {
            #data
            const HAS_LOADER: bool = true;
        }
    }
}
