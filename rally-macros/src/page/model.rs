//! What `#[page]` was written as.

use darling::ast::NestedMeta;
use darling::util::Flag;
use darling::{FromField, FromMeta};
use proc_macro2::TokenStream;
use syn::{Expr, Fields, Ident, Item, ItemStruct, Lit, LitStr, Path};

use crate::access::Function;
use crate::common::Errors;

pub(super) struct PageModel {
    /// The struct, without the attributes of this macro.
    pub(super) item: ItemStruct,
    /// `#[page("/exact/:path")]`.
    pub(super) pattern: Option<LitStr>,
    pub(super) has_loader: bool,
    /// Only for those who have signed in.
    pub(super) signed_in: bool,
    /// Only for those whom this function lets.
    pub(super) authorize: Option<Path>,
    pub(super) fields: Vec<RouteField>,
}

pub(super) struct RouteField {
    pub(super) name: Ident,
    pub(super) place: Place,
}

pub(super) enum Place {
    /// A segment of the path.
    Path,
    /// `#[query]`: an unparsable value is not found.
    Query,
    /// `#[query(default)]`: an absent or unparsable value is this.
    QueryOr(Option<Box<Expr>>),
}

/// What stands in `#[page(..)]` besides the path.
#[derive(Default, FromMeta)]
struct Args {
    /// The page has a loader.
    load: Flag,
    /// Only for those who have signed in.
    signed_in: Flag,
    /// Only for those whom a function lets.
    authorize: Option<Function>,
}

#[derive(FromField)]
#[darling(attributes(query))]
struct FieldArgs {
    ident: Option<Ident>,
    default: Option<DefaultArg>,
}

/// `default` alone or `default = 1`.
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
    /// `None` when there is no struct to work with.
    pub(super) fn parse(args: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Self> {
        let item = match errors.take(syn::parse2::<Item>(item))? {
            Item::Struct(item) => item,
            other => {
                errors.at(
                    other,
                    "`#[page]` stands on the route struct: write `#[page] pub struct Home;`",
                );
                return None;
            }
        };
        if !item.generics.params.is_empty() {
            errors.at(
                &item.generics,
                "a route has no type parameters: write the types it is used with",
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
        let args = errors.take_darling(Args::from_list(&args)).unwrap_or_default();
        let mut page = Self {
            item,
            pattern,
            has_loader: args.load.is_present(),
            signed_in: args.signed_in.is_present(),
            authorize: args.authorize.map(|Function(path)| path),
            fields: Vec::new(),
        };
        page.read_fields(errors)?;
        Some(page)
    }

    /// Whether not everybody may see it.
    pub(super) fn is_guarded(&self) -> bool {
        self.signed_in || self.authorize.is_some()
    }

    fn read_fields(&mut self, errors: &mut Errors) -> Option<()> {
        let fields = match &mut self.item.fields {
            Fields::Unit => return Some(()),
            Fields::Named(fields) => fields,
            Fields::Unnamed(fields) => {
                errors.at(&*fields, "the fields of a route have names, those of its segments: write `{ pub id: i64 }`");
                return None;
            }
        };
        for field in &mut fields.named {
            let is_query = field.attrs.iter().any(|attribute| attribute.path().is_ident("query"));
            let args = errors.take_darling(FieldArgs::from_field(field));
            field.attrs.retain(|attribute| !attribute.path().is_ident("query"));
            let Some(FieldArgs { ident: Some(name), default }) = args else { continue };
            let place = match default {
                _ if !is_query => Place::Path,
                None => Place::Query,
                Some(DefaultArg(default)) => Place::QueryOr(default.map(Box::new)),
            };
            self.fields.push(RouteField { name, place });
        }
        Some(())
    }
}
