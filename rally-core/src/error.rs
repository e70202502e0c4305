//! `Error`, the error of helper functions, and the ways to refuse a call.

use std::any::{Any, TypeId};
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

use crate::call::CallError;
use crate::form::{FieldErrors, garde};
use crate::page::LoadError;

/// The error of a function of the server, with any cause.
///
/// `?` turns each `std::error::Error` that is `Send + Sync + 'static` into this
/// type, and this type into the error of a handler ([`CallError`]), of a loader
/// ([`LoadError`]) and of every other function that an app passes to Rally. So a
/// helper that returns `rally::Result` can be called everywhere.
///
/// The browser never receives the text: it is logged under a trace id.
///
/// Like the error of the crate anyhow, this type does not implement
/// `std::error::Error`. It dereferences to its cause, so it has the cause's
/// `source()` and `downcast_ref()`.
///
/// ```
/// # use rally_core::call::CallError;
/// # use rally_core::error::Error;
/// fn parse(text: &str) -> Result<i64, Error> {
///     match text.parse::<i64>()? {
///         0 => Err(Error::msg("zero is not a number of a table")),
///         number => Ok(number),
///     }
/// }
///
/// fn double(text: &str) -> Result<i64, CallError> {
///     Ok(parse(text)? * 2)
/// }
///
/// assert!(matches!(double("21"), Ok(42)));
/// let error = parse("x").unwrap_err();
/// assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
/// ```
pub struct Error {
    cause: Boxed,
    /// The type of the cause, and the function that gives the cause this type; `None` if the cause
    /// was boxed before. The type is compared first, because a failed downcast would lose the error.
    typed: Option<(TypeId, IntoAny)>,
}

type Boxed = Box<dyn StdError + Send + Sync>;
type IntoAny = fn(Boxed) -> Box<dyn Any>;

impl Error {
    /// Creates an error with this text.
    ///
    /// ```
    /// # use rally_core::error::Error;
    /// assert_eq!(Error::msg("the printer is on fire").to_string(), "the printer is on fire");
    /// ```
    pub fn msg(text: impl Into<String>) -> Self {
        Self::new(text.into())
    }

    /// Creates an error from a text, from a boxed error, or from an error that does
    /// not implement `std::error::Error`, such as `anyhow::Error`.
    ///
    /// ```
    /// # use rally_core::error::Error;
    /// fn helper() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     Err("no paper".into())
    /// }
    /// assert_eq!(helper().map_err(Error::new).unwrap_err().to_string(), "no paper");
    /// ```
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: cause.into(), typed: None }
    }
}

impl<Cause: StdError + Send + Sync + 'static> From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Self { cause: Box::new(cause), typed: Some((TypeId::of::<Cause>(), into_any::<Cause>)) }
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync> {
    fn from(error: Error) -> Self {
        error.cause
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        error.cause
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.cause
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

/// Returns the cause of an error that was made from a `Cause`.
fn into_any<Cause: StdError + 'static>(cause: Boxed) -> Box<dyn Any> {
    match cause.downcast::<Cause>() {
        Ok(cause) => cause,
        // Unreachable: the error was made from a `Cause`.
        Err(cause) => Box::new(cause),
    }
}

/// An error of the type `E` is for the browser, any other error stays on the server.
///
/// If `E` is [`FieldErrors`], a `garde::Report` is for the browser too.
impl<E: 'static, Cause: StdError + Send + Sync + 'static> From<Cause> for CallError<E> {
    fn from(cause: Cause) -> Self {
        match is_for_browser::<E>(TypeId::of::<Cause>()) {
            true => to_app_error(Box::new(cause)),
            false => Self::Failed(cause.into()),
        }
    }
}

/// An error that was made from one of the type `E` is for the browser, as without the helper that
/// has returned it.
impl<E: 'static> From<Error> for CallError<E> {
    fn from(error: Error) -> Self {
        match error.typed {
            Some((cause, into_any)) if is_for_browser::<E>(cause) => {
                to_app_error(into_any(error.cause))
            }
            _ => Self::Failed(error),
        }
    }
}

/// The rules of a form are broken. `FieldErrors` is no `std::error::Error`, so that `msg.check()?`
/// compiles only in a handler whose error has the fields.
impl From<FieldErrors> for CallError<FieldErrors> {
    fn from(errors: FieldErrors) -> Self {
        Self::App(errors)
    }
}

/// Returns `true` if an error of the type `cause` is for the browser.
fn is_for_browser<E: 'static>(cause: TypeId) -> bool {
    let error = TypeId::of::<E>();
    cause == error || error == TypeId::of::<FieldErrors>() && garde::is_report(cause)
}

fn to_app_error<E: 'static>(cause: Box<dyn Any>) -> CallError<E> {
    let error = cause.downcast::<E>().or_else(|cause| {
        let errors: Box<dyn Any> = Box::new(garde::errors_of(cause));
        errors.downcast::<E>()
    });
    match error {
        Ok(error) => CallError::App(*error),
        // Unreachable: `is_for_browser` has compared the types.
        Err(_) => CallError::Failed(Error::msg("the error's type is not known")),
    }
}

