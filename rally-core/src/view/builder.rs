//! The builder, which the expansion of `rsx!` calls.
//!
//! While the server renders a document, the builder writes text. Otherwise, it
//! builds views. The expansion is the same for both, because the macro cannot
//! know which of them is needed.

use std::fmt::{self, Write};

use super::attribute::{Attribute, IntoAttribute, IntoFlag, Value};
use super::element::{Content, Element, Shared, Slot, View};
use super::event::{Handler, Listener};
use super::markup::{self, Html};
use super::template::{Code, TEXT, Template, WRAP};

/// Builds an [`Element`], for the expansion of `rsx!`.
pub struct Builder {
    /// The text, if the builder writes text. In the browser, `Html` has no value.
    html: Option<Html>,
    /// The text, value or key that is being assembled.
    text: String,
    key: Option<Box<str>>,
    /// The views that have begun and not ended.
    open: Vec<View>,
    /// The lists that have begun and not ended. The first one is the element itself.
    lists: Vec<Vec<View>>,
}

/// If the builder writes text, runs the expression with it, and returns.
macro_rules! write_html {
    ($self:ident, $html:ident => $body:expr) => {
        if let Some($html) = &mut $self.html {
            return $body;
        }
    };
}

/// The content of an element, as an attribute of it says.
pub struct ElementContent(ContentKind);

enum ContentKind {
    /// No content has to be written: the builder builds views.
    Built,
    Html(Value),
    Textarea(Value),
}

/// The value of a `<select>` or `<textarea>` whose content is being written.
pub struct Field {
    /// With a position in the start tag.
    written: Option<(usize, Value)>,
}

impl Builder {
    /// Starts an element.
    #[inline]
    pub fn start() -> Self {
        let html = markup::begin();
        let lists = if html.is_some() { Vec::new() } else { vec![Vec::new()] };
        Self { html, text: String::new(), key: None, open: Vec::new(), lists }
    }

    /// Returns `true` if builders of this thread build views now.
    pub(super) fn is_building() -> bool {
        !markup::is_writing()
    }

    /// Ends the element.
    #[inline]
    pub fn finish(mut self) -> Element {
        if let Some(html) = self.html {
            return Element(Content::Html(html));
        }
        Element(Content::Views(self.lists.pop().unwrap_or_default()))
    }

    /// Returns `true` if the builder builds views. Text has no keys.
    #[inline]
    pub fn builds(&self) -> bool {
        self.html.is_none()
    }

    /// Makes the assembled text the key of the next view.
    pub fn key(&mut self) {
        self.key = Some(std::mem::take(&mut self.text).into_boxed_str());
    }

    /// Begins a view.
    #[inline]
    pub fn begin(&mut self, template: &'static Template) {
        write_html!(self, html => html.begin());
        self.begin_view(template);
    }

    fn begin_view(&mut self, template: &'static Template) {
        let (key, slots) = (self.key.take(), Vec::with_capacity(template.slots));
        self.open.push(View { template, key, slots });
    }

    /// Ends a view.
    #[inline]
    pub fn end(&mut self) {
        write_html!(self, html => html.end());
        self.end_view();
    }

    fn end_view(&mut self) {
        if let Some(view) = self.open.pop() {
            self.add(view);
        }
    }

    fn add(&mut self, view: View) {
        if let Some(list) = self.lists.last_mut() {
            list.push(view);
        }
    }

    fn slot(&mut self, slot: Slot) {
        if let Some(view) = self.open.last_mut() {
            view.slots.push(slot);
        }
    }

    /// Writes static markup between two slots.
    #[inline]
    pub fn raw(&mut self, markup: &'static str) {
        write_html!(self, html => html.push_markup(markup));
    }
}

/// Texts.
impl Builder {
    /// Appends a literal part of a text, attribute or key. `escaped` is the part as HTML.
    #[inline]
    pub fn lit(&mut self, text: &str, escaped: &'static str) {
        write_html!(self, html => html.push_markup(escaped));
        self.text.push_str(text);
    }

