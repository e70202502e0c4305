//! The shape of a handler: `async fn name(msg: Message, cx: &Cx) -> Result<..>`.

use syn::{FnArg, Ident, ItemFn, PatType, ReturnType, Type};

use super::args::{Access, Args, CHOICES};
use crate::common::Errors;

pub(super) struct Handler<'a> {
    pub(super) name: &'a Ident,
    /// The message of a call, the route of a loader.
    pub(super) message: &'a Type,
    /// `Cx` of `cx: &Cx`.
    pub(super) cx: Option<&'a Type>,
    pub(super) output: &'a Type,
    pub(super) load: bool,
}

impl<'a> Handler<'a> {
    /// Collects every mistake. What can be known of the contract is returned
    /// all the same, so that one mistake does not look like ten.
    pub(super) fn parse(function: &'a ItemFn, args: &Args, errors: &mut Errors) -> Option<Self> {
        let signature = &function.sig;
        let (kind, shape) = match args.load {
            true => ("loader", "async fn load(page: Product, cx: &Cx) -> Result<Data, LoadError>"),
            false => ("handler", "async fn rename(msg: Rename, cx: &Cx) -> Result<Answer>"),
        };
        if matches!(args.access, Access::Missing) {
            let message = format!("who may call `{}`? Write one of: {CHOICES}", signature.ident);
            errors.at(&signature.ident, message);
        }
        if signature.asyncness.is_none() {
            errors.at(signature.fn_token, format!("a server {kind} is `async`: write `async fn`"));
        }
        if !signature.generics.params.is_empty() {
            errors.at(
                &signature.generics,
                format!(
                    "a server {kind} has no type parameters: write the types it is called with"
                ),
            );
        }
        let inputs: Vec<_> = signature.inputs.iter().collect();
        let message = match inputs.first() {
            Some(FnArg::Typed(PatType { ty, .. })) if matches!(**ty, Type::Path(_)) => Some(&**ty),
            Some(FnArg::Typed(PatType { ty, .. })) => {
                errors.at(
                    ty,
                    format!("a server {kind} takes a type of this crate by value: write `{shape}`"),
                );
                None
            }
            Some(receiver) => {
                errors.at(
                    receiver,
                    format!("a server {kind} is a function of its own: write `{shape}`"),
                );
                None
            }
            None => {
                errors.at(
                    &signature.ident,
                    format!("a server {kind} takes its message and `cx: &Cx`: write `{shape}`"),
                );
                None
            }
        };
        let cx = match &inputs[..] {
            [_, FnArg::Typed(PatType { ty, .. })] => match &**ty {
                Type::Reference(reference) if reference.mutability.is_none() => {
                    Some(&*reference.elem)
                }
                other => {
                    errors
                        .at(other, format!("a server {kind} borrows its context: write `cx: &Cx`"));
                    None
                }
            },
            [] => None,
            [only] => {
                errors.at(only, format!("a server {kind} takes its context too: write `{shape}`"));
                None
            }
            [_, _, extra, ..] | [_, extra] => {
                errors.at(extra, format!("a server {kind} takes its message and `cx: &Cx`, and nothing else: put the rest into the message"));
                None
            }
        };
        let output = match &signature.output {
            ReturnType::Type(_, output) => Some(&**output),
            ReturnType::Default => {
                errors.at(
                    &signature.ident,
                    format!("a server {kind} returns a `Result`: write `{shape}`"),
                );
                None
            }
        };
        Some(Self {
            name: &signature.ident,
            message: message?,
            cx,
            output: output?,
            load: args.load,
        })
    }
    /// The message's own name, without the path to it.
    pub(super) fn message_name(&self) -> String {
        match self.message {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        }
        .unwrap_or_default()
    }
}
