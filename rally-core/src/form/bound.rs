//! Forms of a page: their attributes, and the search for a form's handler by name.

use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::OnceLock;

use dioxus_core::{Attribute, Event};
use dioxus_html::FormData;

use super::{FormValues, action};
use crate::running::AnyContext;

/// The attributes of a form, for `rsx!` to spread.
///
/// [`Dispatch::form`](crate::dispatch::Dispatch::form) makes these attributes.
/// Write them in the form element: `form { ..dispatch.form("sign", Msg::Submitted), .. }`.
#[must_use = "a form does nothing until it is spread: `form { ..dispatch.form(..), .. }`"]
pub struct Form {
    action: String,
    encoding: Option<&'static str>,
    onsubmit: Attribute,
}

impl Form {
    pub(crate) fn new(url: &str, name: &str, mut send: impl FnMut(FormValues) + 'static) -> Self {
        let onsubmit = dioxus_html::events::onsubmit(move |event: Event<FormData>| {
            event.prevent_default();
            let mut values = FormValues::of_event(&event);
            if let Some((name, text)) = SUBMITTER.get().and_then(|find| find(&event)) {
                values.push(name, text);
            }
            send(values);
        });
        Self { action: action(url, name), encoding: None, onsubmit }
    }

    /// Encodes the form as `multipart/form-data`, for a form with `input { type: "file", .. }`.
    ///
    /// Without this encoding, a browser without scripts does not send the files.
    pub fn files(mut self) -> Self {
        self.encoding = Some("multipart/form-data");
        self
    }

    /// `rsx!` calls this method for spread attributes.
    #[doc(hidden)]
    pub fn into_boxed_slice(self) -> Box<[Attribute]> {
        let text = |name, value: String| Attribute::new(name, value, None, false);
        // Sorted by name, because Dioxus compares spread attributes in this order.
        let mut attributes = vec![text("action", self.action)];
        attributes.extend(self.encoding.map(|value| text("enctype", value.to_owned())));
        attributes.push(text("method", "post".to_owned()));
        attributes.push(self.onsubmit);
        attributes.into_boxed_slice()
    }
}

/// A function that finds the name and value of the button that submitted a form.
///
/// The submit event of Dioxus does not contain the button.
pub type Submitter = fn(&FormData) -> Option<(String, String)>;

static SUBMITTER: OnceLock<Submitter> = OnceLock::new();

/// Sets the function that finds the submit button in the browser.
pub fn set_submitter(find: Submitter) {
    let _ = SUBMITTER.set(find);
}

/// The reason why a submitted form has no handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// Neither the page nor its layout has a form of this name.
    Unknown,
    /// Several forms have this name.
    Ambiguous,
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the page has no form of this name",
            Self::Ambiguous => {
                "the page and its layout have several forms of this name: give each form a \
                 different name, as in `dispatch.form(format!(\"delete-{id}\"), ..)`"
            }
        })
    }
}

impl std::error::Error for FormError {}

/// The forms of a page or layout. In the browser, each form has its own
/// listener. On the server, a form is found by its name.
pub(crate) struct Forms<Msg> {
    /// Path and query of the page that shows the forms.
    url: RefCell<String>,
    /// Handlers of the forms in the next rendering; `None` if they are not recorded.
    found: RefCell<Option<HandlersByName<Msg>>>,
}

type Handler<Msg> = Rc<dyn Fn(FormValues) -> Msg>;

/// The handlers of forms. A name that several forms have is an error.
type HandlersByName<Msg> = HashMap<String, Result<Handler<Msg>, FormError>>;

impl<Msg: 'static> Forms<Msg> {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { url: RefCell::default(), found: RefCell::new(None) })
    }

    /// Updates the URL of the page. Called before the forms are rendered.
    pub(crate) fn update_url(&self, context: &dyn AnyContext) {
        context.change(&mut |client| self.url.borrow_mut().clone_from(&client.current_path));
    }

    pub(crate) fn url(&self) -> Ref<'_, String> {
        self.url.borrow()
    }

    pub(crate) fn collect(&self) {
        self.found.replace(Some(HashMap::new()));
    }

    pub(crate) fn add(&self, name: &str, handler: Handler<Msg>) {
        let mut found = self.found.borrow_mut();
        let Some(found) = &mut *found else { return };
        let add = |known: &mut Result<_, _>| *known = Err(FormError::Ambiguous);
        found.entry(name.to_owned()).and_modify(add).or_insert(Ok(handler));
    }

    pub(crate) fn message(&self, name: &str, values: FormValues) -> Result<Msg, FormError> {
        let mut found = self.found.take().unwrap_or_default();
        let handler = found.remove(name).unwrap_or(Err(FormError::Unknown))?;
        Ok(handler(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_by_its_name_while_forms_are_collected() {
        let forms = Forms::new();
        let text: Handler<String> = Rc::new(|values: FormValues| values.text("a").to_owned());
        forms.add("early", text.clone());
        forms.collect();
        forms.add("one", text.clone());
        forms.add("twice", text.clone());
        forms.add("twice", text.clone());
        let submit = |name| {
            let message = forms.message(name, FormValues::from([("a", "b")]));
            forms.collect();
            forms.add("one", text.clone());
            message
        };
        assert_eq!(submit("twice"), Err(FormError::Ambiguous));
        assert_eq!(submit("one"), Ok("b".to_owned()));
        assert_eq!(submit("early"), Err(FormError::Unknown));
    }
}
