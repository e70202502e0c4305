//! Attributes: the types that they accept, and attributes to spread.

use std::borrow::Cow;
use std::fmt;

use super::event::{self, Handler};
use super::integer;

/// The value of an attribute. [`Value::None`] means that the attribute is absent.
#[derive(Debug, Clone, Default)]
pub(crate) enum Value {
    #[default]
    None,
    Static(&'static str),
    Text(String),
}

impl Value {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Static(text) => Some(text),
            Self::Text(text) => Some(text),
        }
    }

    pub(super) fn of(value: impl IntoAttribute) -> Self {
        match value.into_attribute() {
            None => Self::None,
            Some(text) => Self::Text(text.into_owned()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// A type that an attribute of an element accepts.
///
/// These are texts, numbers, `char`, `bool` (written as `true` and `false`), and
/// `Option`s of these: the attribute is absent if the value is `None`. For other
/// types, write a format string, as in `title: "{date}"`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of an attribute",
    label = "not a text, number, `bool` or `Option` of these",
    note = "for a type that implements `Display`, write a format string: `title: \"{{value}}\"`"
)]
pub trait IntoAttribute {
    /// Returns the value of the attribute as text; `None` if the attribute is absent.
    fn into_attribute<'a>(self) -> Option<Cow<'a, str>>
    where
        Self: 'a;
}

macro_rules! texts {
    ($($type:ty, $value:ident => $text:expr;)*) => {$(
        impl IntoAttribute for $type {
            fn into_attribute<'a>(self) -> Option<Cow<'a, str>>
            where
                Self: 'a,
            {
                let $value = self;
                Some($text)
            }
        }
    )*};
}

texts! {
    &str, text => Cow::Borrowed(text);
    &String, text => Cow::Borrowed(text);
    String, text => Cow::Owned(text);
    Cow<'_, str>, text => text;
    Box<str>, text => Cow::Owned(text.into_string());
    char, letter => Cow::Owned(letter.to_string());
    fmt::Arguments<'_>, arguments => Cow::Owned(arguments.to_string());
    bool, value => Cow::Borrowed(if value { "true" } else { "false" });
    &bool, value => Cow::Borrowed(if *value { "true" } else { "false" });
}

macro_rules! numbers {
    ($write:path: $($type:ty)*) => {$(
        impl IntoAttribute for $type {
            fn into_attribute<'a>(self) -> Option<Cow<'a, str>>
            where
                Self: 'a,
            {
                Some(Cow::Owned($write(self)))
            }
        }

        impl IntoAttribute for &$type {
            fn into_attribute<'a>(self) -> Option<Cow<'a, str>>
            where
                Self: 'a,
            {
                (*self).into_attribute()
            }
        }
    )*};
}

numbers!(integer::to_string: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
numbers!(display_to_string: u128 i128 f32 f64);

fn display_to_string(value: impl fmt::Display) -> String {
    value.to_string()
}

impl<T: IntoAttribute> IntoAttribute for Option<T> {
    fn into_attribute<'a>(self) -> Option<Cow<'a, str>>
    where
        Self: 'a,
    {
        self.and_then(T::into_attribute)
    }
}

/// A type that a boolean attribute, such as `disabled`, accepts.
///
/// The attribute is present if the value is `true`.
#[diagnostic::on_unimplemented(
    message = "a boolean attribute accepts `bool` or `Option<bool>`, not `{Self}`",
    label = "not a `bool`"
)]
pub trait IntoFlag {
    /// Returns `true` if the attribute is present.
    fn into_flag(self) -> bool;
}

impl IntoFlag for bool {
    fn into_flag(self) -> bool {
        self
    }
}

impl IntoFlag for &bool {
    fn into_flag(self) -> bool {
        *self
    }
}

impl IntoFlag for Option<bool> {
    fn into_flag(self) -> bool {
        self == Some(true)
    }
}

/// An attribute for an element that spreads it: `div { ..attributes, }`. The
/// attributes of a form also have a listener.
///
/// ```
/// # use rally::prelude::*;
/// use rally::view::Attribute;
///
/// let attributes = [Attribute::new("title", "Hello"), Attribute::flag("hidden", true)];
/// let element = rsx! { div { ..attributes, "..." } };
/// # drop(element);
/// ```
pub struct Attribute(pub(super) Kind);

pub(super) enum Kind {
    Value(&'static str, Value),
    Listener { event: &'static str, kind: u8, listener: event::Listener },
}

impl Attribute {
    /// Makes an attribute. It is absent if the value is `None`.
    pub fn new(name: &'static str, value: impl IntoAttribute) -> Self {
        Self(Kind::Value(name, Value::of(value)))
    }

    /// Makes a boolean attribute. It is absent if the value is `false`.
    pub fn flag(name: &'static str, value: impl IntoFlag) -> Self {
        Self(Kind::Value(name, if value.into_flag() { Value::Static("") } else { Value::None }))
    }

    /// Returns the name; `None` for a listener.
    pub(super) fn name(&self) -> Option<&'static str> {
        match &self.0 {
            Kind::Value(name, _) => Some(name),
            Kind::Listener { .. } => None,
        }
    }

    /// Makes a listener for a DOM event, with the number of the kind of its data.
    pub(crate) fn listener(event: &'static str, kind: u8, handler: Handler) -> Self {
        Self(Kind::Listener { event, kind, listener: event::Listener::new(handler) })
    }
}

/// A type whose attributes an element can spread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be spread in an element",
    label = "not a list of attributes",
    note = "`..dispatch.form(..)` and lists of `Attribute` can be spread"
)]
pub trait IntoAttributes {
    /// Returns the attributes in the order in which they are written.
    fn into_attributes(self) -> Vec<Attribute>;
}

impl<I: IntoIterator<Item = Attribute>> IntoAttributes for I {
    fn into_attributes(self) -> Vec<Attribute> {
        self.into_iter().collect()
    }
}
