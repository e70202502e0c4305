//! Whether the parts of an app fit together: their states, and whom they know.

use std::fmt;

use rally_core::registry::Pages;

use crate::auth::access::Access;
use crate::auth::caller::CxTypes;
use crate::auth::erased::FromSession;
use crate::config::BootError;

/// What handlers have to fit.
pub(crate) struct AppTypes {
    pub(crate) cx: CxTypes,
    pub(crate) has_auth: bool,
}

impl AppTypes {
    /// Whether a handler's context is the app's.
    pub(crate) fn check_cx(
        &self,
        who: fmt::Arguments<'_>,
        found: &CxTypes,
    ) -> Result<(), BootError> {
        let (state, identity) = (self.cx.state, self.cx.identity);
        if found.state.id != state.id {
            return Err(BootError::new(format_args!(
                "{who} expects the state `{}`, and the app was made with `{}`: \
                 write `cx: &Cx<{1}>`, or give `App::new` the other one",
                found.state.name, state.name
            )));
        }
        if found.identity.id == identity.id {
            return Ok(());
        }
        let expected = found.identity.name;
        Err(BootError::new(match self.has_auth {
            true => format!(
                "{who} expects the identity `{expected}`, and the app's is `{}`: \
                 write `cx: &Cx<{}, {0}>`",
                identity.name, state.name
            ),
            false => format!(
                "{who} expects the identity `{expected}`, and the app knows of nobody: \
                 write `App::new(..).auth(..)`, or `cx: &Cx<{}>`",
                state.name
            ),
        }))
    }

    /// Whether the app can decide about an access.
    pub(crate) fn check_access(
        &self,
        whose: fmt::Arguments<'_>,
        access: &Access,
    ) -> Result<(), BootError> {
        if let Some(function) = access.allow {
            let who = format_args!("the function that says who may, of {whose},");
            self.check_cx(who, &function.types())?;
        }
        match access.is_guarded() && !self.has_auth {
            true => Err(BootError::new(format_args!(
                "{whose} is not for everybody, and the app knows of nobody: \
                 write `App::new(..).auth(..)`, which says who somebody is"
            ))),
            false => Ok(()),
        }
    }
}

/// Whether `from_session` knows of the same people as the app, and makes what
/// its pages are given.
pub(crate) fn check_from_session(
    from_session: &FromSession,
    app: &AppTypes,
    pages: &Pages,
) -> Result<(), BootError> {
    let (found, expected) = (from_session.identity, app.cx.identity);
    if found.id != expected.id {
        return Err(BootError::new(format_args!(
            "`from_session` expects the identity `{}`, and the app's is `{}`: \
             write `.auth(..)` before `.from_session(..)`",
            found.name, expected.name
        )));
    }
    let made = from_session.context;
    match pages.iter().map(|page| page.context()).find(|(id, _)| *id != made.id) {
        None => Ok(()),
        Some((_, expected)) => Err(BootError::new(format_args!(
            "`from_session` makes the client context `{}`, and the pages have `{expected}`: \
             write pages!(\"src/pages\", context = ..) with the one that it makes",
            made.name
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rally_core::call::CallError;
    use rally_core::context::ClientContext;

    use super::*;
    use crate::auth::Visit;
    use crate::auth::access::Authorize;
    use crate::calls::Authorizer;
    use crate::calls::cx::{Cx, HandlerCx};

    /// Who has signed in.
    struct Account;

    /// An app whose handlers have the context `C`.
    fn app<C: HandlerCx>(has_auth: bool) -> AppTypes {
        AppTypes { cx: CxTypes::of::<C>(), has_auth }
    }

    /// The names of this module's types are long, and say nothing.
    fn message(checked: Result<(), BootError>) -> Option<String> {
        let message = checked.err()?.to_string();
        let names = [("alloc::string::String", "String"), (concat!(module_path!(), "::"), "")];
        Some(names.iter().fold(message, |text, (long, short)| text.replace(long, short)))
    }

    #[track_caller]
    fn check_cx<C: HandlerCx>(app: &AppTypes, expected: Option<&str>) {
        let checked = app.check_cx(format_args!("the handler of `A`"), &CxTypes::of::<C>());
        assert_eq!(message(checked).as_deref(), expected);
    }

    #[track_caller]
    fn check_access(app: &AppTypes, access: &Access, expected: Option<&str>) {
        let checked = app.check_access(format_args!("the page `A`"), access);
        assert_eq!(message(checked).as_deref(), expected);
    }

    #[test]
    fn a_handler_for_another_state() {
        check_cx::<Cx<i32>>(&app::<Cx<i32>>(false), None);
        check_cx::<Cx<String>>(
            &app::<Cx<i32>>(false),
            Some(
                "the handler of `A` expects the state `String`, and the app was made with `i32`: \
                 write `cx: &Cx<i32>`, or give `App::new` the other one",
            ),
        );
    }

    #[test]
    fn a_handler_for_another_identity() {
        check_cx::<Cx<i32, Account>>(&app::<Cx<i32, Account>>(true), None);
        check_cx::<Cx<i32>>(
            &app::<Cx<i32, Account>>(true),
            Some(
                "the handler of `A` expects the identity `()`, and the app's is `Account`: write \
                 `cx: &Cx<i32, Account>`",
            ),
        );
        check_cx::<Cx<i32, Account>>(
            &app::<Cx<i32>>(false),
            Some(
                "the handler of `A` expects the identity `Account`, and the app knows of nobody: \
                 write `App::new(..).auth(..)`, or `cx: &Cx<i32>`",
            ),
        );
    }

    #[test]
    fn a_policy_of_an_app_that_knows_of_nobody() {
        check_access(&app::<Cx<i32, Account>>(true), &Access::SIGNED_IN, None);
        check_access(
            &app::<Cx<i32>>(false),
            &Access::SIGNED_IN,
            Some(
                "the page `A` is not for everybody, and the app knows of nobody: write \
                 `App::new(..).auth(..)`, which says who somebody is",
            ),
        );
    }

    #[test]
    fn a_function_that_says_who_may_in_another_app() {
        async fn may(_: &Cx<i32, Account>, _: &Account) -> Result<bool, CallError> {
            Ok(true)
        }
        const MAY: &dyn Authorize = &Authorizer::of(may);
        let access = Access::PUBLIC.allow(MAY);
        check_access(&app::<Cx<i32, Account>>(true), &access, None);
        check_access(
            &app::<Cx<String, Account>>(true),
            &access,
            Some(
                "the function that says who may, of the page `A`, expects the state `i32`, and the \
                 app was made with `String`: write `cx: &Cx<String>`, or give `App::new` the other \
                 one",
            ),
        );
        check_access(
            &app::<Cx<i32>>(false),
            &access,
            Some(
                "the function that says who may, of the page `A`, expects the identity `Account`, \
                 and the app knows of nobody: write `App::new(..).auth(..)`, or `cx: &Cx<i32>`",
            ),
        );
    }

    #[test]
    fn a_from_session_before_auth() {
        async fn made(visit: Visit<i32>) -> Result<(ClientContext, Arc<i32>), CallError> {
            Ok((visit.browser, visit.state))
        }
        let from_session = FromSession::new(made);
        let pages = Pages::new(&[]).unwrap();
        let check = |app: &AppTypes| message(check_from_session(&from_session, app, &pages));
        assert_eq!(check(&app::<Cx<i32>>(false)), None);
        let expected = "`from_session` expects the identity `()`, and the app's is `Account`: write \
                        `.auth(..)` before `.from_session(..)`";
        assert_eq!(check(&app::<Cx<i32, Account>>(true)).as_deref(), Some(expected));
    }
}