    /// Appends a text of the app.
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        write_html!(self, html => html.push_text(text));
        self.text.push_str(text);
    }

    /// Appends a text without special characters.
    #[inline]
    pub(super) fn push_escaped(&mut self, text: &str) {
        write_html!(self, html => html.push_markup(text));
        self.text.push_str(text);
    }

    /// Appends formatted arguments.
    pub fn format(&mut self, arguments: fmt::Arguments<'_>) {
        // Writing to a string cannot fail. If the `Display` of the app returns an
        // error, the text ends there.
        let _ = self.write_fmt(arguments);
    }

    /// Ends the text of a slot.
    #[inline]
    pub fn text(&mut self) {
        if !self.builds() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        self.slot(Slot::Text(text));
    }

    /// Begins a view that is a single text.
    #[inline]
    pub fn text_view_begin(&mut self) {
        write_html!(self, html => html.begin_text());
        self.begin_view(&TEXT);
    }

    /// Ends a view that is a single text.
    #[inline]
    pub fn text_view(&mut self) {
        write_html!(self, html => html.end_text());
        self.text();
        self.end_view();
    }

    /// Adds the text of a `<script>` or `<style>`.
    pub fn code(&mut self, code: Code, text: &str) {
        write_html!(self, html => html.push_code(text, code));
        self.slot(Slot::Code(code, text.to_owned()));
    }
}

/// Attributes.
impl Builder {
    /// Ends the value of an attribute that is always present.
    #[inline]
    pub fn written(&mut self, name: &'static str) {
        if !self.builds() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        self.slot(Slot::Attribute(name, Value::Text(text)));
    }

    /// Adds an attribute.
    #[inline]
    pub fn attribute(&mut self, name: &'static str, value: impl IntoAttribute) {
        let value = value.into_attribute();
        write_html!(self, html => html.push_attribute(name, value.as_deref()));
        let value = value.map_or(Value::None, |text| Value::Text(text.into_owned()));
        self.slot(Slot::Attribute(name, value));
    }

    /// Adds a boolean attribute.
    #[inline]
    pub fn flag(&mut self, name: &'static str, value: impl IntoFlag) {
        let value = if value.into_flag() { Value::Static("") } else { Value::None };
        write_html!(self, html => html.push_attribute(name, value.as_str()));
        self.slot(Slot::Attribute(name, value));
    }

