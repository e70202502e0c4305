//! The text of views that were built as values: for tests, for error pages, and
//! for elements that were made before the render of a document began.

use super::super::attribute::Value;
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
            Writer { html, marks, content: None, select: None }.view(view);
            html.end();
        }
    }
}

struct Writer<'a, 'v> {
    html: &'a mut Html,
    marks: Marks,
    /// Content to write after the end of the current start tag.
    content: Option<Pending<'v>>,
    /// The value of the `<select>` that is being written, and where its options begin.
    select: Option<(usize, &'v Value)>,
}

enum Pending<'v> {
    Html(&'v Value),
    Textarea(&'v Value),
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
            Slot::TextareaValue(value) => self.content = Some(Pending::Textarea(value)),
            Slot::SelectValue(value) => self.select = Some((html.length(), value)),
            Slot::InnerHtml(value) => self.content = Some(Pending::Html(value)),
            Slot::Listener(_) => {}
            Slot::Spread(attributes) => html.push_spread(attributes),
            Slot::List(views) => self.list(views),
            Slot::Memo(shared) => self.list(shared.views()),
            // The tree of the outlet is written by itself.
            Slot::Outlet(_) => {}
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
        if let (Some(content), Some(at)) = (&self.content, rest.find('>')) {
            self.html.push_markup(&rest[..=at]);
            match content {
                Pending::Html(value) => self.html.push_markup(value.as_str().unwrap_or_default()),
                Pending::Textarea(value) => self.html.push_textarea(value),
            }
            self.content = None;
            rest = &rest[at + 1..];
        }
        if let Some((start, value)) = self.select
            && let Some(at) = rest.find("</select>")
        {
            self.markup(&rest[..at]);
            self.html.mark_selected(start, value);
            self.select = None;
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
