//! The selected option of a `<select>`.
//!
//! The options may have been written before the `<select>`, by a view that does
//! not know the value. So the option is found in the text.

use super::super::attribute::Value;
use super::escape;

/// Adds `selected` to the first option with this value in the text from `start` on.
pub(super) fn mark_selected(html: &mut String, start: usize, value: &Value) {
    let Some(value) = value.as_str() else { return };
    let mut escaped = String::new();
    escape(&mut escaped, value);
    let found = options(&html[start..]).find(|option| option.has_value(&escaped));
    if let Some(option) = found {
        let at = start + option.tag_end;
        html.insert_str(at, " selected=\"\"");
    }
}

struct OptionTag<'a> {
    /// Position of the `>` of the start tag.
    tag_end: usize,
    /// The attribute `value`, with its special characters escaped.
    value: Option<&'a str>,
    text: &'a str,
}

impl OptionTag<'_> {
    /// Without the attribute, the text counts, in which browsers ignore additional spaces.
    fn has_value(&self, escaped: &str) -> bool {
        match self.value {
            Some(value) => value == escaped,
            None if escaped.is_empty() => self.text.trim_ascii().is_empty(),
            None => self.text.split_ascii_whitespace().eq(escaped.split(' ')),
        }
    }
}

/// Returns the options of an HTML text that Rally has written: attributes are
/// quoted, and no other `<` or `>` occurs.
fn options(html: &str) -> impl Iterator<Item = OptionTag<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let tag = from + html[from..].find("<option")?;
        let tag_end = tag + html[tag..].find('>')?;
        let attribute = html[tag..tag_end].split_once(" value=\"");
        let attribute = attribute.and_then(|(_, rest)| rest.split_once('"'));
        from = tag_end + 1;
        let text = html[from..].split("</option").next().unwrap_or_default();
        Some(OptionTag { tag_end, value: attribute.map(|(value, _)| value), text })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, value: &str, expected: &str) {
        let mut html = format!("<option>x</option>{html}");
        mark_selected(&mut html, 18, &Value::Text(value.to_owned()));
        assert_eq!(html[18..], *expected);
    }

    #[test]
    fn the_option_with_the_value_is_selected() {
        let html = "<option value=\"a\">x</option><option class=\"c\" value=\"x\">y</option>";
        let expected = "<option value=\"a\">x</option>\
            <option class=\"c\" value=\"x\" selected=\"\">y</option>";
        check(html, "x", expected);
        check(html, "z", html);
    }

    #[test]
    fn an_option_without_a_value_is_found_by_its_text() {
        let html = "<option>a</option><option> a  &amp;\nb </option>";
        check(html, "a & b", "<option>a</option><option selected=\"\"> a  &amp;\nb </option>");
        check(html, "a  & b", html);
        check("<option></option>", "", "<option selected=\"\"></option>");
    }

    #[test]
    fn only_the_first_of_equal_options_is_selected() {
        let html = "<option>x</option><option>x</option>";
        check(html, "x", "<option selected=\"\">x</option><option>x</option>");
    }
}
