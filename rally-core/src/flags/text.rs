//! The flags as text in a document: strings stand there as in its HTML, so that compression
//! copies them from there.
//!
//! `>` begins a string of MessagePack, without its length: up to the next `>` or byte, it is text
//! with the references `&amp;`, `&lt;`, `&gt;` and `&#number;`. A character U+0700 + `b` is the
//! byte `b`. Other characters stand for their UTF-8 bytes.
//!
//! A parser of HTML neither changes the text nor ends its `<script>` early: `<`, NUL and CR do
//! not occur in it, nor any other character that is an error in HTML.

use crate::codec::Writer;

/// The character that begins a string. In HTML it precedes a text too, so that a compressor
/// copies it with the text.
const STRING: u8 = b'>';

/// Maximum length of a reference, in bytes: `#1114111;`.
const MAX_REFERENCE: usize = 9;

/// Reads a text. Every text stands for bytes: at most one byte more for each 32 characters.
pub fn read(text: &str) -> Vec<u8> {
    // Slices of bytes need no code for positions that are not between two characters.
    let mut rest = text.as_bytes();
    let mut bytes = Writer::default();
    loop {
        let (plain, after) = split(rest, ends_string);
        bytes.raw(plain);
        rest = match after {
            [STRING, after @ ..] => {
                let (string, after) = split(after, ends_string);
                let has_reference = string.contains(&b'&');
                let string = if has_reference { &*unescaped(string) } else { string };
                bytes.text(str::from_utf8(string).unwrap_or_default());
                after
            }
            [lead, last, after @ ..] => {
                bytes.raw(&[lead << 6 | last & 0x3f]);
                after
            }
            _ => return bytes.finish().unwrap_or_default(),
        };
    }
}

/// Splits before the first byte with a property.
#[inline]
fn split(bytes: &[u8], is_end: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| is_end(*byte));
    bytes.split_at(end.unwrap_or(bytes.len()))
}

/// Returns `true` for [`STRING`], and for the first of the two bytes of U+0700 to U+07FF.
fn ends_string(byte: u8) -> bool {
    byte == STRING || byte >> 2 == 0xdc >> 2
}

/// Replaces references by their characters.
fn unescaped(mut text: &[u8]) -> Vec<u8> {
    let mut string = Vec::with_capacity(text.len());
    loop {
        let (before, reference) = split(text, |byte| byte == b'&');
        string.extend_from_slice(before);
        let [_, after @ ..] = reference else { return string };
        let (near, _) = after.split_at(after.len().min(MAX_REFERENCE));
        let (name, _) = split(near, |byte| byte == b';');
        match (referred(name), after.split_at(name.len()).1) {
            (Some(letter), [b';', after @ ..]) => {
                string.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                text = after;
            }
            _ => {
                string.push(b'&');
                text = after;
            }
        }
    }
}

fn referred(name: &[u8]) -> Option<char> {
    let [b'#', digits @ ..] = name else {
        return match name {
            b"amp" => Some('&'),
            b"lt" => Some('<'),
            b"gt" => Some('>'),
            _ => None,
        };
    };
    let mut code = u32::from(digits.is_empty()) * u32::MAX;
    for digit in digits {
        let value = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        code = code.saturating_mul(10).saturating_add(value);
    }
    char::from_u32(code)
}

/// Appends encoded flags as text in UTF-8. Any bytes can be read back, but only MessagePack is
/// short.
pub fn write(text: &mut Vec<u8>, bytes: &[u8]) {
    text.reserve(bytes.len() + bytes.len() / 8);
    let mut rest = bytes;
    while let [head, after @ ..] = rest {
        rest = match head {
            // Small numbers, nil, booleans, and the heads of short lists.
            0..=0x9f | 0xc0..=0xc3 | 0xe0..=0xff => {
                push_byte(text, *head);
                after
            }
            _ => write_value(text, rest),
        };
    }
}

