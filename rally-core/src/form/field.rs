//! Fields of a form: their names, their rules, and the controls that show them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A field of the form `F`, whose value has the type `V`.
///
/// `#[derive(Form)]` makes a constant for each field, in capital letters.
///
/// ```
/// # use rally::prelude::*;
/// #[derive(Form)]
/// struct Address {
///     street: String,
/// }
///
/// #[derive(Form)]
/// struct Order {
///     address: Address,
/// }
///
/// assert_eq!(Order::ADDRESS.name(), "address");
/// assert_eq!(Order::ADDRESS.then(Address::STREET).name(), "address.street");
/// ```
pub struct Field<F, V> {
    /// The names of the groups around the field, each with a dot.
    groups: Cow<'static, str>,
    pub(super) spec: &'static FieldSpec,
    types: PhantomData<fn(F) -> V>,
}

impl<F, V> Field<F, V> {
    /// Makes the field of a form.
    #[doc(hidden)]
    pub const fn new(spec: &'static FieldSpec) -> Self {
        Self { groups: Cow::Borrowed(""), spec, types: PhantomData }
    }

    /// Returns the name of the field in the form.
    pub fn name(&self) -> String {
        format!("{}{}", self.groups, self.spec.name)
    }

    /// Returns a field of the group that this field is.
    pub fn then<W>(self, inner: Field<V, W>) -> Field<F, W> {
        let groups = format!("{}.{}", self.name(), inner.groups);
        Field { groups: Cow::Owned(groups), spec: inner.spec, types: PhantomData }
    }
}

impl<F, V> Clone for Field<F, V> {
    fn clone(&self) -> Self {
        Self { groups: self.groups.clone(), spec: self.spec, types: PhantomData }
    }
}

impl<F, V> fmt::Debug for Field<F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name())
    }
}

/// The description of a field, which `#[derive(Form)]` makes.
#[derive(Debug)]
pub struct FieldSpec {
    /// The name of the field in its group.
    pub name: &'static str,
    /// The kind of the field's type.
    pub kind: Kind,
    /// The rules of the field.
    pub rules: Rules,
}

/// The kind of a value, which decides how a form shows it.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text.
    Text,
    /// A value that an `<input>` of this type can hold, such as `date`.
    Input(&'static str),
    /// A number; a whole number, if it is `true`.
    Number(bool),
    /// A check box.
    Check,
    /// One of these choices.
    Choice(&'static [ChoiceSpec]),
    /// A file.
    File,
    /// A value that may be absent.
    Optional(&'static Kind),
    /// Several values of one name.
    Many(&'static Kind),
    /// Fields of their own.
    Group(&'static [FieldSpec]),
}

/// A choice: its value in the form, and its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceSpec {
    /// The value in the form.
    pub value: &'static str,
    /// The label for visitors.
    pub label: &'static str,
}

/// The rules of a field: what `#[form(..)]` says above it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Minimum: characters of a text, else the value. In a list, it is that of each item.
    pub min: Option<&'static str>,
    /// Maximum, counted like the minimum.
    pub max: Option<&'static str>,
    /// Minimum number of items of a list.
    pub min_items: Option<usize>,
    /// Maximum number of items of a list.
    pub max_items: Option<usize>,
    /// The step of numbers. Only browsers check it.
    pub step: Option<&'static str>,
    /// A regular expression for the whole text. Only browsers check it.
    pub pattern: Option<&'static str>,
    /// The type of the `<input>`, such as `email`.
    pub input: Option<&'static str>,
    /// The attribute `autocomplete`.
    pub autocomplete: Option<&'static str>,
    /// The attribute `accept` of a file. Only browsers check it.
    pub accept: Option<&'static str>,
    /// The text of all errors of the field.
    pub message: Option<&'static str>,
    /// A check box must be checked, a list must have items, an `Option` must have a value.
    pub required: bool,
    /// A text may be empty.
    pub optional: bool,
    /// Spaces around a text are removed.
    pub trim: bool,
    /// The text has several lines.
    pub multiline: bool,
    /// The value is never shown again.
    pub secret: bool,
}

impl Rules {
    /// No rules.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        min_items: None,
        max_items: None,
        step: None,
        pattern: None,
        input: None,
        autocomplete: None,
        accept: None,
        message: None,
        required: false,
        optional: false,
        trim: false,
        multiline: false,
        secret: false,
    };

    /// Returns `true` if there are rules of a single control or text, besides limits.
    const fn concern_a_control(&self) -> bool {
        let are_attributes = self.input.is_some()
            || self.step.is_some()
            || self.pattern.is_some()
            || self.autocomplete.is_some()
            || self.accept.is_some();
        let are_of_value = self.required || self.optional || self.trim || self.multiline;
        are_attributes || are_of_value || self.message.is_some()
    }
}

/// Refuses rules that a field of this kind does not have, when the app is compiled.
#[doc(hidden)]
#[track_caller]
pub const fn check_rules(kind: Kind, rules: &Rules) {
    let (item, is_list) = match kind {
        Kind::Many(item) => (*item, true),
        Kind::Optional(item) => (*item, false),
        kind => (kind, false),
    };
    if !is_list && (rules.min_items.is_some() || rules.max_items.is_some()) {
        panic!("`min_items` and `max_items` are limits of a `Vec`: write `min` and `max`");
    }
    let has_limits = rules.min.is_some() || rules.max.is_some();
    match item {
        Kind::Check | Kind::Choice(_) | Kind::File if has_limits && is_list => {
            panic!("`min` and `max` are limits of an item: write `min_items` and `max_items`")
        }
        Kind::Check | Kind::Choice(_) | Kind::File if has_limits => {
            panic!("`min` and `max` are limits of a text, a number or a date: remove them")
        }
        Kind::Group(_) if has_limits || rules.concern_a_control() => {
            panic!("a group has no rules: write them above the fields of its struct")
        }
        _ => {}
    }
}

impl Kind {
    /// Returns `true` if a form with this value has files.
    pub fn has_files(&self) -> bool {
        match self {
            Self::File => true,
            Self::Optional(inner) | Self::Many(inner) => inner.has_files(),
            Self::Group(fields) => fields.iter().any(|field| field.kind.has_files()),
            _ => false,
        }
    }
}

/// Finds a field by its full name. A group is no field.
///
/// Also returns `true` if the field is secret, by its own rules or by those of its group.
pub(super) fn find(fields: &'static [FieldSpec], name: &str) -> Option<(&'static FieldSpec, bool)> {
    fields.iter().find_map(|field| {
        let rest = name.strip_prefix(field.name)?;
        let (found, is_secret) = match (field.kind, rest.strip_prefix('.')) {
            (Kind::Group(fields), Some(rest)) => find(fields, rest)?,
            (Kind::Group(_), None) => return None,
            _ => rest.is_empty().then_some((field, false))?,
        };
        Some((found, is_secret || field.rules.secret))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "a group has no rules"]
    fn an_attribute_of_a_group_is_refused() {
        check_rules(Kind::Group(&[]), &Rules { autocomplete: Some("off"), ..Rules::NONE });
    }
}
