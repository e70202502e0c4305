//! The shape of a job: `async fn name(msg: Message, cx: &Cx) -> Result<()>`.

use syn::{FnArg, Ident, ItemFn, PatType, ReturnType, Type};

use super::SHAPE;
use crate::common::Errors;

pub(super) struct Function<'a> {
    pub(super) name: &'a Ident,
    pub(super) message: &'a Type,
    /// `Cx` of `cx: &Cx`.
    pub(super) cx: &'a Type,
    pub(super) output: &'a Type,
}

impl<'a> Function<'a> {
    /// Collects every mistake.
    pub(super) fn parse(function: &'a ItemFn, errors: &mut Errors) -> Option<Self> {
        let signature = &function.sig;
        if signature.asyncness.is_none() {
            errors.at(signature.fn_token, "a job is `async`: write `async fn`");
        }
        if !signature.generics.params.is_empty() {
            errors.at(
                &signature.generics,
                "a job has no type parameters: write the type of its message",
            );
        }
        let inputs: Vec<_> = signature.inputs.iter().collect();
        let message = match inputs.first() {
            Some(FnArg::Typed(PatType { ty, .. })) if matches!(**ty, Type::Path(_)) => Some(&**ty),
            Some(FnArg::Typed(PatType { ty, .. })) => {
                errors
                    .at(ty, format!("a job takes a type of this crate by value: write `{SHAPE}`"));
                None
            }
            Some(receiver) => {
                errors.at(receiver, format!("a job is a function of its own: write `{SHAPE}`"));
                None
            }
            None => {
                errors.at(
                    &signature.ident,
                    format!("a job takes its message and `cx: &Cx`: write `{SHAPE}`"),
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
                    errors.at(other, "a job borrows its context: write `cx: &Cx`");
                    None
                }
            },
            [] => None,
            [only] => {
                errors.at(only, format!("a job takes its context too: write `{SHAPE}`"));
                None
            }
            [_, _, extra, ..] | [_, extra] => {
                errors.at(
                    extra,
                    "a job takes its message and `cx: &Cx`, and nothing else: put the rest into \
                     the message",
                );
                None
            }
        };
        let output = match &signature.output {
            ReturnType::Type(_, output) => Some(&**output),
            ReturnType::Default => {
                errors.at(
                    &signature.ident,
                    format!("a job says whether it was done: write `{SHAPE}`"),
                );
                None
            }
        };
        Some(Self { name: &signature.ident, message: message?, cx: cx?, output: output? })
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
