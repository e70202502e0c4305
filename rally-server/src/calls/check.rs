//! Checks at boot that handlers, pages and `from_session` match the app's types and auth.

use std::fmt;

use rally_core::registry::Pages;

use crate::auth::access::Access;
use crate::auth::caller::CxTypes;
use crate::auth::erased::FromSession;
use crate::config::BootError;

pub(crate) struct AppTypes {
    pub(crate) cx: CxTypes,
    pub(crate) has_auth: bool,
}

impl AppTypes {
    pub(crate) fn check_cx(
        &self,
        subject: fmt::Arguments<'_>,
        found: &CxTypes,
    ) -> Result<(), BootError> {
        let (state, identity) = (self.cx.state, self.cx.identity);
        if found.state.id != state.id {
            return Err(BootError::new(format_args!(
                "{subject} expects the state `{}`, but the app has the state `{}`: write \
                 `cx: &Cx<{}>` in the function, or pass a value of type `{0}` to `App::new` in \
                 `main`",
                found.state.name,
                state.name,
                self.cx_arguments()
            )));
        }
        if found.identity.id == identity.id {
            return Ok(());
        }
        let expected = found.identity.name;
        Err(BootError::new(match self.has_auth {
            true => format!(
                "{subject} expects the identity `{expected}`, but the app has the identity `{}`: \
                 write `cx: &Cx<{}>` in the function",
                identity.name,
                self.cx_arguments()
            ),
            false => format!(
                "{subject} expects the identity `{expected}`, but the app has no auth: call \
                 `.auth(..)` on the app in `main`, or, if no identity is needed, write \
                 `cx: &Cx<{}>` in the function",
                self.cx_arguments()
            ),
        }))
    }

    fn cx_arguments(&self) -> String {
        match self.has_auth {
            true => format!("{}, {}", self.cx.state.name, self.cx.identity.name),
            false => self.cx.state.name.to_owned(),
        }
    }

    pub(crate) fn check_access(
        &self,
        subject: fmt::Arguments<'_>,
        access: &Access,
    ) -> Result<(), BootError> {
        if let Some(function) = access.authorize {
            let function_of = format_args!("the authorize function of {subject}");
            self.check_cx(function_of, &function.types())?;
        }
        match access.is_guarded() && !self.has_auth {
            true => Err(BootError::new(format_args!(
                "{subject} requires a signed-in caller, but the app has no auth: call \
                 `.auth(..)` on the app in `main`"
            ))),
            false => Ok(()),
        }
    }
}

pub(crate) fn check_from_session(
    from_session: &FromSession,
    app: &AppTypes,
    pages: &Pages,
) -> Result<(), BootError> {
    let (found, expected) = (from_session.identity, app.cx.identity);
    if found.id != expected.id {
        return Err(BootError::new(format_args!(
            "`from_session` expects the identity `{}`, but the app has the identity `{}`: \
             call `.auth(..)` before `.from_session(..)`",
            found.name, expected.name
        )));
    }
    let context = from_session.context;
    match pages.iter().map(|page| page.context()).find(|(id, _)| *id != context.id) {
        None => Ok(()),
        Some((_, expected)) => Err(BootError::new(format_args!(
            "`from_session` returns the client context `{0}`, but the pages have `{expected}`: \
             write pages!(\"src/pages\", context = {0}), or return the type of the pages",
            context.name
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rally_core::context::ClientContext;
    use rally_core::error::Error;

    use super::*;
    use crate::auth::Visit;
    use crate::auth::access::Authorize;
    use crate::calls::Authorizer;
    use crate::calls::cx::Cx;
    use crate::calls::handler_cx::HandlerCx;

    struct Account;

    fn app<C: HandlerCx>(has_auth: bool) -> AppTypes {
        AppTypes { cx: CxTypes::of::<C>(), has_auth }
    }

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
    fn a_handler_with_another_state_is_refused() {
        check_cx::<Cx<i32>>(&app::<Cx<i32>>(false), None);
        check_cx::<Cx<String>>(
            &app::<Cx<i32>>(false),
            Some(
                "the handler of `A` expects the state `String`, but the app has the state `i32`: \
                 write `cx: &Cx<i32>` in the function, or pass a value of type `String` to \
                 `App::new` in `main`",
            ),
        );
    }

    #[test]
    fn a_handler_with_another_identity_is_refused() {
        check_cx::<Cx<i32, Account>>(&app::<Cx<i32, Account>>(true), None);
        check_cx::<Cx<i32>>(
            &app::<Cx<i32, Account>>(true),
            Some(
                "the handler of `A` expects the identity `()`, but the app has the identity \
                 `Account`: write `cx: &Cx<i32, Account>` in the function",
            ),
        );
        check_cx::<Cx<i32, Account>>(
            &app::<Cx<i32>>(false),
            Some(
                "the handler of `A` expects the identity `Account`, but the app has no auth: \
                 call `.auth(..)` on the app in `main`, or, if no identity is needed, write \
                 `cx: &Cx<i32>` in the function",
            ),
        );
    }

    #[test]
    fn a_guarded_page_requires_auth() {
        check_access(&app::<Cx<i32, Account>>(true), &Access::SIGNED_IN, None);
        check_access(
            &app::<Cx<i32>>(false),
            &Access::SIGNED_IN,
            Some(
                "the page `A` requires a signed-in caller, but the app has no auth: call \
                 `.auth(..)` on the app in `main`",
            ),
        );
    }

    #[test]
    fn an_authorize_function_with_other_types_is_refused() {
        async fn may(_: &Cx<i32, Account>, _: &Account) -> Result<bool, Error> {
            Ok(true)
        }
        const MAY: &dyn Authorize = &Authorizer::of::<(), _>(may);
        let access = Access::PUBLIC.authorize(MAY);
        check_access(&app::<Cx<i32, Account>>(true), &access, None);
        check_access(
            &app::<Cx<String, Account>>(true),
            &access,
            Some(
                "the authorize function of the page `A` expects the state `i32`, but the app has \
                 the state `String`: write `cx: &Cx<String, Account>` in the function, or pass a \
                 value of type `i32` to `App::new` in `main`",
            ),
        );
        check_access(
            &app::<Cx<i32>>(false),
            &access,
            Some(
                "the authorize function of the page `A` expects the identity `Account`, but the \
                 app has no auth: call `.auth(..)` on the app in `main`, or, if no identity is \
                 needed, write `cx: &Cx<i32>` in the function",
            ),
        );
    }

    #[test]
    fn from_session_before_auth_is_refused() {
        async fn from_visit(visit: Visit<i32>) -> Result<(ClientContext, Arc<i32>), Error> {
            Ok((visit.browser, visit.state))
        }
        let from_session = FromSession::new(from_visit);
        let pages = Pages::new(&[]).unwrap();
        let check = |app: &AppTypes| message(check_from_session(&from_session, app, &pages));
        assert_eq!(check(&app::<Cx<i32>>(false)), None);
        let expected = "`from_session` expects the identity `()`, but the app has the identity \
                        `Account`: call `.auth(..)` before `.from_session(..)`";
        assert_eq!(check(&app::<Cx<i32, Account>>(true)).as_deref(), Some(expected));
    }
}
