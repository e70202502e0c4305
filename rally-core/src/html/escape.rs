//! Escaping: text that stays text, wherever it stands.

/// Appends text. The same five characters are escaped in text and in quoted
/// attribute values.
pub(super) fn push(html: &mut String, text: &str) {
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

/// Appends text to a `<script>` or `<style>`, where no escape means anything:
/// there, only what could end the element is made harmless. In the strings of
/// both languages `<\/` is `</`, and `<\!` is `<!`.
pub(super) fn push_code(html: &mut String, code: &str) {
    for (index, part) in code.split_inclusive('<').enumerate() {
        if index > 0 && part.starts_with(['/', '!']) {
            html.push('\\');
        }
        html.push_str(part);
    }
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
    fn check_code(code: &str, expected: &str) {
        let mut html = "<".to_owned();
        push_code(&mut html, code);
        assert_eq!(html, format!("<{expected}"));
    }

    #[test]
    fn code_cannot_end_its_element() {
        check_code("a < b && c > '\"'", "a < b && c > '\"'");
        check_code("'</script>'", "'<\\/script>'");
        check_code("<<</style", "<<<\\/style");
        check_code("<!-- <script>", "<\\!-- <script>");
        check_code("/ <", "/ <");
    }
}
