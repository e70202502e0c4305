//! Values of forms: the types that a field can have.

use std::error::Error;
use std::fmt;

use super::reader::{FormReader, Given};
use super::writer::FormWriter;
use super::{ChoiceSpec, FieldError, Kind, Rules};

/// A type that a field of a form can have.
///
/// These are `String`, `char`, numbers, [`File`](super::File) and an enum with `#[derive(Form)]`,
/// and with features of Rally the dates of chrono, `Decimal`, `Url` and `Uuid`; `Option` and `Vec`
/// of these; `bool`, and a struct with `#[derive(Form)]`, which cannot be in an `Option` or `Vec`.
/// For another type, implement [`FormItem`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a form",
    label = "does not implement `FormValue`",
    note = "a field can be a `String`, a number, a `File` or an enum with `#[derive(Form)]`, `Option` \
            and `Vec` of these, a `bool`, or a struct with `#[derive(Form)]`",
    note = "a struct or `bool` cannot be in an `Option` or `Vec`: write `Option` in the struct, an enum \
            in place of an optional `bool`, and a form with a key for each struct of a list",
    note = "for another type that is made from a text, implement `rally::form::FormItem`"
)]
pub trait FormValue: Sized + 'static {
    /// The type of one value: the type in an `Option` or `Vec`, else the type itself.
    type Item;

    /// The kind of the value.
    const KIND: Kind;

    /// Reads the value. Records an error if there is none.
    fn read_fields(from: &mut FormReader<'_>, rules: &Rules) -> Option<Self>;

    /// Writes the value.
    fn write_fields(&self, to: &mut FormWriter);
}

/// A value of a form that is made from one text.
///
/// ```
/// use rally::form::{FormItem, Kind};
/// use rally::prelude::*;
///
/// #[derive(Debug, PartialEq, Wire)]
/// struct Color([u8; 3]);
///
/// impl FormItem for Color {
///     const KIND: Kind = Kind::Input("color");
///     const EXPECTED: &'static str = "a color";
///
///     fn from_text(text: &str) -> Option<Self> {
///         let number = u32::from_str_radix(text.strip_prefix('#')?, 16).ok()?;
///         let [0, rgb @ ..] = number.to_be_bytes() else { return None };
///         Some(Self(rgb))
///     }
///
///     fn to_text(&self) -> String {
///         self.0.iter().fold("#".to_owned(), |text, part| format!("{text}{part:02x}"))
///     }
/// }
///
/// #[derive(Debug, PartialEq, Form)]
/// struct Paint {
///     color: Color,
/// }
///
/// let submitted = Submitted::<Paint>::from(FormValues::from([("color", "#ff0080")]));
/// assert_eq!(submitted.value(), Some(&Paint { color: Color([255, 0, 128]) }));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made from one text of a form",
    label = "does not implement `FormItem`"
)]
pub trait FormItem: Sized + 'static {
    /// The kind of the value: [`Kind::Text`], [`Kind::Number`] or [`Kind::Input`].
    const KIND: Kind;

    /// The words after "Enter" in the error of a text that cannot be parsed.
    const EXPECTED: &'static str = "a valid value";

    /// Spaces around the text do not count.
    #[doc(hidden)]
    const TRIMS: bool = true;

    /// Parses a text. It is not empty, unless the field is `optional`.
    fn from_text(text: &str) -> Option<Self>;

    /// Returns the text, from which [`from_text`](Self::from_text) makes an equal value.
    fn to_text(&self) -> String;

    /// Checks the rules of the field.
    ///
    /// # Errors
    ///
    /// If the value breaks a rule. By default, all values are accepted.
    fn check(&self, rules: &Rules) -> Result<(), FieldError> {
        let _ = rules;
        Ok(())
    }

    #[doc(hidden)]
    fn read_given(given: Given<'_>) -> Option<Self> {
        match given {
            Given::Text(text) => Self::from_text(text),
            Given::File(_) => None,
        }
    }

    #[doc(hidden)]
    fn write_given(&self, to: &mut FormWriter) {
        to.text(self.to_text());
    }
}

