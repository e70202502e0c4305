//! Parsing of `#[page]` and its route struct.

use darling::ast::NestedMeta;
use darling::util::Flag;
use darling::{FromField, FromMeta};
use proc_macro2::TokenStream;
use syn::{Expr, Fields, Ident, Item, ItemStruct, Lit, LitStr, Path, Type};

pub(super) use super::function::PageFunction;
use crate::access::FunctionPath;
use crate::common::Errors;

pub(super) struct PageModel {
    pub(super) item: ItemStruct,
    pub(super) pattern: Option<LitStr>,
    pub(super) has_loader: bool,
    pub(super) signed_in: bool,
    pub(super) authorize: Option<Path>,
    pub(super) fields: Vec<RouteField>,
    /// The function that `#[page]` is on, in place of a struct.
    pub(super) function: Option<PageFunction>,
}

pub(super) struct RouteField {
    pub(super) name: Ident,
    pub(super) ty: Type,
    pub(super) source: ParamSource,
}

pub(super) enum ParamSource {
    Path,
    /// `#[query]`: if the value does not parse, or a required value is absent,
    /// the page is not found.
    Query,
    /// `#[query(default)]`: the default replaces a value that is absent or does
    /// not parse. `None` stands for `Default::default()`.
    QueryOr(Option<Box<Expr>>),
}

#[derive(Default, FromMeta)]
struct PageArgs {
    loader: Flag,
    /// The name of `loader` in earlier versions.
    load: Flag,
    signed_in: Flag,
    authorize: Option<FunctionPath>,
    title: Option<LitStr>,
}

#[derive(FromField)]
#[darling(attributes(query))]
struct FieldArgs {
    ident: Option<Ident>,
    default: Option<DefaultArg>,
}

/// The argument of `#[query]`: `default`, or `default = 1`.
struct DefaultArg(Option<Expr>);

impl FromMeta for DefaultArg {
    fn from_word() -> darling::Result<Self> {
        Ok(Self(None))
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        Ok(Self(Some(expr.clone())))
    }
}

impl PageModel {
    pub(super) fn parse(args: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Self> {
        let (item, mut function) = match errors.take(syn::parse2::<Item>(item))? {
            Item::Struct(item) => (item, None),
            Item::Fn(function) => {
                let function = PageFunction::parse(function, errors)?;
                (function.route(errors)?, Some(function))
            }
            other => {
                errors.at(
                    other,
                    "`#[page]` must be on a route struct or a function: write `#[page] pub struct \
                     Home;`",
                );
                return None;
            }
        };
        if !item.generics.params.is_empty() {
            errors.at(
                &item.generics,
                "a route struct cannot have generic parameters: write concrete types",
            );
            return None;
        }
        let mut args =
            errors.take_darling(NestedMeta::parse_meta_list(args).map_err(Into::into))?;
        let pattern = match args.first() {
            Some(NestedMeta::Lit(Lit::Str(pattern))) => Some(pattern.clone()),
            _ => None,
        };
        if pattern.is_some() {
            args.remove(0);
        }
        let args = errors.take_darling(PageArgs::from_list(&args)).unwrap_or_default();
        let loader = if args.load.is_present() { &args.load } else { &args.loader };
        match (&mut function, &args.title) {
            (Some(_), _) if loader.is_present() => errors.at_span(
                loader.span(),
                "a page with a loader needs a struct: write `#[page(loader)] pub struct Home;`, a \
                 `Model` and `impl Page for Model`",
            ),
            (None, _) if args.load.is_present() => errors.at_span(
                args.load.span(),
                "a page with a loader has the argument `loader`: write `#[page(loader)]`",
            ),
            (Some(function), title) => function.title = title.clone(),
            (None, Some(title)) => errors.at(
                title,
                "`title` is for a function: in `impl Page for Model`, write `fn head`, which \
                 returns `Head::title(\"..\")`",
            ),
            (None, None) => {}
        }
        let mut page = Self {
            item,
            pattern,
            has_loader: loader.is_present() && function.is_none(),
            signed_in: args.signed_in.is_present(),
            authorize: args.authorize.map(|FunctionPath(path)| path),
            fields: Vec::new(),
            function,
        };
        page.read_fields(errors)?;
        Some(page)
    }

    pub(super) fn is_guarded(&self) -> bool {
        self.signed_in || self.authorize.is_some()
    }

    fn read_fields(&mut self, errors: &mut Errors) -> Option<()> {
        let fields = match &mut self.item.fields {
            Fields::Unit => return Some(()),
            Fields::Named(fields) => fields,
            Fields::Unnamed(fields) => {
                errors.at(
                    &*fields,
                    "the fields of a route struct must have the same names as the URL's \
                     parameters: write `{ pub id: i64 }`",
                );
                return None;
            }
        };
        for field in &mut fields.named {
            let is_query = field.attrs.iter().any(|attribute| attribute.path().is_ident("query"));
            let args = errors.take_darling(FieldArgs::from_field(field));
            field.attrs.retain(|attribute| !attribute.path().is_ident("query"));
            let Some(FieldArgs { ident: Some(name), default }) = args else { continue };
            let source = match default {
                _ if !is_query => ParamSource::Path,
                None => ParamSource::Query,
                Some(DefaultArg(default)) => ParamSource::QueryOr(default.map(Box::new)),
            };
            self.fields.push(RouteField { name, ty: field.ty.clone(), source });
        }
        Some(())
    }
}
