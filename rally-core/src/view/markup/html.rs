//! The text of an element that the server writes.

use super::super::attribute::{Attribute, Kind, Value};
use super::super::template::Code;
use super::buffers::recycle;
use super::{escape, foreign, select};

/// The text of an element.
///
/// The browser's parser would merge two adjacent texts into one node. Hence a
/// comment separates them, and the element knows whether it begins and ends
/// with a text.
#[derive(Default)]
pub(in crate::view) struct Html {
    pub(in crate::view) text: String,
    has_content: bool,
    begins_with_text: bool,
    /// `true` if the text written last is a text node.
    pub(in crate::view) after_text: bool,
    /// `true` if there is a `<script>` or `<style>`, whose text is code.
    has_code: bool,
    /// For each list that has begun, a bit: 1 if the list is in an `<svg>` or `<math>`.
    foreign: u64,
}

impl Html {
    /// Begins a text in an empty buffer.
    #[inline]
    pub(in crate::view) fn in_buffer(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// Begins a view with markup.
    #[inline]
    pub(in crate::view) fn begin(&mut self) {
        self.has_content = true;
        self.after_text = false;
    }

    #[inline]
    pub(in crate::view) fn end(&mut self) {
        self.after_text = false;
    }

    /// Begins a view that is a text.
    #[inline]
    pub(in crate::view) fn begin_text(&mut self) {
        if !self.has_content {
            self.has_content = true;
            self.begins_with_text = true;
        }
        self.separate();
    }

    #[inline]
    pub(in crate::view) fn end_text(&mut self) {
        self.after_text = true;
    }

    #[inline]
    pub(in crate::view) fn begin_list(&mut self, after_text: bool, is_foreign: bool) {
        self.after_text = after_text;
        self.foreign = self.foreign << 1 | u64::from(is_foreign);
    }

    #[inline]
    pub(in crate::view) fn end_list(&mut self) {
        self.after_text = false;
        self.foreign >>= 1;
    }

    /// Appends markup, in which everything is escaped already.
    #[inline]
    pub(in crate::view) fn push_markup(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// Appends a text, or a part of the value of an attribute.
    #[inline]
    pub(in crate::view) fn push_text(&mut self, text: &str) {
        escape(&mut self.text, text);
    }

    #[inline]
    pub(in crate::view) fn push_attribute(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(&mut self.text, value);
        self.text.push('"');
    }

    pub(in crate::view) fn push_spread(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            if let Kind::Value(name, value) = &attribute.0 {
                self.push_attribute(name, value.as_str());
            }
        }
    }

    /// Appends the attributes of a spread of a `<textarea>` or `<select>`, which has no
    /// attribute `value`. Returns its value.
    pub(in crate::view) fn push_field_spread<'a>(
        &mut self,
        attributes: &'a [Attribute],
    ) -> Option<&'a Value> {
        let mut shown = None;
        for attribute in attributes {
            match &attribute.0 {
                Kind::Value(name, value) if name.eq_ignore_ascii_case("value") => {
                    shown = Some(value);
                }
                _ => self.push_spread(std::slice::from_ref(attribute)),
            }
        }
        shown
    }

    /// Appends the value of `dangerous_inner_html`.
    pub(in crate::view) fn push_inner_html(&mut self, value: &Value) {
        let html = value.as_str().unwrap_or_default();
        // Browsers ignore a line break directly after these tags, so add one.
        if html.starts_with('\n') && matches!(self.last_tag(), "pre" | "textarea") {
            self.text.push('\n');
        }
        self.text.push_str(html);
    }

    /// Returns the name in the start tag that was written last.
    pub(in crate::view) fn last_tag(&self) -> &str {
        let tag = self.text.rsplit('<').next().unwrap_or_default();
        tag.split([' ', '>']).next().unwrap_or_default()
    }

    /// Replaces the content of the `<textarea>` whose start tag is not complete at `start`.
    pub(in crate::view) fn replace_content(&mut self, start: usize, value: &Value) {
        if let (Some(_), Some(end)) = (value.as_str(), self.text[start..].find('>')) {
            self.text.truncate(start + end + 1);
            self.push_textarea(value);
        }
    }

    pub(in crate::view) fn push_textarea(&mut self, value: &Value) {
        let text = value.as_str().unwrap_or_default();
        // Browsers ignore a line break directly after `<textarea>`, so add one.
        if text.starts_with('\n') {
            self.text.push('\n');
        }
        escape(&mut self.text, text);
    }

    /// Returns the length of the text, for [`Self::mark_selected`] and [`Self::replace_content`].
    pub(in crate::view) fn length(&self) -> usize {
        self.text.len()
    }

    /// Marks the option with this value in the text from `start` on.
    pub(in crate::view) fn mark_selected(&mut self, start: usize, value: &Value) {
        select::mark_selected(&mut self.text, start, value);
    }

    pub(in crate::view) fn push_code(&mut self, text: &str, code: Code) {
        self.has_code = true;
        escape::push_code(&mut self.text, text, code);
    }

    fn separate(&mut self) {
        if self.after_text {
            self.text.push_str("<!--,-->");
        }
    }

    /// Appends another element.
    #[inline]
    pub(in crate::view) fn push(&mut self, inner: Html) {
        if inner.has_content {
            if !self.has_content {
                self.has_content = true;
                self.begins_with_text = inner.begins_with_text;
            }
            if inner.begins_with_text {
                self.separate();
            }
            if inner.has_code && self.foreign & 1 == 1 {
                foreign::push(&mut self.text, &inner.text);
            } else {
                self.has_code |= inner.has_code;
                self.text.push_str(&inner.text);
            }
            self.after_text = inner.after_text;
        }
        recycle(inner.text);
    }

    /// Surrounds the text with the comments of an outlet.
    pub(in crate::view) fn into_outlet(mut self) -> Self {
        self.text.insert_str(0, "<!--[-->");
        self.text.push_str("<!--]-->");
        Self { text: self.text, has_content: true, ..Self::default() }
    }
}