/// For a function that calls a handler's function.
impl<E: StdError + Send + Sync + 'static> From<CallError<E>> for Error {
    fn from(error: CallError<E>) -> Self {
        match error {
            CallError::App(error) => error.into(),
            CallError::Failed(error) => error,
        }
    }
}

impl<Cause: StdError + Send + Sync + 'static> From<Cause> for LoadError {
    fn from(cause: Cause) -> Self {
        Self::Failed(cause.into())
    }
}

impl From<Error> for LoadError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Refuses a call with an error of the app, which the browser receives as
/// [`Failure::App`](crate::call::Failure::App).
///
/// ```
/// # use rally_core::call::CallError;
/// # use rally_core::error::reject;
/// # #[derive(Debug, PartialEq)]
/// struct TooLong;
///
/// fn check(text: &str) -> Result<(), CallError<TooLong>> {
///     if text.len() > 500 {
///         return reject(TooLong);
///     }
///     Ok(())
/// }
///
/// assert!(matches!(check(&"x".repeat(501)), Err(CallError::App(TooLong))));
/// ```
pub fn reject<T, E>(error: E) -> Result<T, CallError<E>> {
    Err(CallError::App(error))
}

/// The method [`or_reject`](Self::or_reject) of `Option`.
pub trait OrReject {
    /// The value in the `Option`.
    type Value;

    /// Returns the value, or refuses the call with an error of the app.
    ///
    /// ```
    /// # use rally_core::call::CallError;
    /// # use rally_core::error::OrReject;
    /// # #[derive(Debug)]
    /// struct Gone;
    ///
    /// fn price(stored: Option<i64>) -> Result<i64, CallError<Gone>> {
    ///     Ok(stored.or_reject(Gone)? * 100)
    /// }
    ///
    /// assert!(matches!(price(Some(3)), Ok(300)));
    /// assert!(matches!(price(None), Err(CallError::App(Gone))));
    /// ```
    fn or_reject<E>(self, error: E) -> Result<Self::Value, CallError<E>>;
}

impl<T> OrReject for Option<T> {
    type Value = T;

    fn or_reject<E>(self, error: E) -> Result<T, CallError<E>> {
        self.ok_or(CallError::App(error))
    }
}

#[cfg(test)]
mod tests {
    use std::num::ParseIntError;

    use super::*;
    use crate::wire::Never;

    #[derive(Debug, PartialEq)]
    struct Gone;

    impl fmt::Display for Gone {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("It is gone.")
        }
    }

    impl StdError for Gone {}

    fn helper(text: &str) -> Result<i64, Error> {
        Ok(text.parse::<i64>()?)
    }

    fn check() -> Result<(), Gone> {
        Err(Gone)
    }

    #[test]
    fn an_error_of_the_own_type_is_for_the_browser() {
        fn call() -> Result<(), CallError<Gone>> {
            check()?;
            Ok(())
        }
        assert!(matches!(call(), Err(CallError::App(Gone))));
    }

    #[test]
    fn another_error_stays_on_the_server() {
        fn call() -> Result<(), CallError<Never>> {
            check()?;
            Ok(())
        }
        fn parse() -> Result<i64, CallError<Gone>> {
            Ok("x".parse::<i64>()?)
        }
        let Err(CallError::Failed(error)) = call() else { panic!("the call has failed") };
        assert_eq!(error.downcast_ref(), Some(&Gone));
        assert!(matches!(parse(), Err(CallError::Failed(_))));
    }

    #[test]
    fn a_helper_can_be_called_everywhere() {
        fn call() -> Result<i64, CallError<Gone>> {
            Ok(helper("x")?)
        }
        fn load() -> Result<i64, LoadError> {
            Ok(helper("x")?)
        }
        fn start() -> Result<i64, Box<dyn StdError + Send + Sync>> {
            Ok(helper("x")?)
        }
        fn main() -> Result<i64, Box<dyn StdError>> {
            Ok(helper("x")?)
        }
        assert!(matches!(call(), Err(CallError::Failed(e)) if e.is::<ParseIntError>()));
        assert!(matches!(load(), Err(LoadError::Failed(e)) if e.is::<ParseIntError>()));
        assert!(start().is_err_and(|error| error.is::<ParseIntError>()));
        assert!(main().is_err_and(|error| error.is::<ParseIntError>()));
    }

    #[test]
    fn an_error_of_the_own_type_passes_through_a_helper() {
        fn guard() -> Result<(), Error> {
            check()?;
            Ok(())
        }
        fn call() -> Result<(), CallError<Gone>> {
            guard()?;
            Ok(())
        }
        assert!(matches!(call(), Err(CallError::App(Gone))));
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(Gone);
        assert!(matches!(CallError::<Gone>::from(Error::new(boxed)), CallError::Failed(_)));
    }

    #[test]
    fn a_call_is_a_helper_too() {
        fn job() -> Result<(), Error> {
            reject(Gone)?;
            Ok(())
        }
        assert_eq!(job().unwrap_err().to_string(), "It is gone.");
    }

    #[test]
    fn the_source_is_kept() {
        let cause = std::io::Error::other(Gone);
        let error = Error::from(cause);
        assert_eq!(format!("{error} {error:?}"), "It is gone. Custom { kind: Other, error: Gone }");
        assert!(error.is::<std::io::Error>());
    }
}
