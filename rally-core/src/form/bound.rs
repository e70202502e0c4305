//! Forms bound to a page: their attributes, and what becomes of their values.

use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::OnceLock;

use dioxus_core::{Attribute, Event};
use dioxus_html::FormData;

use super::{FormValues, action};
use crate::running::AnyContext;

/// The attributes of a form, to be spread:
/// `form { ..dispatch.form("sign", Msg::Submitted), .. }`.
///
/// [`Dispatch::form`](crate::dispatch::Dispatch::form) makes it.
#[must_use = "a form does nothing until it is spread: `form { ..dispatch.form(..), .. }`"]
pub struct Form {
    action: String,
    encoding: Option<&'static str>,
    onsubmit: Attribute,
}

impl Form {
    /// `send` is given the values when the form is submitted in the browser.
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

    /// For a form with `input { type: "file", .. }`: without script, files are
    /// sent only by a form that says so.
    pub fn files(mut self) -> Self {
        self.encoding = Some("multipart/form-data");
        self
    }

    /// What `rsx!` does with that which is spread.
    #[doc(hidden)]
    pub fn into_boxed_slice(self) -> Box<[Attribute]> {
        let text = |name, value: String| Attribute::new(name, value, None, false);
        // Dioxus compares what is spread by the order of its names.
        let mut attributes = vec![text("action", self.action)];
        attributes.extend(self.encoding.map(|value| text("enctype", value.to_owned())));
        attributes.push(text("method", "post".to_owned()));
        attributes.push(self.onsubmit);
        attributes.into_boxed_slice()
    }
}

/// Finds the name and value of the button that a form was submitted with: what
/// Dioxus tells of a form is without.
pub type Submitter = fn(&FormData) -> Option<(String, String)>;

static SUBMITTER: OnceLock<Submitter> = OnceLock::new();

/// The browser's way to find it.
pub fn set_submitter(find: Submitter) {
    let _ = SUBMITTER.set(find);
}

/// Why a form's values lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoForm {
    /// Page and layout have no form of this name.
    Unknown,
    /// They have several.
    Ambiguous,
}

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the page has no form of this name",
            Self::Ambiguous => {
                "the page and its layout have two forms of this name: give each its own, as in \
                 `dispatch.form(format!(\"delete-{id}\"), ..)`"
            }
        })
    }
}

impl std::error::Error for NoForm {}

/// The forms of a page: in the browser each has its listener, and on the server
/// they are found by name.
pub(crate) struct Forms<Msg> {
    /// Of the page that they are on: path and query.
    url: RefCell<String>,
    /// Those of one rendering, while they are collected.
    found: RefCell<Option<HandlersByName<Msg>>>,
}

type Handler<Msg> = Rc<dyn Fn(FormValues) -> Msg>;

/// Two of one name are none: which was meant, nobody can say.
type HandlersByName<Msg> = HashMap<String, Result<Handler<Msg>, NoForm>>;

impl<Msg: 'static> Forms<Msg> {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { url: RefCell::default(), found: RefCell::new(None) })
    }

    /// Takes note of where they are, before they are rendered.
    pub(crate) fn are_at(&self, cx: &dyn AnyContext) {
        cx.change(&mut |client| self.url.borrow_mut().clone_from(&client.current_path));
    }

    pub(crate) fn url(&self) -> Ref<'_, String> {
        self.url.borrow()
    }

    /// Collects the forms of the next rendering.
    pub(crate) fn collect(&self) {
        self.found.replace(Some(HashMap::new()));
    }

    pub(crate) fn add(&self, name: &str, handler: Handler<Msg>) {
        let mut found = self.found.borrow_mut();
        let Some(found) = &mut *found else { return };
        let add = |known: &mut Result<_, _>| *known = Err(NoForm::Ambiguous);
        found.entry(name.to_owned()).and_modify(add).or_insert(Ok(handler));
    }

    /// The message of a form that was collected. Then none are collected any more.
    pub(crate) fn message(&self, name: &str, values: FormValues) -> Result<Msg, NoForm> {
        let mut found = self.found.take().unwrap_or_default();
        let handler = found.remove(name).unwrap_or(Err(NoForm::Unknown))?;
        Ok(handler(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_by_its_name_while_they_are_collected() {
        let forms = Forms::new();
        let text: Handler<String> = Rc::new(|values: FormValues| values.text("a").to_owned());
        forms.add("early", text.clone());
        forms.collect();
        forms.add("one", text.clone());
        forms.add("twice", text.clone());
        forms.add("twice", text.clone());
        let ask = |name| {
            let answer = forms.message(name, FormValues::from([("a", "b")]));
            forms.collect();
            forms.add("one", text.clone());
            answer
        };
        assert_eq!(ask("twice"), Err(NoForm::Ambiguous));
        assert_eq!(ask("one"), Ok("b".to_owned()));
        assert_eq!(ask("early"), Err(NoForm::Unknown));
    }
}
