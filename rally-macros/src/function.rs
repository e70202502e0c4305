//! Parsing of the signature that handlers, loaders and jobs share:
//! `async fn name(msg: Message, cx: &Cx) -> Result<..>`. Handlers and loaders may have a third
//! parameter, `account: &Account`.

use syn::{FnArg, Ident, ItemFn, PatType, ReturnType, Type};

use crate::common::Errors;

pub(crate) struct Function<'a> {
    pub(crate) name: &'a Ident,
    /// Type of the message of a call or job, or of the route of a loader.
    pub(crate) message: &'a Type,
    pub(crate) cx: Option<&'a Type>,
    pub(crate) account: Option<&'a Type>,
    pub(crate) output: &'a Type,
}

impl<'a> Function<'a> {
    /// Parses a signature. If parts have errors, the valid parts are returned,
    /// so that one error does not cause others elsewhere. `kind` and `shape`
    /// are for the error messages: the kind of function, and an example of its
    /// signature. `max_others` is the number of parameters after the context.
    pub(crate) fn parse(
        function: &'a ItemFn,
        kind: &str,
        shape: &str,
        max_others: usize,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = &function.sig;
        if signature.asyncness.is_none() {
            errors.at(signature.fn_token, format!("a {kind} must be `async`: write `async fn`"));
        }
        if !signature.generics.params.is_empty() {
            errors.at(
                &signature.generics,
                format!("a {kind} cannot have generic parameters: write concrete types"),
            );
        }
        let inputs: Vec<_> = signature.inputs.iter().collect();
        let message = match inputs.first() {
            Some(FnArg::Typed(PatType { ty, .. })) if matches!(**ty, Type::Path(_)) => Some(&**ty),
            Some(FnArg::Typed(PatType { ty, .. })) => {
                errors.at(
                    ty,
                    format!(
                        "the first parameter of a {kind} must be a type of this crate, by value: \
                         write `{shape}`"
                    ),
                );
                None
            }
            Some(receiver) => {
                errors.at(receiver, format!("a {kind} cannot take `self`: write `{shape}`"));
                None
            }
            None => {
                errors.at(
                    &signature.ident,
                    format!("a {kind} needs a message and `cx: &Cx`: write `{shape}`"),
                );
                None
            }
        };
        let account = match &inputs[..] {
            [_, _, FnArg::Typed(PatType { ty, .. }), ..] => Some(&**ty),
            _ => None,
        };
        let cx = match &inputs[..] {
            [_, FnArg::Typed(PatType { ty, .. }), rest @ ..] if rest.len() <= max_others => {
                match &**ty {
                    Type::Reference(reference) if reference.mutability.is_none() => {
                        Some(&*reference.elem)
                    }
                    other => {
                        errors.at(
                            other,
                            format!("a {kind} takes its context by reference: write `cx: &Cx`"),
                        );
                        None
                    }
                }
            }
            [] => None,
            [only] => {
                errors.at(only, format!("a {kind} also needs `cx: &Cx`: write `{shape}`"));
                None
            }
            [_, extra] => {
                errors.at(extra, takes_only(kind, max_others));
                None
            }
            [_, _, others @ ..] => {
                if let Some(extra) = others.get(max_others) {
                    errors.at(extra, takes_only(kind, max_others));
                }
                None
            }
        };
        let output = match &signature.output {
            ReturnType::Type(_, output) => Some(&**output),
            ReturnType::Default => {
                errors.at(
                    &signature.ident,
                    format!("a {kind} must return a `Result`: write `{shape}`"),
                );
                None
            }
        };
        Some(Self { name: &signature.ident, message: message?, cx, account, output: output? })
    }

    pub(crate) fn message_name(&self) -> String {
        match self.message {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        }
        .unwrap_or_default()
    }
}

fn takes_only(kind: &str, max_others: usize) -> String {
    let all = match max_others {
        0 => "its message and `cx: &Cx`",
        _ => "its message, `cx: &Cx` and the caller's `account: &Account`",
    };
    format!("a {kind} takes only {all}: move other parameters into the message")
}
