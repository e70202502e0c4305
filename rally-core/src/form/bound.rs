//! Forms of a page: their attributes, and the search for a form's handler by name.

use std::fmt;

use super::{FormValues, action, pending};
use crate::dispatch::mappings::{AnyMappings as _, Mapping, Mappings};
use crate::dispatch::table::find;
use crate::dispatch::{AnyMessage, Handle};
use crate::maybe_send::BoxFn;
use crate::running::AnyContext;
use crate::view::{Attribute, FormEvent, IntoAttributes, handler, scope};

/// The attributes of a form, for `rsx!` to spread.
///
/// [`Dispatch::form`](crate::dispatch::Dispatch::form) makes these attributes. Write them in the
/// form element: `form { ..dispatch.form(Msg::Submitted), .. }`.
#[must_use = "a form does nothing until it is spread: `form { ..dispatch.form(..), .. }`"]
pub struct FormAttributes {
    name: String,
    has_files: bool,
    is_repeatable: bool,
    question: Option<String>,
    handle: Handle,
    message: ToMessage,
}

/// Makes the message of a submitted form.
pub(crate) type ToMessage = BoxFn<FormValues, AnyMessage>;

/// The attributes of a button that submits its form in another way than the form does, for `rsx!`
/// to spread.
///
/// [`FormAttributes::button`] makes these attributes.
#[must_use = "the attributes do nothing until they are spread: `button { ..attributes, .. }`"]
pub struct FormButton(FormAttributes);

impl FormAttributes {
    pub(crate) fn new(
        name: impl Into<String>,
        has_files: bool,
        handle: Handle,
        message: ToMessage,
    ) -> Self {
        let name = name.into();
        Self { name, has_files, is_repeatable: false, question: None, handle, message }
    }

    /// Encodes the form as `multipart/form-data`, for a form with `input { type: "file", .. }`.
    ///
    /// Without this encoding, a browser without scripts does not send the files. A form whose type
    /// has a [`File`](super::File) is encoded in this way without this method.
    pub fn files(mut self) -> Self {
        self.has_files = true;
        self
    }

    /// Adds a key to the name of the form: a number or text that distinguishes it from the other
    /// forms of its type on the page.
    ///
    /// Without script, the server renders the page to find the form with this key. So the key must
    /// be the same in each render, such as the id of a record.
    pub fn key(mut self, key: impl fmt::Display) -> Self {
        self.name = format!("{}/{key}", self.name);
        self
    }

    /// Asks the visitor this question before the form is submitted, unless the submit is
    /// [ignored](Self::repeatable).
    ///
    /// Without script, the form is submitted without a question.
    pub fn confirm(mut self, question: impl Into<String>) -> Self {
        self.question = Some(question.into());
        self
    }

    /// Lets the visitor submit the form again while a submit is under way.
    ///
    /// Otherwise the browser ignores a second submit of the form until the calls and HTTP requests
    /// of `update` have been answered, and `update` has handled the answers. It does not ignore a
    /// submit after the requests were [cancelled](crate::effect::Effect::cancel), nor one at another
    /// URL of the page.
    pub fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// Returns the attributes of a button. When the visitor presses it, the form around it is
    /// submitted with this name and message in place of its own.
    ///
    /// The browser does not check the fields, because the rules may be those of another type. The
    /// rules of the button's type are checked as for a form.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Wire, Form)]
    /// struct Draft {
    ///     text: String,
    /// }
    /// #[derive(Wire, Form)]
    /// struct Discard {}
    ///
    /// enum Msg {
    ///     Saved(Submitted<Draft>),
    ///     Discarded(Submitted<Discard>),
    /// }
    ///
    /// fn view(form: &FormState<Draft>, dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! {
    ///         form { ..dispatch.form(Msg::Saved),
    ///             {form.field(Draft::TEXT, "Text")}
    ///             button { "Save" }
    ///             button { ..dispatch.form(Msg::Discarded).confirm("Discard it?").button(), "Discard" }
    ///         }
    ///     }
    /// }
    /// ```
    pub fn button(self) -> FormButton {
        FormButton(self)
    }

