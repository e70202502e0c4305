//! Text, in the browser: there is none. [`Html`] has no value, so the compiler
//! removes the code that writes text.

use super::attribute::{Attribute, Value};
use super::element::View;
use super::template::Code;

/// Returns `true` while the views of this thread are written as text: never.
pub(crate) fn is_writing() -> bool {
    false
}

pub(super) fn begin() -> Option<Html> {
    None
}

pub(super) fn push_views(html: &mut Html, _: &[View]) {
    match *html {}
}

/// The text of an element.
pub(super) enum Html {}

/// Defines the methods of the native `Html`. None can be called.
macro_rules! methods {
    ($($name:ident($($argument:ty),*) $(-> $output:ty)?;)*) => {
        impl Html {
            $(pub(super) fn $name(&mut self, $(_: $argument),*) $(-> $output)? {
                match *self {}
            })*
        }
    };
}

methods! {
    begin();
    end();
    begin_text();
    end_text();
    begin_list(bool, bool);
    end_list();
    push_markup(&str);
    push_text(&str);
    push_attribute(&str, Option<&str>);
    push_spread(&[Attribute]);
    push_field_spread(&[Attribute]) -> Option<&'static Value>;
    push_inner_html(&Value);
    push_textarea(&Value);
    length() -> usize;
    mark_selected(usize, &Value);
    replace_content(usize, &Value);
    push_code(&str, Code);
    push(Html);
}
