//! Properties of components: the states of a builder, and optional values.

/// The state of a required property that has no value yet.
pub struct Missing;

/// The state of a required property with its value.
pub struct Given<T>(pub T);

/// A value of a property of type `String`: everything that converts into one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text, which this property takes",
    label = "does not convert into `String`",
    note = "for a type that implements `Display`, write a format string: \"{{value}}\""
)]
pub trait IntoText {
    /// Returns the value of the property.
    fn into_text(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Into<String>> IntoText for T {
    fn into_text(self) -> String {
        self.into()
    }
}

/// A value of a property of type `Option<T>`: `T` or `Option<T>`.
///
/// `Kind` tells the implementations apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither `{T}` nor `Option<{T}>`",
    label = "not a value of this property"
)]
pub trait IntoOptional<T, Kind> {
    /// Returns the value of the property.
    fn into_optional(self) -> Option<T>;
}

/// The kind of [`IntoOptional`] for the value.
pub struct ByValue;

/// The kind of [`IntoOptional`] for an `Option` of the value.
pub struct ByOption;

/// The kind of [`IntoOptional`] for a text in place of a `String`.
pub struct ByText;

impl<T> IntoOptional<T, ByValue> for T {
    fn into_optional(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoOptional<T, ByOption> for Option<T> {
    fn into_optional(self) -> Option<T> {
        self
    }
}

impl IntoOptional<String, ByText> for &str {
    fn into_optional(self) -> Option<String> {
        Some(self.to_owned())
    }
}

/// Children of a component. No type implements the trait: it is the bound of a
/// method of components without children.
#[diagnostic::on_unimplemented(
    message = "the component `{Component}` takes no children",
    label = "remove the children",
    note = "a component with the parameter `children: Element` takes them"
)]
pub trait ChildrenOf<Component> {}