    /// Returns the attributes, with the names of those of a button if it is one.
    fn attributes(self, is_button: bool) -> Vec<Attribute> {
        let Self { name, has_files, is_repeatable, question, handle, message } = self;
        let url = scope::with(|scope| scope.forms.bind().to_owned()).unwrap_or_default();
        let [action_name, method, enctype] = match is_button {
            false => ["action", "method", "enctype"],
            true => ["formaction", "formmethod", "formenctype"],
        };
        let mut attributes = vec![
            Attribute::new(action_name, action(&url, &name)),
            Attribute::new(method, "post"),
            Attribute::new(enctype, has_files.then_some("multipart/form-data")),
            Attribute::flag("formnovalidate", is_button),
        ];
        if handle.program == 0 {
            scope::with(|scope| scope.forms.add(&name, handle.mapping, message));
            return attributes;
        }
        // A page may keep its model at another URL, which is that of another record, so a submit
        // there is another one.
        let form = format!("{}{url}#{name}", handle.program);
        let onsubmit = handler(move |event: FormEvent| {
            event.prevent_default();
            let is_free = is_repeatable || pending::begin(&form);
            let is_confirmed = || question.as_deref().is_none_or(pending::confirm);
            if !is_free || !is_confirmed() {
                // If the visitor has declined, the submit that `begin` has begun ends.
                pending::take_begun();
                // This tells the browser's code that the submit is ignored.
                return event.stop_propagation();
            }
            send(handle, message(event.into_data().values));
        });
        attributes.push(Attribute::listener("submit", SUBMIT, onsubmit));
        attributes
    }
}

fn send(handle: Handle, message: AnyMessage) {
    if let Some(program) = find(handle.program) {
        program.receive(handle.mapping, message);
    }
}

/// The kind of the data of a submit event, as `view.js` encodes it.
const SUBMIT: u8 = 4;

impl IntoAttributes for FormAttributes {
    fn into_attributes(self) -> Vec<Attribute> {
        self.attributes(false)
    }
}

impl IntoAttributes for FormButton {
    fn into_attributes(self) -> Vec<Attribute> {
        self.0.attributes(true)
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
                 key, as in `dispatch.form(Msg::Submitted).key(id)`"
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
    /// `true` if the URL is another one than at the last rendering.
    is_moved: bool,
    /// The number of forms with the URL, of this rendering and those before.
    bound: u32,
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
        context.change(&mut |client| {
            self.is_moved = self.url != client.current_path;
            self.url.clone_from(&client.current_path);
        });
    }

    pub(crate) fn is_moved(&self) -> bool {
        self.is_moved
    }

    pub(crate) fn bound(&self) -> u32 {
        self.bound
    }

    /// Counts a form, and returns the URL of the page for it.
    pub(crate) fn bind(&mut self) -> &str {
        self.bound = self.bound.wrapping_add(1);
        &self.url
    }

    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "for forms without script"))]
    pub(crate) fn collect(&mut self) {
        self.found = Some(Found::default());
    }

    /// Adds a mapping, and returns its number. Only recorded forms need it.
    pub(crate) fn add_mapping(&mut self, mapping: Mapping) -> Option<u32> {
        self.found.as_mut().map(|found| found.mappings.add(mapping))
    }

    pub(crate) fn add(&mut self, name: &str, mapping: u32, message: ToMessage) {
        let Some(found) = &mut self.found else { return };
        // If a mapping is missing, the message is not one of the program.
        let chain = found.mappings.chain(mapping);
        let handler: FormHandler = Box::new(move |values| chain.as_ref()?(message(values)));
        found.handlers.push((name.to_owned(), handler));
    }

    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "for forms without script"))]
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
        let text = || -> ToMessage { Box::new(text) };
        forms.add("early", 0, text());
        let mut submit = |name| {
            forms.collect();
            forms.add("one", 0, text());
            forms.add("twice", 0, text());
            forms.add("twice", 0, text());
            let message = forms.message(name, FormValues::from([("a", "b")]))?;
            Ok(*message.downcast::<String>().unwrap())
        };
        assert_eq!(submit("twice"), Err(FormError::Ambiguous));
        assert_eq!(submit("one"), Ok("b".to_owned()));
        assert_eq!(submit("early"), Err(FormError::Unknown));
    }
}
