//! Expansion of `#[component]`: a type with the name of the component, whose
//! builder has one method for each property.
//!
//! The builder has a type parameter for each required property: `Missing`, then
//! `Given`. Its last method requires `Given` for all, with an error that names
//! the property.

use ident_case::RenameRule;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, Ident, ItemFn};

use super::signature::{Kind, Property, Signature};

pub(super) fn component(function: &ItemFn, signature: &Signature) -> TokenStream {
    let attributes = |name: &'static str| {
        function.attrs.iter().filter(move |attribute| attribute.path().is_ident(name))
    };
    let (docs, cfgs) = (attributes("doc"), attributes("cfg").collect::<Vec<_>>());
    let (name, visibility) = (&function.sig.ident, &function.vis);
    let Generics { params, where_clause, .. } = &function.sig.generics;
    let marker = marker(&function.sig.generics);
    let builder = Builder::new(function, signature).items();
    quote! {
        #(#docs)*
        #(#cfgs)*
        #[allow(dead_code, missing_docs)]
        #visibility struct #name<#params> #where_clause {
            __parameters: ::core::marker::PhantomData<#marker>,
        }

        #(#cfgs)*
        #[allow(missing_docs, non_camel_case_types, private_bounds, private_interfaces)]
        const _: () = { #builder };
    }
}

