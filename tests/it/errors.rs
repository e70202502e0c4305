//! The errors of handlers, loaders and their helpers.

use std::fmt;
use std::sync::Arc;

use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::{Cx, State};

/// An error of the app. Its text would come from `thiserror` in an app.
#[derive(Debug, Clone, PartialEq, Wire)]
pub struct Unlucky;

impl fmt::Display for Unlucky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("13 is unlucky.")
    }
}

impl std::error::Error for Unlucky {}

fn check(number: i64) -> Result<i64, Unlucky> {
    if number == 13 { Err(Unlucky) } else { Ok(number) }
}

/// A helper, which any function of the server can call.
fn parse(text: &str) -> Result<i64> {
    match text.parse::<i64>()? {
        0 => Err(rally::Error::msg("the secret: zero")),
        number => Ok(number),
    }
}

#[derive(Debug, Wire)]
pub struct Plain(pub String);

#[server(public)]
async fn plain(msg: Plain, _: &Cx) -> Result<i64> {
    parse(&msg.0)
}

#[derive(Debug, Wire)]
pub struct Checked(pub String);

#[server(public)]
async fn checked(msg: Checked, _: &Cx) -> Result<i64, CallError<Unlucky>> {
    let number = check(parse(&msg.0)?)?;
    let half = (number % 2 == 0).then_some(number / 2).or_reject(Unlucky)?;
    if half > 100 {
        return reject(Unlucky);
    }
    Ok(half)
}

#[derive(Debug, Wire)]
pub struct Narrow(pub i64);

#[server(public)]
async fn narrow(msg: Narrow, _: &Cx) -> Result<i64, Unlucky> {
    check(msg.0)
}

fn app() -> TestApp {
    TestApp::new(crate::app::app(Arc::new(State::default())), &[])
}

#[tokio::test]
async fn a_handler_without_errors_of_its_own_returns_any_error() {
    let app = app();
    assert_eq!(app.call(Plain("7".to_owned())).await, Ok(7));
    for text in ["x", "0"] {
        let response = app.call(Plain(text.to_owned())).response().await;
        assert_eq!(response.status(), 500);
        assert!(!response.text().contains("secret") && !response.text().contains("digit"));
    }
}

#[tokio::test]
async fn an_error_of_the_handlers_type_reaches_the_browser_and_others_do_not() {
    let app = app();
    let call = |text: &str| app.call(Checked(text.to_owned()));
    assert_eq!(call("14").await, Ok(7));
    // By `?`, by `or_reject` and by `reject`.
    for text in ["13", "15", "1000"] {
        assert_eq!(call(text).await, Err(Failure::App(Unlucky)), "{text}");
    }
    for text in ["x", "0"] {
        assert!(matches!(call(text).await, Err(Failure::Internal { .. })), "{text}");
    }
}

#[tokio::test]
async fn a_handler_may_return_its_error_alone() {
    assert_eq!(app().call(Narrow(13)).await, Err(Failure::App(Unlucky)));
}
