//! Escaping of text in HTML.

use crate::view::template::Code;

/// Number of bytes that are checked at once.
const BLOCK: usize = 16;

/// Appends text with four characters escaped. The result is safe between double
/// quotes, and in an element other than a script or style.
pub(crate) fn push(html: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let (mut begin, mut at) = (0, 0);
    while at < bytes.len() {
        let end = bytes.len().min(at + BLOCK);
        let block = bytes.get(at..at + BLOCK);
        if block.is_some_and(|block| !block.iter().fold(false, |any, it| any | is_special(*it))) {
            at = end;
            continue;
        }
        for (offset, byte) in bytes[at..end].iter().enumerate() {
            if !SPECIAL[usize::from(*byte)] {
                continue;
            }
            html.push_str(&text[begin..at + offset]);
            html.push_str(match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => "&#34;",
            });
            begin = at + offset + 1;
        }
        at = end;
    }
    html.push_str(&text[begin..]);
}

/// No branch: a block is checked with vector instructions.
const fn is_special(byte: u8) -> bool {
    (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"')
}

/// For single bytes, a table is faster than four comparisons.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = is_special(byte as u8);
        byte += 1;
    }
    special
};

/// Appends text to a script or style. It cannot end the element, but it is code.
pub(crate) fn push_code(html: &mut String, text: &str, code: Code) {
    match code {
        Code::Script => push_with(html, text, |next| matches!(next, '/' | '!'), "<\\"),
        // In an `<svg>`, browsers parse the text of a style as markup, so no tag
        // may begin in this text.
        Code::Style => {
            let begins = |next| matches!(next, '/' | '!' | '?' | 'a'..='z' | 'A'..='Z');
            push_with(html, text, begins, "\\3c ");
        }
    }
}

/// Appends text to a script or style, where HTML has no escapes.
///
/// `opening` replaces a `<` that could begin or end an element: one before a
/// character for which `begins` is true. `opening` is an escape of the code's
/// language: in a string, `<\/` is `</` in JavaScript, and `\3c b` is `<b` in CSS.
fn push_with(html: &mut String, code: &str, begins: fn(char) -> bool, opening: &str) {
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
        fn each_special_character_is_escaped_and_nothing_else(text in "[a-c<>&\"'é]{0,50}|.*") {
            let mut html = "begin".to_owned();
            push(&mut html, &text);
            let expected = text
                .replace('&', "&amp;")
                .replace('"', "&#34;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            prop_assert_eq!(html, format!("begin{expected}"));
        }
    }

    #[track_caller]
    fn check_code(code: Code, parts: &[&str], expected: &str) {
        let mut html = ">".to_owned();
        parts.iter().for_each(|part| push_code(&mut html, part, code));
        assert_eq!(html, format!(">{expected}"));
    }

    #[test]
    fn a_script_cannot_be_ended() {
        let check = |parts: &[&str], expected| check_code(Code::Script, parts, expected);
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
        let check = |parts: &[&str], expected| check_code(Code::Style, parts, expected);
        check(&["(width < 40em) and (1 <2)"], "(width < 40em) and (1 <2)");
        check(&["'</style>'"], "'\\3c /style>'");
        check(&["<img src=x>"], "\\3c img src=x>");
        check(&["<", "img"], "\\3c img");
        check(&["<!--<?"], "\\3c !--\\3c ?");
    }
}
