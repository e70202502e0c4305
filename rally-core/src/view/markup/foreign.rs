//! Scripts and styles of HTML that a view shows in an `<svg>` or `<math>`.
//!
//! There, a parser reads their text as markup. The text was written before, by a
//! view that does not know its place. So it is escaped afterwards.

use super::escape;

const NAMES: [&str; 2] = ["script", "style"];

/// Appends HTML that Rally has written, with the texts of its scripts and styles
/// escaped.
pub(super) fn push(html: &mut String, inner: &str) {
    let mut rest = inner;
    while let Some((before, text, after)) = next_code(rest) {
        html.push_str(before);
        escape(html, text);
        rest = after;
    }
    html.push_str(rest);
}

/// Splits HTML at the text of its first script or style.
fn next_code(html: &str) -> Option<(&str, &str, &str)> {
    let starts = NAMES.iter().filter_map(|name| Some((html.find(&format!("<{name}"))?, name)));
    let (start, name) = starts.min()?;
    let text = start + html[start..].find('>')? + 1;
    let end = text + html[text..].find(&format!("</{name}"))?;
    Some((&html[..text], &html[text..end], &html[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_scripts_and_styles_are_escaped() {
        let inner = "<p>&lt;</p><style>a > b</style><script src=\"x\">'<img>'</script>&amp;";
        let mut html = String::new();
        push(&mut html, inner);
        let expected = "<p>&lt;</p><style>a &gt; b</style><script src=\"x\">'&lt;img&gt;'</script>\
                        &amp;";
        assert_eq!(html, expected);
    }
}
