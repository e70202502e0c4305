//! Forms of a page: their attributes, and the search for a form's handler by name.

use std::fmt;

use super::{FormValues, action};
use crate::dispatch::AnyMessage;
use crate::dispatch::table::{Mapping, Mappings, convert};
use crate::maybe_send::MaybeSend;
use crate::running::AnyContext;
use crate::view::{Attribute, FormEvent, IntoAttributes, handler};

/// The attributes of a form, for `rsx!` to spread.
///
/// [`Dispatch::form`](crate::dispatch::Dispatch::form) makes these attributes.
/// Write them in the form element: `form { ..dispatch.form("sign", Msg::Submitted), .. }`.
#[must_use = "a form does nothing until it is spread: `form { ..dispatch.form(..), .. }`"]
pub struct Form {
    action: String,
    encoding: Option<&'static str>,
    onsubmit: Option<Attribute>,
}

impl Form {
    pub(crate) fn new(
        url: &str,
        name: &str,
        send: Option<impl Fn(FormValues) + MaybeSend + 'static>,
    ) -> Self {
        let listener = |send| {
            let onsubmit = handler(move |event: FormEvent| {
                event.prevent_default();
                send_values(&send, event);
            });
            Attribute::listener("submit", SUBMIT, onsubmit)
        };
        Self { action: action(url, name), encoding: None, onsubmit: send.map(listener) }
    }

    /// Encodes the form as `multipart/form-data`, for a form with `input { type: "file", .. }`.
    ///
    /// Without this encoding, a browser without scripts does not send the files.
    pub fn files(mut self) -> Self {
        self.encoding = Some("multipart/form-data");
        self
    }
}

/// The kind of the data of a submit event, as `view.js` encodes it.
const SUBMIT: u8 = 4;

fn send_values(send: &impl Fn(FormValues), event: FormEvent) {
    send(event.into_data().values);
}

impl IntoAttributes for Form {
    fn into_attributes(self) -> Vec<Attribute> {
        let mut attributes = vec![
            Attribute::new("action", self.action),
            Attribute::new("method", "post"),
            Attribute::new("enctype", self.encoding),
        ];
        attributes.extend(self.onsubmit);
        attributes
    }
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
#[derive(Default)]
pub(crate) struct Forms {
    /// Path and query of the page that shows the forms.
    url: String,
    /// The forms of the next rendering; `None` if they are not recorded.
    found: Option<Found>,
}

#[derive(Default)]
struct Found {
    handlers: Vec<(String, FormHandler)>,
    mappings: Mappings,
}

/// Makes the message of a form. `None` if the program has other messages.
type FormHandler = Box<dyn Fn(FormValues) -> Option<AnyMessage>>;

impl Forms {
    /// Updates the URL of the page. Called before the forms are rendered.
    pub(crate) fn update_url(&mut self, context: &dyn AnyContext) {
        context.change(&mut |client| self.url.clone_from(&client.current_path));
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn collect(&mut self) {
        self.found = Some(Found::default());
    }

    /// Adds a mapping, and returns its number. Only recorded forms need it.
    pub(crate) fn add_mapping(&mut self, mapping: Mapping) -> Option<u32> {
        self.found.as_mut().map(|found| found.mappings.add(mapping))
    }

    pub(crate) fn add(
        &mut self,
        name: &str,
        mapping: u32,
        message: impl Fn(FormValues) -> AnyMessage + 'static,
    ) {
        let Some(found) = &mut self.found else { return };
        let chain = found.mappings.chain(mapping).unwrap_or_default();
        let handler: FormHandler = Box::new(move |values| convert(&chain, message(values)));
        found.handlers.push((name.to_owned(), handler));
    }

    pub(crate) fn message(
        &mut self,
        name: &str,
        values: FormValues,
    ) -> Result<AnyMessage, FormError> {
        let found = self.found.take().unwrap_or_default();
        let mut handlers = found.handlers.iter().filter(|(known, _)| known == name);
        match (handlers.next(), handlers.next()) {
            (Some((_, handler)), None) => handler(values).ok_or(FormError::Unknown),
            (None, _) => Err(FormError::Unknown),
            _ => Err(FormError::Ambiguous),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_by_its_name_while_forms_are_collected() {
        let mut forms = Forms::default();
        let text = |values: FormValues| -> AnyMessage { Box::new(values.text("a").to_owned()) };
        forms.add("early", 0, text);
        let mut submit = |name| {
            forms.collect();
            forms.add("one", 0, text);
            forms.add("twice", 0, text);
            forms.add("twice", 0, text);
            let message = forms.message(name, FormValues::from([("a", "b")]))?;
            Ok(*message.downcast::<String>().unwrap())
        };
        assert_eq!(submit("twice"), Err(FormError::Ambiguous));
        assert_eq!(submit("one"), Ok("b".to_owned()));
        assert_eq!(submit("early"), Err(FormError::Unknown));
    }
}
