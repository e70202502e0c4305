//! Escaping of text in HTML.

/// Appends text with five characters escaped. The result is safe in a quoted
/// attribute value, and in an element other than a script or style.
pub(crate) fn push(html: &mut String, text: &str) {
    let mut begin = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "&#34;",
            b'&' => "&#38;",
            b'\'' => "&#39;",
            b'<' => "&#60;",
            b'>' => "&#62;",
            _ => continue,
        };
        html.push_str(&text[begin..index]);
        html.push_str(escaped);
        begin = index + 1;
    }
    html.push_str(&text[begin..]);
}

/// The element around a text, which decides how the text is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextContext {
    /// Any element other than a script or style.
    Element,
    Script,
    Style,
}

/// Appends untrusted text, escaped for the element around it.
pub(super) fn push_within(html: &mut String, text: &str, within: TextContext) {
    match within {
        TextContext::Element => push(html, text),
        TextContext::Script => push_code(html, text, |next| matches!(next, '/' | '!'), "<\\"),
        // In an `<svg>`, browsers parse the text of a style as markup, so no tag
        // may begin in this text.
        TextContext::Style => {
            let begins = |next| matches!(next, '/' | '!' | '?' | 'a'..='z' | 'A'..='Z');
            push_code(html, text, begins, "\\3c ");
        }
    }
}

/// Appends text to a script or style, where HTML has no escapes.
///
/// `opening` replaces a `<` that could begin or end an element: one before a
/// character for which `begins` is true. `opening` is an escape of the code's
/// language: in a string, `<\/` is `</` in JavaScript, and `\3c b` is `<b` in CSS.
fn push_code(html: &mut String, code: &str, begins: fn(char) -> bool, opening: &str) {
    let mut rest = code;
    loop {
        // The `<` at the end of the HTML may come from an earlier call.
        if html.ends_with('<') && rest.starts_with(begins) {
            html.pop();
            html.push_str(opening);
        }
        let Some(at) = rest.find('<') else { break };
        html.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_special_character_is_escaped_and_nothing_else(text: String) {
            let mut html = "begin".to_owned();
            push(&mut html, &text);
            let expected = text
                .replace('&', "&#38;")
                .replace('"', "&#34;")
                .replace('\'', "&#39;")
                .replace('<', "&#60;")
                .replace('>', "&#62;");
            prop_assert_eq!(html, format!("begin{expected}"));
        }
    }

    #[track_caller]
    fn check_code(within: TextContext, parts: &[&str], expected: &str) {
        let mut html = ">".to_owned();
        parts.iter().for_each(|part| push_within(&mut html, part, within));
        assert_eq!(html, format!(">{expected}"));
    }

    #[test]
    fn a_script_cannot_be_ended() {
        let check = |parts: &[&str], expected| check_code(TextContext::Script, parts, expected);
        check(&["a < b && c<d > '\"'"], "a < b && c<d > '\"'");
        check(&["'</script>'"], "'<\\/script>'");
        check(&["<<</script"], "<<<\\/script");
        check(&["<!-- <script>"], "<\\!-- <script>");
        check(&["/ <"], "/ <");
        check(&["<", "/script>"], "<\\/script>");
        check(&["<", "", "!--"], "<\\!--");
    }

    #[test]
    fn in_a_style_no_tag_begins() {
        let check = |parts: &[&str], expected| check_code(TextContext::Style, parts, expected);
        check(&["(width < 40em) and (1 <2)"], "(width < 40em) and (1 <2)");
        check(&["'</style>'"], "'\\3c /style>'");
        check(&["<img src=x>"], "\\3c img src=x>");
        check(&["<", "img"], "\\3c img");
        check(&["<!--<?"], "\\3c !--\\3c ?");
    }
}
