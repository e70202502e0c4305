//! Expansion of `#[job]`: an impl of `Job` and a registry entry, for the server only.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::function::Function;

pub(super) fn job(job: &Function<'_>) -> TokenStream {
    let Function { name, message, cx, output, .. } = job;
    let message_name = job.message_name();
    let done = quote_spanned!(output.span()=> ::rally::__private::done::<#output>);
    quote_spanned! {name.span()=>
        ::rally::__private::jobs_only! {
            impl ::rally::__private::Job for #message {
                type Cx = #cx;
                const NAME: &'static str = concat!(module_path!(), "::", #message_name);

                #[allow(clippy::manual_async_fn)]
                fn run(
                    self,
                    cx: &Self::Cx,
                ) -> impl ::core::future::Future<Output = ::rally::Result<()>>
                + ::core::marker::Send {
                    async { #done(#name(self, cx).await) }
                }
            }

            ::rally::__private::submit! { ::rally::__private::JobEntry::of::<#message>() }
        }
    }
}