/// An enum with `#[derive(Form)]`: one of several choices.
///
/// ```
/// # use rally::prelude::*;
/// #[derive(Debug, PartialEq, Form)]
/// enum Plan {
///     Free,
///     #[form(label = "Paid, with support")]
///     WithSupport,
/// }
///
/// assert_eq!(Plan::ALL, [Plan::Free, Plan::WithSupport]);
/// assert_eq!((Plan::Free.label(), Plan::WithSupport.label()), ("Free", "Paid, with support"));
/// assert_eq!(Plan::WithSupport.choice().value, "with-support");
/// ```
///
/// With `#[form(text)]`, the derive also implements `Display` and `FromStr` with the value. Then the
/// choice can be a field of a URL, and a text in a database:
///
/// ```
/// # use rally::prelude::*;
/// #[derive(Debug, PartialEq, Form)]
/// #[form(text)]
/// enum Status {
///     Open,
///     InProgress,
/// }
///
/// assert_eq!(Status::InProgress.to_string(), "in-progress");
/// assert_eq!("open".parse(), Ok(Status::Open));
/// assert!("closed".parse::<Status>().is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no choices",
    label = "not an enum with `#[derive(Form)]`"
)]
pub trait Choice: FormItem {
    /// All choices, in the order of the enum.
    const ALL: &'static [Self];

    /// Returns the value and the label of this choice.
    fn choice(&self) -> ChoiceSpec;

    /// Returns the label of this choice.
    fn label(&self) -> &'static str {
        self.choice().label
    }
}

/// The error of a text that is the value of no choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownChoice;

impl fmt::Display for UnknownChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is the value of no choice")
    }
}

impl Error for UnknownChoice {}

/// The functions of a field's type, for the code of `#[derive(Form)]`.
///
/// All uses of a type are one expression, so rustc reports a type that is no [`FormValue`] once.
pub struct FieldType<V> {
    /// The kind.
    pub kind: Kind,
    /// [`FormValue::read_fields`].
    pub read: fn(&mut FormReader<'_>, &Rules) -> Option<V>,
    /// [`FormValue::write_fields`].
    pub write: fn(&V, &mut FormWriter),
}

/// Returns the functions of a field's type.
pub const fn field_type<V: FormValue>() -> FieldType<V> {
    FieldType { kind: V::KIND, read: V::read_fields, write: V::write_fields }
}

impl<T: FormItem> FormValue for T {
    type Item = T;

    const KIND: Kind = T::KIND;

    fn read_fields(from: &mut FormReader<'_>, rules: &Rules) -> Option<Self> {
        match from.given(T::TRIMS || rules.trim).first() {
            Some(given) => from.item(*given, rules),
            None if rules.optional => from.item(Given::Text(""), rules),
            None => from.fail(FieldError::Missing, rules),
        }
    }

    fn write_fields(&self, to: &mut FormWriter) {
        self.write_given(to);
    }
}

impl<T: FormItem> FormValue for Option<T> {
    type Item = T;

    const KIND: Kind = Kind::Optional(&T::KIND);

    fn read_fields(from: &mut FormReader<'_>, rules: &Rules) -> Option<Self> {
        match from.given(T::TRIMS || rules.trim).first() {
            Some(given) => from.item(*given, rules).map(Some),
            None if rules.required => from.fail(FieldError::Missing, rules),
            None => Some(None),
        }
    }

    fn write_fields(&self, to: &mut FormWriter) {
        self.iter().for_each(|item| item.write_given(to));
    }
}

impl<T: FormItem> FormValue for Vec<T> {
    type Item = T;

    const KIND: Kind = Kind::Many(&T::KIND);

    fn read_fields(from: &mut FormReader<'_>, rules: &Rules) -> Option<Self> {
        let (mut items, mut chosen) = (Self::new(), Vec::new());
        for given in from.given(T::TRIMS || rules.trim) {
            // A choice that is sent twice counts once. `chosen` stays short, because an unknown
            // choice ends the loop.
            if let (Kind::Choice(_), Given::Text(text)) = (T::KIND, given) {
                if chosen.contains(&text) {
                    continue;
                }
                chosen.push(text);
            }
            items.push(from.item(given, rules)?);
        }
        let is_few = rules.min_items.is_some_and(|min| items.len() < min);
        let is_many = rules.max_items.is_some_and(|max| items.len() > max);
        if items.is_empty() && rules.required {
            return from.fail(FieldError::Missing, rules);
        }
        if is_few || is_many {
            let [min, max] = [rules.min_items, rules.max_items].map(|it| Some(it?.to_string()));
            return from.fail(FieldError::WrongCount { min, max }, rules);
        }
        Some(items)
    }

    fn write_fields(&self, to: &mut FormWriter) {
        to.items(self);
    }
}

/// A check box. Browsers send only checked ones, with any value.
impl FormValue for bool {
    type Item = bool;

    const KIND: Kind = Kind::Check;

    fn read_fields(from: &mut FormReader<'_>, rules: &Rules) -> Option<Self> {
        match from.is_present() {
            false if rules.required => from.fail(FieldError::Missing, rules),
            is_checked => Some(is_checked),
        }
    }

    fn write_fields(&self, to: &mut FormWriter) {
        if *self {
            to.text("on".to_owned());
        }
    }
}