/// Appends the first value of some bytes. Returns the bytes after it.
fn write_value<'a>(text: &mut Vec<u8>, bytes: &'a [u8]) -> &'a [u8] {
    let Some(value) = Value::first(bytes) else { return &[] };
    if !(value.is_string && push_string(text, value.content)) {
        push_byte(text, value.head[0]);
        for byte in value.head[1..].iter().chain(value.content) {
            match byte {
                plain if is_plain(*plain) => text.push(*plain),
                byte => push_byte(text, *byte),
            }
        }
    }
    value.rest
}

/// The first value of some bytes. The elements of a list or map are values of their own.
struct Value<'a> {
    /// `true` for a string with the head that [`read`] gives it.
    is_string: bool,
    /// The first byte, and the length.
    head: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Value<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let head = *bytes.first()?;
        // The number of bytes of the length, and the number of bytes beside it.
        let (width, fixed) = match head {
            0xa0..=0xbf => (0, head & 0x1f),
            0xd9 | 0xc4 => (1, 0),
            0xda | 0xc5 => (2, 0),
            0xdb | 0xc6 => (4, 0),
            0xc7..=0xc9 => (1 << (head - 0xc7), 1),
            0xd4..=0xd8 => (0, 1 + (1 << (head - 0xd4))),
            0xcc | 0xd0 => (0, 1),
            0xcd | 0xd1 | 0xdc | 0xde => (0, 2),
            0xca | 0xce | 0xd2 | 0xdd | 0xdf => (0, 4),
            0xcb | 0xcf | 0xd3 => (0, 8),
            _ => (0, 0),
        };
        let (head, after) = bytes.split_at(bytes.len().min(1 + width));
        let length = head[1..].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let length = length.saturating_add(fixed.into());
        let (content, rest) = after.split_at(after.len().min(length));
        let is_shortest = match head[0] {
            0xa0..=0xbf => true,
            0xd9 => length > 0x1f,
            0xda => length > 0xff,
            0xdb => length > 0xffff,
            _ => false,
        };
        Some(Self { is_string: is_shortest && content.len() == length, head, content, rest })
    }
}

/// Appends a character that stands for a byte.
fn push_byte(text: &mut Vec<u8>, byte: u8) {
    text.extend([0xdc | byte >> 6, 0x80 | byte & 0x3f]);
}

/// Appends a string, escaped as HTML is. Returns `false` if it is not valid UTF-8.
fn push_string(text: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let start = text.len();
    text.push(STRING);
    let mut string = None;
    let (mut begin, mut at) = (0, 0);
    loop {
        at += plain_start(&bytes[at..]);
        let Some(byte) = bytes.get(at) else { break };
        let letter = if byte.is_ascii() {
            char::from(*byte)
        } else {
            string = string.or_else(|| str::from_utf8(bytes).ok());
            let Some(letter) = string.and_then(|string| string[at..].chars().next()) else {
                text.truncate(start);
                return false;
            };
            letter
        };
        if !is_escaped(letter) {
            at += letter.len_utf8();
            // Before the first character beyond ASCII, the bytes are not known to be UTF-8.
            if string.is_some() {
                at += bytes[at..].iter().take_while(|byte| never_escaped(**byte)).count();
            }
            continue;
        }
        text.extend_from_slice(&bytes[begin..at]);
        match letter {
            '&' => text.extend_from_slice(b"&amp;"),
            '<' => text.extend_from_slice(b"&lt;"),
            '>' => text.extend_from_slice(b"&gt;"),
            '"' => text.extend_from_slice(b"&#34;"),
            letter => text.extend_from_slice(format!("&#{};", u32::from(letter)).as_bytes()),
        }
        at += letter.len_utf8();
        begin = at;
    }
    text.extend_from_slice(&bytes[begin..]);
    true
}

/// Counts the characters of ASCII at the start that stand for themselves.
#[inline]
fn plain_start(bytes: &[u8]) -> usize {
    let mut at = 0;
    // Blocks of 32 and 8 bytes are checked with vector instructions.
    while bytes[at..].first_chunk::<32>().is_some_and(all_plain) {
        at += 32;
    }
    while bytes[at..].first_chunk::<8>().is_some_and(all_plain) {
        at += 8;
    }
    at + bytes[at..].iter().take_while(|byte| is_plain(**byte)).count()
}