/// Returns a type that uses all parameters.
fn marker(generics: &Generics) -> TokenStream {
    let uses = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => {
            let lifetime = &parameter.lifetime;
            Some(quote!(&#lifetime ()))
        }
        GenericParam::Type(parameter) => {
            let ty = &parameter.ident;
            Some(quote!(::core::marker::PhantomData<#ty>))
        }
        GenericParam::Const(_) => None,
    });
    quote!(fn() -> (#(#uses,)*))
}

/// The builder of the properties.
struct Builder<'a> {
    component: &'a Ident,
    name: Ident,
    generics: &'a Generics,
    signature: &'a Signature,
    required: Vec<&'a Property>,
}

impl<'a> Builder<'a> {
    fn new(function: &'a ItemFn, signature: &'a Signature) -> Self {
        let component = &function.sig.ident;
        let required = signature.properties.iter().filter(|property| property.default.is_none());
        Self {
            component,
            // The types of the parameters may have the name without underscores.
            name: format_ident!("__{component}Properties"),
            generics: &function.sig.generics,
            signature,
            required: required.collect(),
        }
    }

    fn items(&self) -> TokenStream {
        let Self { component, name, generics, .. } = self;
        let (parameters, arguments, conditions) = generics.split_for_impl();
        let lifetimes = &self.signature.lifetimes;
        let states: Vec<_> = self.required.iter().map(|property| state(property)).collect();
        let all = self.parameters(&states);
        let of_states = self.arguments(&states);
        let missing = quote!(::rally::__private::view::Missing);
        let of_missing = self.arguments(&vec![&missing; states.len()]);
        let fields = self.fields(|property| match &property.default {
            None => state(property).into_token_stream(),
            Some(_) => {
                let ty = &property.ty;
                quote!(::core::option::Option<#ty>)
            }
        });
        let first = self.fields(|property| match &property.default {
            None => missing.clone(),
            Some(_) => quote!(::core::option::Option::None),
        });
        let traits = self.required.iter().map(|property| self.requirement(property));
        let methods = self.signature.properties.iter().map(|property| self.method(property));
        let children = self.no_children();
        let finish = self.finish();
        quote! {
            #[doc(hidden)]
            pub struct #name #all #conditions {
                __component: ::core::marker::PhantomData<(#component #arguments, #(&#lifetimes (),)*)>,
                #fields
            }

            impl #parameters #component #arguments #conditions {
                #[doc(hidden)]
                pub fn __properties<#(#lifetimes),*>() -> #name #of_missing {
                    #name { __component: ::core::marker::PhantomData, #first }
                }
            }

            #(#methods)*

            impl #all #name #of_states #conditions {
                #children
                #finish
            }

            #(#traits)*
        }
    }

    /// The parameters of the function, and one for each of these states.
    fn parameters(&self, states: &[Ident]) -> TokenStream {
        let (lifetimes, others) = self.split(|parameter| quote!(#parameter));
        let elided = &self.signature.lifetimes;
        quote!(<#(#lifetimes,)* #(#elided,)* #(#others,)* #(#states,)*>)
    }

    fn arguments(&self, states: &[impl ToTokens]) -> TokenStream {
        let (lifetimes, others) = self.split(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
        });
        let elided = &self.signature.lifetimes;
        quote!(<#(#lifetimes,)* #(#elided,)* #(#others,)* #(#states,)*>)
    }

    fn split(
        &self,
        tokens: impl Fn(&GenericParam) -> TokenStream,
    ) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let is_lifetime =
            |parameter: &&GenericParam| matches!(parameter, GenericParam::Lifetime(_));
        let (lifetimes, others): (Vec<_>, Vec<_>) =
            self.generics.params.iter().partition(is_lifetime);
        (lifetimes.into_iter().map(&tokens).collect(), others.into_iter().map(&tokens).collect())
    }

    fn fields(&self, value: impl Fn(&Property) -> TokenStream) -> TokenStream {
        let fields = self.signature.properties.iter().map(|property| {
            let (name, value) = (&property.name, value(property));
            quote!(#name: #value,)
        });
        fields.collect()
    }

    /// Returns the method that sets a property.
    fn method(&self, property: &Property) -> TokenStream {
        let (_, _, conditions) = self.generics.split_for_impl();
        let (builder, Property { name, ty, docs, .. }) = (&self.name, property);
        let (kind, argument, value) = match &property.kind {
            Kind::Text => (
                None,
                quote!(impl ::rally::__private::view::IntoText),
                quote!(::rally::__private::view::IntoText::into_text(value)),
            ),
            Kind::Optional(inner) => (
                Some(quote!(<__Kind>)),
                quote!(impl ::rally::__private::view::IntoOptional<#inner, __Kind>),
                quote!(::rally::__private::view::IntoOptional::into_optional(value)),
            ),
            Kind::Plain => (None, ty.to_token_stream(), quote!(value)),
        };
        let states: Vec<_> = self.required.iter().map(|property| state(property)).collect();
        if property.default.is_some() {
            let (all, of_states) = (self.parameters(&states), self.arguments(&states));
            return quote! {
                impl #all #builder #of_states #conditions {
                    #(#docs)*
                    pub fn #name #kind(mut self, value: #argument) -> Self {
                        self.#name = ::core::option::Option::Some(#value);
                        self
                    }
                }
            };
        }
        let own = state(property);
        let others: Vec<_> = states.iter().filter(|state| **state != own).cloned().collect();
        let with = |tokens: TokenStream| -> Vec<TokenStream> {
            let tokens =
                |state: &Ident| if *state == own { tokens.clone() } else { quote!(#state) };
            states.iter().map(tokens).collect()
        };
        let parameters = self.parameters(&others);
        let before = self.arguments(&with(quote!(::rally::__private::view::Missing)));
        let after = self.arguments(&with(quote!(::rally::__private::view::Given<#ty>)));
        let fields = self.fields(|field| {
            let field = &field.name;
            if field == name {
                quote!(::rally::__private::view::Given(#value))
            } else {
                quote!(self.#field)
            }
        });
        quote! {
            impl #parameters #builder #before #conditions {
                #(#docs)*
                pub fn #name #kind(self, value: #argument) -> #builder #after {
                    #builder { __component: ::core::marker::PhantomData, #fields }
                }
            }
        }
    }

    /// Returns a method that refuses children, unless the component has them.
    fn no_children(&self) -> Option<TokenStream> {
        let (component, (_, arguments, _)) = (self.component, self.generics.split_for_impl());
        let has_children = self.signature.properties.iter().any(Property::is_children);
        (!has_children).then(|| {
            quote! {
                pub fn children<__Children>(self, _: __Children) -> Self
                where
                    __Children: ::rally::__private::view::ChildrenOf<#component #arguments>,
                {
                    self
                }
            }
        })
    }

    /// Returns the method that calls the function. Its argument tells the compiler
    /// that the types of the properties are valid, such as that `T` outlives `'a`
    /// if there is a property of type `&'a T`.
    fn finish(&self) -> TokenStream {
        let component = self.component;
        let types_of_properties = self.signature.properties.iter().map(|property| &property.ty);
        let output = &self.signature.output;
        let requirements = self.required.iter().map(|property| {
            let (state, name, ty) =
                (state(property), self.requirement_name(property), &property.ty);
            quote!(#state: #name<#ty>)
        });
        let arguments = self.signature.properties.iter().map(|property| {
            let name = &property.name;
            let Some(default) = &property.default else {
                let requirement = self.requirement_name(property);
                return quote!(#requirement::take(self.#name));
            };
            let default = default.value(|value| match &property.kind {
                Kind::Text => {
                    quote!(::rally::__private::view::IntoText::into_text(#value))
                }
                Kind::Optional(inner) => quote! {
                    ::rally::__private::view::IntoOptional::<#inner, _>::into_optional(#value)
                },
                Kind::Plain => value,
            });
            quote!(self.#name.unwrap_or_else(|| #default))
        });
        let types = self.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
        });
        quote! {
            #[doc(hidden)]
            pub fn __finish(
                self,
                _: ::core::marker::PhantomData<(#(#types_of_properties,)*)>,
            ) -> #output
            where
                #(#requirements,)*
            {
                #component::<#(#types),*>(#(#arguments),*)
            }
        }
    }

    /// Returns the trait of the state of a required property that is given.
    fn requirement(&self, property: &Property) -> TokenStream {
        let requirement = self.requirement_name(property);
        let name = property.name.unraw();
        let message = format!("the component `{}` needs `{name}`", self.component);
        let label = format!("write `{name}: ..`");
        quote! {
            #[doc(hidden)]
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            pub trait #requirement<T> {
                fn take(self) -> T;
            }

            #[diagnostic::do_not_recommend]
            impl<T> #requirement<T> for ::rally::__private::view::Given<T> {
                fn take(self) -> T {
                    self.0
                }
            }
        }
    }

    fn requirement_name(&self, property: &Property) -> Ident {
        let name = RenameRule::PascalCase.apply_to_field(property.name.unraw().to_string());
        format_ident!("__{}Needs{}", self.component, name)
    }
}

/// Returns the type parameter that tells if a required property is given.
fn state(property: &Property) -> Ident {
    format_ident!("__{}", property.name.unraw())
}