    /// Adds the attributes of lists.
    ///
    /// `own` are the attributes that the element writes itself: these win. Of two
    /// attributes in the lists, the first one wins, as in a parser of HTML.
    pub fn spread(
        &mut self,
        own: &[&'static str],
        lists: impl IntoIterator<Item = Vec<Attribute>>,
    ) {
        let attributes = merged(own, lists);
        write_html!(self, html => html.push_spread(&attributes));
        self.slot(Slot::Spread(attributes));
    }

    /// Adds the attributes of lists to a `<textarea>` or `<select>`. [`Self::textarea_end`]
    /// or [`Self::select_end`] shows their `value`.
    pub fn field_spread(
        &mut self,
        own: &[&'static str],
        lists: impl IntoIterator<Item = Vec<Attribute>>,
    ) -> Field {
        let attributes = merged(own, lists);
        if let Some(html) = &mut self.html {
            let value = html.push_field_spread(&attributes).cloned().unwrap_or_default();
            return Field { written: Some((html.length(), value)) };
        }
        self.slot(Slot::Spread(attributes));
        Field { written: None }
    }

    /// Adds a listener.
    #[inline]
    pub fn listener(&mut self, handler: impl FnOnce() -> Handler) {
        if !self.builds() {
            return;
        }
        self.slot(Slot::Listener(Listener::new(handler())));
    }

    /// Adds `dangerous_inner_html`. [`Self::content`] writes it after the start tag.
    pub fn inner_html(&mut self, value: impl IntoAttribute) -> ElementContent {
        let value = Value::of(value);
        if self.html.is_some() {
            return ElementContent(ContentKind::Html(value));
        }
        self.slot(Slot::InnerHtml(value));
        ElementContent(ContentKind::Built)
    }

    /// Adds the value of a `<textarea>`. [`Self::content`] writes it after the start tag.
    pub fn textarea_value(&mut self, value: impl IntoAttribute) -> ElementContent {
        let value = Value::of(value);
        if self.html.is_some() {
            return ElementContent(ContentKind::Textarea(value));
        }
        self.slot(Slot::TextareaValue(value));
        ElementContent(ContentKind::Built)
    }

    /// Writes the content of an element after its start tag.
    pub fn content(&mut self, content: ElementContent) {
        match content.0 {
            ContentKind::Built => {}
            ContentKind::Html(value) => {
                write_html!(self, html => html.push_inner_html(&value));
            }
            ContentKind::Textarea(value) => {
                write_html!(self, html => html.push_textarea(&value));
            }
        }
    }

    /// Adds the value of a `<select>`. [`Self::select_end`] marks the option with this value.
    pub fn select_value(&mut self, value: impl IntoAttribute) -> Field {
        let value = Value::of(value);
        if let Some(html) = &mut self.html {
            return Field { written: Some((html.length(), value)) };
        }
        self.slot(Slot::SelectValue(value));
        Field { written: None }
    }

    /// Ends the options of a `<select>`.
    pub fn select_end(&mut self, field: Field) {
        if let (Some(html), Some((start, value))) = (&mut self.html, field.written) {
            html.mark_selected(start, &value);
        }
    }

    /// Ends the content of a `<textarea>`.
    pub fn textarea_end(&mut self, field: Field) {
        if let (Some(html), Some((start, value))) = (&mut self.html, field.written) {
            html.replace_content(start, &value);
        }
    }
}

/// Lists.
impl Builder {
    /// Begins a list slot. `after_text` is `true` if the markup before it ends with a text.
    #[inline]
    pub fn list_begin(&mut self, after_text: bool) {
        write_html!(self, html => html.begin_list(after_text, false));
        self.lists.push(Vec::new());
    }

    /// Begins a list slot in an `<svg>` or `<math>`.
    pub fn foreign_list_begin(&mut self, after_text: bool) {
        write_html!(self, html => html.begin_list(after_text, true));
        self.list_begin(after_text);
    }

    /// Ends a list slot.
    #[inline]
    pub fn list_end(&mut self) {
        write_html!(self, html => html.end_list());
        if let Some(list) = self.lists.pop() {
            self.slot(Slot::List(list));
        }
    }

    /// Begins a view that wraps a list, to give the list a key.
    pub fn wrap_begin(&mut self) {
        self.begin(&WRAP);
        self.raw(WRAP_BEGIN);
        self.list_begin(false);
    }

    /// Ends a view that wraps a list.
    pub fn wrap_end(&mut self) {
        self.list_end();
        self.raw(WRAP_END);
        self.end();
    }

    /// Adds the nodes of an element.
    #[inline]
    pub(super) fn element(&mut self, element: Element) {
        match element.0 {
            Content::Html(inner) => match &mut self.html {
                Some(html) => html.push(inner),
                None => debug_assert!(false, "an element was used after the render that made it"),
            },
            Content::Views(views) => {
                // Views that were built before the render of the document began.
                write_html!(self, html => markup::push_views(html, &views));
                if let Some(list) = self.lists.last_mut() {
                    if list.is_empty() { *list = views } else { list.extend(views) }
                }
            }
        }
    }

    /// Adds a list that is shared with another render. A single view passes its key on.
    pub(super) fn shared(&mut self, shared: Shared) {
        if let [view] = shared.views() {
            self.key.clone_from(&view.key);
        }
        self.begin_view(&WRAP);
        self.slot(Slot::Memo(shared));
        self.end_view();
    }
}

/// Joins lists of attributes, without those that cannot count.
fn merged(own: &[&'static str], lists: impl IntoIterator<Item = Vec<Attribute>>) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::new();
    for attribute in lists.into_iter().flatten() {
        let name = attribute.name();
        // The names of attributes are case-insensitive.
        let is_known = name.is_some_and(|name| {
            let mut known =
                attributes.iter().filter_map(Attribute::name).chain(own.iter().copied());
            known.any(|known| known.eq_ignore_ascii_case(name))
        });
        if !is_known {
            attributes.push(attribute);
        }
    }
    attributes
}

const WRAP_BEGIN: &str = "<!---->";
const WRAP_END: &str = "<!---->";

impl Write for Builder {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

impl Element {
    /// Makes an element without nodes.
    pub fn empty() -> Self {
        Builder::start().finish()
    }
}

impl Default for Element {
    fn default() -> Self {
        Self::empty()
    }
}
