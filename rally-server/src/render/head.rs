//! The top of a document: the first part of `index.html`, with the tags of the page's head
//! and the visitor's preferences.

use std::collections::BTreeMap;
use std::ops::Range;

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Token, Tokenizer};
use rally_core::head::{Head, Kind, OWN, SHELL, Tag, write_tag, write_text};

#[derive(Default)]
pub(crate) struct HeadParts<'a> {
    pub(crate) head: Option<&'a Head>,
    pub(crate) chosen_lang: Option<&'a str>,
    /// The language to use if `index.html` has no `lang` and the visitor has chosen no language.
    pub(crate) lang: Option<&'a str>,
    /// `Some(true)` for the dark theme; `None` if the visitor has not chosen.
    pub(crate) dark: Option<bool>,
}

/// The parts of `index.html` that may be replaced, in document order.
pub(super) struct Slots(Vec<(Range<usize>, Slot)>);

enum Slot {
    /// The tag `<html>`. If `index.html` has no such tag, the range of the slot is empty.
    Html(Attributes),
    /// The title, from the opening to the closing tag.
    Title(String),
    /// A tag, with the name of the attribute that identifies it: `name`, `property` or `rel`.
    Tag(Kind, &'static str, Attributes),
    /// The end of the head, where the page's other tags are added.
    End,
}

type Attributes = BTreeMap<String, String>;

impl Slots {
    /// Finds the slots in `text`, the part of `index.html` before the page. Like a browser, this
    /// ignores tags within comments and scripts.
    pub(super) fn of(text: &str) -> Self {
        let mut slots = Vec::new();
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        // Without this setting, the text of a <script> would be parsed as tags.
        emitter.naively_switch_states(true);
        let mut begin = 0;
        let mut end = None;
        let mut title: Option<(usize, String)> = None;
        for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
            match token {
                Token::Doctype(doctype) => begin = doctype.span.end,
                Token::String(text) if title.is_some() => {
                    let text = String::from_utf8_lossy(&text.value).into_owned();
                    title.iter_mut().for_each(|(_, title)| title.push_str(&text));
                }
                Token::StartTag(tag) => {
                    let range = tag.span.start..tag.span.end;
                    match tag.name.as_slice() {
                        b"html" => slots.push((range, Slot::Html(attributes(&tag)))),
                        b"title" => title = Some((range.start, String::new())),
                        b"body" => {
                            end = Some(range.start);
                            break;
                        }
                        _ => {
                            let attributes = attributes(&tag);
                            if let Some((kind, name)) = kind(&tag.name, &attributes) {
                                slots.push((range, Slot::Tag(kind, name, attributes)));
                            }
                        }
                    }
                }
                Token::EndTag(tag) => match tag.name.as_slice() {
                    b"title" => {
                        let is_first = !slots.iter().any(|(_, it)| matches!(it, Slot::Title(_)));
                        if let Some((start, text)) = title.take().filter(|_| is_first) {
                            slots.push((start..tag.span.end, Slot::Title(text)));
                        }
                    }
                    b"head" => {
                        end = Some(tag.span.start);
                        break;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        if !slots.iter().any(|(_, slot)| matches!(slot, Slot::Html(_))) {
            slots.insert(0, (begin..begin, Slot::Html(Attributes::new())));
        }
        // If the text has neither `</head>` nor `<body>`, the head ends after the last slot.
        let last = slots.iter().map(|(range, _)| range.end).max().unwrap_or(begin);
        let end = end.unwrap_or(last);
        slots.push((end..end, Slot::End));
        Self(slots)
    }

    pub(super) fn write(&self, html: &mut String, text: &str, top: &HeadParts<'_>) {
        let none = Head::default();
        let head = top.head.unwrap_or(&none);
        let mut tags: Vec<&Tag> = head.tags().iter().collect();
        let mut title = head.title_text();
        let mut at = 0;
        for (range, slot) in &self.0 {
            html.push_str(&text[at..range.start]);
            let original = &text[range.clone()];
            match slot {
                Slot::Html(attributes) => write_html(html, original, attributes, top),
                Slot::Title(shell) => match title.take() {
                    Some(title) => write_title(html, (SHELL, shell), title),
                    None => html.push_str(original),
                },
                Slot::Tag(kind, name, attributes) => {
                    let is_same = |tag: &&Tag| {
                        tag.kind == *kind && tag.name.eq_ignore_ascii_case(&attributes[*name])
                    };
                    match tags.iter().position(is_same) {
                        Some(index) => write_in_place(html, tags.remove(index), attributes),
                        None => html.push_str(original),
                    }
                }
                Slot::End => {
                    if let Some(title) = title.take() {
                        write_title(html, (OWN, ""), title);
                    }
                    tags.drain(..).for_each(|tag| tag.to_html(html));
                }
            }
            at = range.end;
        }
        html.push_str(&text[at..]);
    }
}

fn attributes(tag: &StartTag<usize>) -> Attributes {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    tag.attributes.iter().map(|(name, value)| (text(name), text(&value.value))).collect()
}

/// Returns the kind of a tag, and the name of the attribute that identifies it: `name`,
/// `property` or `rel`. Returns `None` for a tag that a page cannot replace.
fn kind(element: &[u8], attributes: &Attributes) -> Option<(Kind, &'static str)> {
    [Kind::Name, Kind::Property, Kind::Link].into_iter().find_map(|kind| {
        let [spelled, name, value] = kind.spelled();
        let has_both = attributes.contains_key(name) && attributes.contains_key(value);
        (element == spelled.as_bytes() && has_both).then_some((kind, name))
    })
}

fn write_html(html: &mut String, original: &str, attributes: &Attributes, top: &HeadParts<'_>) {
    let has_lang = attributes.contains_key("lang");
    let lang = top.chosen_lang.or(top.lang.filter(|_| !has_lang));
    let theme = top.dark.map(|dark| if dark { "dark" } else { "light" });
    let changed: Vec<_> =
        [("lang", lang), ("data-theme", theme)].into_iter().filter_map(if_present).collect();
    if changed.is_empty() {
        return html.push_str(original);
    }
    let kept = attributes.iter().map(|(name, value)| (&**name, &**value));
    let kept = kept.filter(|(name, _)| !changed.iter().any(|(changed, _)| changed == name));
    write_tag(html, "html", kept.chain(changed.iter().copied()));
}

fn if_present<'a>((name, value): (&'a str, Option<&'a str>)) -> Option<(&'a str, &'a str)> {
    Some((name, value?))
}

/// `attribute` is `data-rally-shell` with the title of `index.html`, or `data-rally-head`.
fn write_title(html: &mut String, attribute: (&str, &str), title: &str) {
    write_tag(html, "title", [attribute]);
    write_text(html, title);
    html.push_str("</title>");
}

/// Writes the page's tag instead of the tag of `index.html`. The attribute `data-rally-shell`
/// keeps the original value, so that the client can restore it.
fn write_in_place(html: &mut String, tag: &Tag, attributes: &Attributes) {
    let [element, _, value] = tag.kind.spelled();
    let kept = attributes.iter().map(|(name, it)| (&**name, &**it));
    let kept = kept.filter(|(name, _)| *name != value);
    let changed = [(value, &*tag.value), (SHELL, &*attributes[value])];
    write_tag(html, element, kept.chain(changed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shell: &str, top: &HeadParts<'_>, expected: &str) {
        let mut html = String::new();
        Slots::of(shell).write(&mut html, shell, top);
        assert_eq!(html, expected);
    }

    const SHELL: &str = "<!DOCTYPE html>\n<html lang=\"de\" class=a>\n<head><title>Shop &amp; \
                         Co</title>\n<meta name=Description content='All' /><svg><title>No</title>\
                         </svg></head><body>";

    #[test]
    fn a_page_without_a_head_leaves_the_file_as_it_is() {
        check(SHELL, &HeadParts::default(), SHELL);
        check(SHELL, &HeadParts { lang: Some("fr"), ..HeadParts::default() }, SHELL);
        check("", &HeadParts::default(), "");
    }

    #[test]
    fn the_pages_tags_replace_those_of_the_file() {
        let head = Head::title("Tea").description("Green").meta("robots", "none").canonical("/t");
        let top = HeadParts { head: Some(&head), ..HeadParts::default() };
        check(
            SHELL,
            &top,
            "<!DOCTYPE html>\n<html lang=\"de\" class=a>\n<head>\
             <title data-rally-shell=\"Shop &amp; Co\">Tea</title>\n\
             <meta name=\"Description\" content=\"Green\" data-rally-shell=\"All\">\
             <svg><title>No</title></svg>\
             <meta name=\"robots\" content=\"none\" data-rally-head>\
             <link rel=\"canonical\" href=\"/t\" data-rally-head></head><body>",
        );
    }

    #[test]
    fn the_visitors_language_and_theme_are_set_on_the_document() {
        let top = HeadParts { chosen_lang: Some("fr"), dark: Some(true), ..HeadParts::default() };
        check(
            SHELL,
            &top,
            &SHELL.replace(
                "<html lang=\"de\" class=a>",
                "<html class=\"a\" lang=\"fr\" data-theme=\"dark\">",
            ),
        );
        let top = HeadParts { dark: Some(false), lang: Some("fr"), ..HeadParts::default() };
        check(
            "<!doctype html><body>",
            &top,
            "<!doctype html><html lang=\"fr\" data-theme=\"light\"><body>",
        );
    }

    #[test]
    fn a_file_without_a_head_gets_one() {
        let head = Head::title("Tea");
        let top = HeadParts { head: Some(&head), ..HeadParts::default() };
        let title = "<title data-rally-head>Tea</title>";
        check("<!DOCTYPE html><body>", &top, &format!("<!DOCTYPE html>{title}<body>"));
        check("<div id=app>", &top, &format!("{title}<div id=app>"));
        check("<html><meta charset=a><p>", &top, &format!("<html>{title}<meta charset=a><p>"));
    }

    #[test]
    fn a_title_in_a_comment_or_script_is_ignored() {
        let head = Head::title("</title><script>alert(1)</script>");
        let top = HeadParts { head: Some(&head), ..HeadParts::default() };
        check(
            "<head><!-- <title>a</title> --><script>'<title>b</title>'</script></head>",
            &top,
            "<head><!-- <title>a</title> --><script>'<title>b</title>'</script>\
             <title data-rally-head>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;\
             </title></head>",
        );
    }
}
