//! The error page of an app: the page that is shown in place of one that cannot be shown.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::codec::{DecodeError, Names, Reader, Writer};
use crate::context::Context;
use crate::dispatch::Dispatch;
use crate::head::Head;
use crate::page::{Load, Page};
use crate::route::{Params, Route};
use crate::view::Element;
use crate::wire::{Never, Shape, Wire, hash};

/// The reason why a page is not shown. The app's error page receives this value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// The status code: 403, 404, 405 or 500; for a posted form also 400, 408, 413, 415 or 429.
    pub status: u16,
    /// The `trace_id` of the error in the server's log; `None` unless the status is 500.
    pub trace_id: Option<String>,
}

impl PageError {
    /// Returns a message for the visitor.
    pub fn message(&self) -> Cow<'static, str> {
        match (self.status, &self.trace_id) {
            (404, _) => "There is no page here.".into(),
            (403, _) => "You are not allowed to see this page.".into(),
            (405, _) => "This page does not accept this kind of request.".into(),
            (400 | 415, _) => "The form could not be read.".into(),
            (408, _) => "The form took too long to arrive. Try again.".into(),
            (429, _) => "The server is busy. Try again in a moment.".into(),
            (413, _) => "The form is too large.".into(),
            (_, None) => "Something went wrong on the server.".into(),
            (_, Some(id)) => format!("Something went wrong on the server (reference {id}).").into(),
        }
    }
}

/// The view of an app's error page. `#[error_page]` implements this trait.
pub trait ErrorView: 'static {
    /// The client context of the app.
    type Context: Context;

    /// Renders the error page as HTML.
    fn view(error: &PageError, client: &Self::Context) -> Element;
}

/// The route of an error page, which no URL leads to. Its data is the error.
pub struct ErrorRoute<V>(PhantomData<V>);

#[diagnostic::do_not_recommend]
impl<V: ErrorView> Route for ErrorRoute<V> {
    const PATTERN: &'static str = "";
    type Context = V::Context;

    fn from_params(_: &Params) -> Option<Self> {
        Some(Self(PhantomData))
    }

    fn write_params(&self, _: &mut Params) {}
}

#[diagnostic::do_not_recommend]
impl<V: ErrorView> Load for ErrorRoute<V> {
    type Data = PageError;
    const HAS_LOADER: bool = false;
}

/// The model of an error page.
pub(crate) struct ErrorModel<V> {
    error: PageError,
    view: PhantomData<fn() -> V>,
}

impl<V: ErrorView> Page for ErrorModel<V> {
    type Route = ErrorRoute<V>;
    type Msg = Never;

    fn init(_: ErrorRoute<V>, error: PageError, _: &V::Context) -> Self {
        Self { error, view: PhantomData }
    }

    fn view(&self, _: Dispatch<Never>, client: &V::Context) -> Element {
        V::view(&self.error, client)
    }

    fn head(&self, _: &V::Context) -> Head {
        Head::title(self.error.message())
    }
}

impl<V: 'static> Wire for ErrorModel<V> {
    fn shape(shape: &mut Shape) {
        PageError::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        self.error.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        PageError::read(from).map(|error| Self { error, view: PhantomData })
    }
}

const NAMES: &Names = &Names { all: &["status", "trace_id"], aliases: &[], known_only: false };

impl Wire for PageError {
    fn shape(shape: &mut Shape) {
        let description = const { hash("struct PageError{status:,trace_id:,}") };
        shape.defined::<Self>(description, |shape| {
            u16::shape(shape);
            Option::<String>::shape(shape);
        });
    }

    fn write(&self, to: &mut Writer) {
        to.fields(NAMES.all, |to| {
            to.field(0);
            self.status.write(to);
            to.field(1);
            self.trace_id.write(to);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.fields(NAMES, |from| {
            Ok(Self { status: from.field(0, Wire::read)?, trace_id: from.field(1, Wire::read)? })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn an_error_survives_the_codec() {
        for trace_id in [None, Some("a1".to_owned())] {
            let error = PageError { status: 500, trace_id };
            assert_eq!(decode::<PageError>(&encode(&error).unwrap()).unwrap(), error);
        }
    }
}
