//! Text: the HTML that the server writes.

mod buffers;
mod escape;
mod foreign;
mod html;
mod select;
mod views;

use super::element::{Content, Element, View};

pub(crate) use buffers::is_writing;
pub(crate) use escape::push as escape;
pub(super) use html::Html;

/// Runs a view, whose elements are written as text, and returns the text.
pub(crate) fn write(view: impl FnOnce() -> Element) -> String {
    let text = text_of_element(buffers::while_writing(view), Marks::Hydration);
    buffers::written(text.len());
    text
}

/// Writes the text of an element that was built.
pub(crate) fn text_of_element(element: Element, marks: Marks) -> String {
    match element.0 {
        Content::Html(html) => html.text,
        Content::Views(views) => text_of(&views, marks),
    }
}

/// The comments in a text by which the browser finds its nodes: all, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    Hydration,
    None,
}

fn text_of(views: &[View], marks: Marks) -> String {
    let mut html = Html::default();
    views::write(&mut html, views, marks);
    html.text
}

/// Begins a text if views are to be written as text.
#[inline]
pub(super) fn begin() -> Option<Html> {
    buffers::take().map(Html::in_buffer)
}

/// Appends views that were built.
pub(super) fn push_views(html: &mut Html, views: &[View]) {
    views::write(html, views, Marks::Hydration);
}

/// Surrounds the written element of a page with the comments by which the browser
/// finds the page in its layout.
pub(crate) fn in_outlet(element: Element) -> Element {
    match element.0 {
        Content::Html(html) => Element(Content::Html(html.into_outlet())),
        Content::Views(views) => {
            let mut html = Html::default();
            push_views(&mut html, &views);
            Element(Content::Html(html.into_outlet()))
        }
    }
}
