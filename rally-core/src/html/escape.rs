//! Escaping: text that stays text, wherever it stands.

/// Appends text. The same five characters are escaped in text and in quoted
/// attribute values.
pub(super) fn push(html: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest.as_bytes()));
        html.push_str(plain);
        html.push_str(match special.as_bytes().first() {
            None => return,
            Some(b'"') => "&#34;",
            Some(b'&') => "&#38;",
            Some(b'\'') => "&#39;",
            Some(b'<') => "&#60;",
            Some(_) => "&#62;",
        });
        rest = &special[1..];
    }
}

/// Appends text to a `<script>` or `<style>`, where no escape means anything:
/// there, only what could end the element is made harmless. In the strings of
/// both languages `<\/` is `</`, and `<\!` is `<!`.
pub(super) fn push_code(html: &mut String, code: &str) {
    for part in code.split_inclusive('<') {
        let after_angle = html.ends_with('<') && part.starts_with(['/', '!']);
        if after_angle && !std::ptr::eq(part.as_ptr(), code.as_ptr()) {
            html.push('\\');
        }
        html.push_str(part);
    }
}

/// How many bytes there are before the first that is escaped. Whole blocks are
/// compared at once, since few texts have any.
fn plain_length(bytes: &[u8]) -> usize {
    let is_plain = |block: &&[u8]| !block.iter().fold(false, |found, byte| found | special(*byte));
    let blocks = bytes.chunks_exact(16).take_while(is_plain).count() * 16;
    blocks + bytes[blocks..].iter().take_while(|byte| !special(**byte)).count()
}

fn special(byte: u8) -> bool {
    matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>')
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