#[inline]
fn all_plain<const N: usize>(block: &[u8; N]) -> bool {
    // Without a branch.
    block.iter().fold(0, |any, byte| any | u8::from(!is_plain(*byte))) == 0
}

/// Returns `true` for a character of ASCII that stands for itself, also as a byte.
const fn is_plain(byte: u8) -> bool {
    // Few comparisons, which a processor has for vectors: the first one is of signed bytes.
    (byte as i8 >= b' ' as i8)
        & (byte != 0x7f)
        & (byte & !4 != b'"') // nor `&`
        & (byte & !2 != b'<') // nor `>`
}

/// Returns `true` for a character that cannot stand for itself in a string.
const fn is_escaped(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        ..='\u{7f}' => true,
        '\u{80}'..='\u{9f}' | '\u{700}'..='\u{7ff}' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' => true,
        letter => letter as u32 & 0xfffe == 0xfffe,
    }
}

/// Returns `true` for a byte beyond ASCII that is only in characters that stand for themselves.
fn never_escaped(byte: u8) -> bool {
    matches!(byte, 0x80..=0xc1 | 0xc3..=0xdb | 0xe0 | 0xe1 | 0xe3..=0xee)
}

#[cfg(test)]
mod tests {
    use html5ever::tendril::TendrilSink as _;
    use markup5ever_rcdom::{Handle, NodeData, RcDom};
    use proptest::prelude::*;

    use super::*;

    fn written(bytes: &[u8]) -> String {
        let mut text = Vec::new();
        write(&mut text, bytes);
        String::from_utf8(text).expect("text should be UTF-8")
    }

