//! The shape that handlers, loaders and jobs share:
//! `async fn name(msg: Message, cx: &Cx) -> Result<..>`.

use syn::{FnArg, Ident, ItemFn, PatType, ReturnType, Type};

use crate::common::Errors;

pub(crate) struct Function<'a> {
    pub(crate) name: &'a Ident,
    /// What it is given: the message of a call or job, the route of a loader.
    pub(crate) message: &'a Type,
    /// `Cx` of `cx: &Cx`.
    pub(crate) cx: Option<&'a Type>,
    pub(crate) output: &'a Type,
}

impl<'a> Function<'a> {
    /// Collects every mistake. What can be known of it is returned all the same,
    /// so that one mistake does not look like ten.
    ///
    /// `kind` is what messages call it, `shape` how one is written.
    pub(crate) fn parse(
        function: &'a ItemFn,
        kind: &str,
        shape: &str,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = &function.sig;
        if signature.asyncness.is_none() {
            errors.at(signature.fn_token, format!("a {kind} is `async`: write `async fn`"));
        }
        if !signature.generics.params.is_empty() {
            errors.at(
                &signature.generics,
                format!("a {kind} has no type parameters: write the types it is called with"),
            );
        }
        let inputs: Vec<_> = signature.inputs.iter().collect();
        let message = match inputs.first() {
            Some(FnArg::Typed(PatType { ty, .. })) if matches!(**ty, Type::Path(_)) => Some(&**ty),
            Some(FnArg::Typed(PatType { ty, .. })) => {
                errors.at(
                    ty,
                    format!("a {kind} takes a type of this crate by value: write `{shape}`"),
                );
                None
            }
            Some(receiver) => {
                errors.at(receiver, format!("a {kind} is a function of its own: write `{shape}`"));
                None
            }
            None => {
                errors.at(
                    &signature.ident,
                    format!("a {kind} takes its message and `cx: &Cx`: write `{shape}`"),
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
                    errors.at(other, format!("a {kind} borrows its context: write `cx: &Cx`"));
                    None
                }
            },
            [] => None,
            [only] => {
                errors.at(only, format!("a {kind} takes its context too: write `{shape}`"));
                None
            }
            [_, _, extra, ..] | [_, extra] => {
                errors.at(
                    extra,
                    format!(
                        "a {kind} takes its message and `cx: &Cx`, and nothing else: put the rest \
                         into the message"
                    ),
                );
                None
            }
        };
        let output = match &signature.output {
            ReturnType::Type(_, output) => Some(&**output),
            ReturnType::Default => {
                errors
                    .at(&signature.ident, format!("a {kind} returns a `Result`: write `{shape}`"));
                None
            }
        };
        Some(Self { name: &signature.ident, message: message?, cx, output: output? })
    }

    /// The message's own name, without the path to it.
    pub(crate) fn message_name(&self) -> String {
        match self.message {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        }
        .unwrap_or_default()
    }
}
