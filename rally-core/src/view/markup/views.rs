//! The text of views that were built as values: for tests, for error pages, and
//! for elements that were made before the render of a document began.

use super::super::attribute::{Attribute, Value};
use super::super::element::{Slot, View};
use super::Marks;
use super::html::Html;

/// Appends views.
pub(super) fn write(html: &mut Html, views: &[View], marks: Marks) {
    for view in views {
        if let [Slot::Text(text)] = &view.slots[..]
            && view.template.markup == "<!--t-->"
        {
            match marks {
                Marks::Hydration => html.begin_text(),
                Marks::None => {}
            }
            html.push_text(text);
            html.end_text();
        } else {
            html.begin();
            Writer { html, marks, content: None, field: None }.view(view);
            html.end();
        }
    }
}

struct Writer<'a, 'v> {
    html: &'a mut Html,
    marks: Marks,
    /// HTML to write after the end of the current start tag.
    content: Option<&'v Value>,
    /// The `<select>` or `<textarea>` that is being written.
    field: Option<Field<'v>>,
}

#[derive(Clone, Copy)]
struct Field<'v> {
    end_tag: &'static str,
    /// A position in its start tag.
    start: usize,
    value: &'v Value,
}

impl<'v> Writer<'_, 'v> {
    fn view(mut self, view: &'v View) {
        let mut chunks = view.template.chunks.iter();
        for slot in &view.slots {
            self.chunk(chunks.next().copied().unwrap_or_default());
            self.slot(slot);
        }
        chunks.for_each(|chunk| self.chunk(chunk));
    }

    fn slot(&mut self, slot: &'v Slot) {
        let html = &mut *self.html;
        match slot {
            Slot::Text(value) => {
                html.push_text(value);
                html.end_text();
            }
            Slot::Code(code, value) => html.push_code(value, *code),
            Slot::Attribute(name, value) => html.push_attribute(name, value.as_str()),
            Slot::TextareaValue(value) => self.begin_field("</textarea>", value),
            Slot::SelectValue(value) => self.begin_field("</select>", value),
            Slot::InnerHtml(value) => self.content = Some(value),
            Slot::Listener(_) => {}
            Slot::Spread(attributes) => self.spread(attributes),
            Slot::List(views) => self.list(views),
            Slot::Memo(shared) => self.list(shared.views()),
            // The tree of the outlet is written by itself.
            Slot::Outlet(_) => {}
        }
    }

    fn begin_field(&mut self, end_tag: &'static str, value: &'v Value) {
        self.field = Some(Field { end_tag, start: self.html.length(), value });
    }

    fn spread(&mut self, attributes: &'v [Attribute]) {
        let end_tag = match self.html.last_tag() {
            "textarea" => "</textarea>",
            "select" => "</select>",
            _ => return self.html.push_spread(attributes),
        };
        if let Some(value) = self.html.push_field_spread(attributes) {
            self.begin_field(end_tag, value);
        }
    }

    fn list(&mut self, views: &[View]) {
        write(self.html, views, self.marks);
        self.html.after_text = false;
    }

    fn chunk(&mut self, chunk: &str) {
        if chunk.is_empty() {
            return;
        }
        let mut rest = chunk;
        if let (Some(content), Some(at)) = (self.content, rest.find('>')) {
            self.html.push_markup(&rest[..=at]);
            self.html.push_inner_html(content);
            self.content = None;
            rest = &rest[at + 1..];
        }
        if let Some(Field { end_tag, start, value }) = self.field
            && let Some(at) = rest.find(end_tag)
        {
            self.markup(&rest[..at]);
            match end_tag {
                "</select>" => self.html.mark_selected(start, value),
                _ => self.html.replace_content(start, value),
            }
            self.field = None;
            rest = &rest[at..];
        }
        self.markup(rest);
        self.html.after_text = !chunk.ends_with('>');
    }

    /// Appends static markup. Its only comments are those for hydration.
    fn markup(&mut self, markup: &str) {
        match self.marks {
            Marks::Hydration => self.html.push_markup(markup),
            Marks::None => {
                markup.split("<!---->").for_each(|part| self.html.push_markup(part));
            }
        }
    }
}