    fn is_safe(letter: char) -> bool {
        let is_control = letter.is_control() && !matches!(letter, '\n' | '\t');
        !is_control && letter != '<' && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}')
    }

    /// Returns the text of the only script of a document, as a browser would.
    fn parsed(document: &str) -> String {
        fn script(handle: &Handle) -> Option<String> {
            if let NodeData::Element { name, .. } = &handle.data
                && &*name.local == "script"
            {
                let children = handle.children.borrow();
                let texts = children.iter().map(|child| match &child.data {
                    NodeData::Text { contents } => contents.borrow().to_string(),
                    other => panic!("a script has only text, not {other:?}"),
                });
                return Some(texts.collect());
            }
            handle.children.borrow().iter().find_map(script)
        }
        let parsed = html5ever::parse_document(RcDom::default(), Default::default()).one(document);
        script(&parsed.document).expect("a script")
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let text = written(bytes);
        assert_eq!(text, expected);
        assert_eq!(read(&text), bytes);
    }

    fn encoded(string: &str) -> Vec<u8> {
        let mut to = Writer::default();
        to.text(string);
        to.finish().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_bytes_survive_a_parser_of_html(bytes in any_bytes()) {
            let text = written(&bytes);
            prop_assert_eq!(read(&text), &*bytes);
            prop_assert!(text.chars().all(is_safe), "{:?}", text);
            let document = format!("<script type=\"application/rally\">{text}</script><p>");
            prop_assert_eq!(parsed(&document), text);
        }

        #[test]
        fn a_writer_and_a_reader_agree_on_any_text(text in "[>\u{6fe}-\u{802}\na-c<&#;1]{0,40}|(>|&lt;|&#[0-9]{1,7};|.){0,20}") {
            let bytes = read(&text);
            prop_assert!(bytes.len() <= text.len() + text.len() / 32);
            prop_assert_eq!(read(&written(&bytes)), bytes);
        }
    }

    /// Any bytes, and such as can be confused with others: strings, their heads, parts of
    /// characters.
    fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
        let head = prop_oneof![0xc0_u8..=0xdf, 0x90_u8..=0xbf, any::<u8>()];
        let string =
            "[a-c<>&\"\r\n\0\u{7f}\u{85}\u{7ff}\u{2028}\u{fdd0}\u{1ffff}é😀]{0,20}|.{0,300}";
        let part = prop_oneof![
            head.prop_map(|byte| vec![byte]),
            proptest::collection::vec(any::<u8>(), 0..9),
            string.prop_map(|text| encoded(&text)),
            string.prop_map(String::into_bytes),
            Just("</script><!--<script>]]>".as_bytes().to_vec()),
        ];
        proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    #[test]
    fn strings_stand_for_themselves_and_the_rest_are_bytes() {
        // A list of a string, nil, 5 and 0x4142.
        check(b"\x94\xa3abc\xc0\x05\xcd\x41\x42", "\u{794}>abc\u{7c0}\u{705}\u{7cd}AB");
        check(&encoded("Zoë – “it's”\n\t 😀"), ">Zoë – “it's”\n\t 😀");
        check(b"\xa0\xa1a\xa0", ">>a>");
        check(b"", "");
    }

    #[test]
    fn what_html_changes_or_forbids_is_escaped() {
        check(&encoded("<a href=\"&amp;\">"), ">&lt;a href=&#34;&amp;amp;&#34;&gt;");
        check(&encoded("\r\0\u{7f}\u{1b}\u{85}"), ">&#13;&#0;&#127;&#27;&#133;");
        for letter in ['\u{700}', '\u{7ff}', '\u{2028}', '\u{feff}', '\u{fdd0}', '\u{10ffff}'] {
            let expected = format!(">x&#{};y", u32::from(letter));
            check(&encoded(&format!("x{letter}y")), &expected);
        }
        // Their neighbours are not.
        let near = "\u{6ff}\u{800}\u{a0}\u{2027}\u{202a}\u{fefe}\u{fdcf}\u{fdf0}\u{fffd}\u{10000}";
        check(&encoded(near), &format!(">{near}"));
    }

    #[test]
    fn the_length_of_a_string_is_written_again() {
        for length in [0, 1, 31, 32, 255, 256, 65535, 65536] {
            let string = "x".repeat(length);
            check(&encoded(&string), &format!(">{string}"));
        }
    }

    #[test]
    fn a_length_that_a_writer_would_not_write_is_kept() {
        check(b"\xd9\x01a", "\u{7d9}\u{701}a");
        check(b"\xda\x00\x01a", "\u{7da}\u{700}\u{701}a");
        check(b"\xdb\x00\x00\x00\x01a", "\u{7db}\u{700}\u{700}\u{700}\u{701}a");
        check(b"\xa3ab", "\u{7a3}ab");
        check(b"\xdb\xff\xff\xff\xff", "\u{7db}\u{7ff}\u{7ff}\u{7ff}\u{7ff}");
    }

    #[test]
    fn bytes_are_no_strings() {
        check(b"\xc4\x05\xffa<&\n\xa1a", "\u{7c4}\u{705}\u{7ff}a\u{73c}\u{726}\u{70a}>a");
        check(b"\xa2\xc3a", "\u{7a2}\u{7c3}a");
        check(b"\xa3\n\x80<", "\u{7a3}\u{70a}\u{780}\u{73c}");
        check(b"\xd5\x01a\xff", "\u{7d5}\u{701}a\u{7ff}");
    }

    #[test]
    fn a_hostile_text_is_read_as_some_bytes() {
        assert_eq!(read("<"), b"<");
        assert_eq!(read(">>>"), b"\xa0\xa0\xa0");
        assert_eq!(read("a>b\u{7ff}c"), b"a\xa1b\xffc");
        assert_eq!(read("\u{6ff}\u{800}"), "\u{6ff}\u{800}".as_bytes());
        assert_eq!(read("&lt;"), b"&lt;");
        let unknown = "&&lt&quot;&#;&#x41;&#1114112;&#99999999999;;";
        assert_eq!(read(&format!(">{unknown}")), encoded(unknown));
        assert_eq!(read(">&#55296;&#65;&#1792;"), encoded("&#55296;A\u{700}"));
    }
}
