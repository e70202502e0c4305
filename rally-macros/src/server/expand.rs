//! Expansion of `#[server]` and `#[loader]`: for both builds the contract, which is an impl of
//! `Call` or `Load`, and for the server the handler with its registry entry.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::Kind;
use super::args::ServerArgs;
use crate::access::{Access, submit};
use crate::function::Function;

/// Expands a handler or loader. If the function is not valid, only the contract
/// (the impl of `Call` or `Load`) is emitted, so that code that uses the
/// message type still compiles.
pub(super) fn contract(
    handler: &Function<'_>,
    args: &ServerArgs,
    kind: Kind,
    is_valid: bool,
) -> TokenStream {
    let contract = match kind {
        Kind::Loader => loader_contract(handler),
        Kind::Call => call_contract(handler, args),
    };
    let cx = handler.cx.filter(|_| is_valid);
    let server = cx.map(|cx| {
        let Function { name, message, .. } = handler;
        let (part, entry, returned) = match kind {
            Kind::Loader => (
                quote!(Loader),
                quote!(LoaderEntry),
                quote!(::core::result::Result<Self::Data, ::rally::__private::LoadError>),
            ),
            Kind::Call => (quote!(Handler), quote!(HandlerEntry), quote!(Self::Output)),
        };
        let transport = if args.http { quote!(Http) } else { quote!(Socket) };
        let transport = matches!(kind, Kind::Call).then(|| {
            quote!(
                type Transport = ::rally::__private::#transport;
            )
        });
        let (access, function) = args.access.expand();
        // The page whose route the authorize function may take.
        let page = match kind {
            Kind::Loader => message.to_token_stream(),
            Kind::Call => args.access.page(),
        };
        let account = handler.account.map(|account| {
            let of_page = matches!(kind, Kind::Loader) || matches!(args.access, Access::Page(..));
            let callers = args.access.callers(of_page.then_some(&page));
            // The type has its own span, so that rustc reports an unsuitable type at the parameter.
            quote!(<#account as ::rally::__private::Account<'_, #callers, #cx>>::of(cx)?)
        });
        let submit = submit(
            access,
            function,
            &page,
            |access| quote!(::rally::__private::#entry::of::<#message>(#access)),
        );
        quote_spanned! {name.span()=>
            ::rally::__private::server_only! {
                impl ::rally::__private::#part for #message {
                    #transport
                    type Cx = #cx;

                    fn run(
                        self,
                        cx: &Self::Cx,
                    ) -> ::core::result::Result<
                        impl ::core::future::Future<Output = #returned> + ::core::marker::Send,
                        ::rally::__private::NoIdentity,
                    > {
                        ::core::result::Result::Ok(#name(self, cx, #account))
                    }
                }

                #submit
            }
        }
    });
    quote!(#contract #server)
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
