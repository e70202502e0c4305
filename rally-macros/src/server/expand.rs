//! What `#[server]` emits beside the function: the contract for both builds,
//! and for the server the handler with its entry.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::handler::Handler;

/// The impls of a handler. With `whole` false the function has mistakes, and
/// only the contract is emitted.
pub(super) fn contract(handler: &Handler<'_>, whole: bool) -> TokenStream {
    let contract = if handler.load { loader_contract(handler) } else { call_contract(handler) };
    let cx = handler.cx.filter(|_| whole);
    let server = cx.map(|cx| {
        let Handler { name, message, .. } = handler;
        let (part, entry, returned) = match handler.load {
            true => (
                quote!(Loader),
                quote!(LoaderEntry),
                quote!(::core::result::Result<Self::Data, ::rally::__private::LoadError>),
            ),
            false => (quote!(Handler), quote!(HandlerEntry), quote!(Self::Output)),
        };
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

                ::rally::__private::submit! {
                    ::rally::__private::#entry::of::<#message>()
                }
            }
        }
    });
    quote!(#contract #server)
}

fn call_contract(handler: &Handler<'_>) -> TokenStream {
    let Handler { message, output, .. } = handler;
    let name = handler.message_name();
    let output = quote_spanned!(output.span()=> type Output = #output;);
    quote! {
        impl ::rally::__private::Call for #message {
            #output
            const NAME: &'static str = concat!(module_path!(), "::", #name);
        }
    }
}

fn loader_contract(handler: &Handler<'_>) -> TokenStream {
    let Handler { message, output, .. } = handler;
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
