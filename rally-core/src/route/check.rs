//! Compile-time checks of a pattern against the fields of its route struct.
//!
//! `#[page]` runs [`check_fields`] in a `const`, so that a mistake is a compile
//! error at the struct. The message names the page and the pattern.

/// An error message that is built at compile time; empty if there is no mistake.
pub struct Mistake {
    bytes: [u8; 512],
    len: usize,
}

impl Mistake {
    const NONE: Self = Self { bytes: [0; 512], len: 0 };

    const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// Stops the compilation with the message, unless it is empty.
    #[track_caller]
    pub const fn report(&self) {
        let (text, _) = self.bytes.split_at(self.len);
        match str::from_utf8(text) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the pattern and the fields of this route do not match"),
        }
    }
}

/// Compares the pattern of a route with the names of its path fields, and
/// returns the first mistake.
pub const fn check_fields(route: &str, pattern: &str, fields: &[&str]) -> Mistake {
    let bytes = pattern.as_bytes();
    let mistake = Mistake::NONE.push("page `").push(route).push("`: ");
    if bytes.is_empty() || bytes[0] != b'/' {
        return mistake.push("the pattern `").push(pattern).push("` must begin with `/`");
    }
    if bytes.len() > 1 && bytes[bytes.len() - 1] == b'/' {
        return mistake.push("the pattern `").push(pattern).push("` must not end with `/`");
    }
    let mut start = 1;
    while start < bytes.len() {
        let segment = segment_at(pattern, start);
        if segment.is_empty() {
            return mistake.push("the pattern `").push(pattern).push("` has an empty segment");
        }
        if let Some(bad) = bad_character(segment) {
            return mistake
                .push("the pattern `")
                .push(pattern)
                .push("` contains `")
                .push(bad)
                .push("`: write segments as `:name`, or with ASCII letters, digits, `-`, `.`, `_` ")
                .push("and `~`");
        }
        if let Some(name) = parameter(segment) {
            if !contains(fields, name) {
                return mistake
                    .push("the pattern `")
                    .push(pattern)
                    .push("` has the parameter `:")
                    .push(name)
                    .push("`, but the struct has no such field: write `pub ")
                    .push(name)
                    .push(if is_id(name) { ": i64`" } else { ": String`" });
            }
            if repeated(pattern, name, start) {
                return mistake
                    .push("the pattern `")
                    .push(pattern)
                    .push("` has `:")
                    .push(name)
                    .push("` twice: give the parameters different names");
            }
        }
        start += segment.len() + 1;
    }
    let mut at = 0;
    while at < fields.len() {
        if !has_parameter(pattern, fields[at], 0) {
            return mistake
                .push("the pattern `")
                .push(pattern)
                .push("` has no segment for the field `")
                .push(fields[at])
                .push("`: if the field is in the query, write `#[query]` above it; if it is in ")
                .push("the path, name the file of the page, or its directory, `")
                .push(fields[at])
                .push("_`");
        }
        at += 1;
    }
    Mistake::NONE
}

/// Checks the pattern of a page that is a function. It has no parameters, because a
/// function has no fields for them.
pub const fn check_function(route: &str, pattern: &str) -> Mistake {
    let mut start = 1;
    while start < pattern.len() {
        let segment = segment_at(pattern, start);
        if let Some(name) = parameter(segment) {
            return Mistake::NONE
                .push("page `")
                .push(route)
                .push("`: the pattern `")
                .push(pattern)
                .push("` has the parameter `:")
                .push(name)
                .push("`, so the page needs a struct: write `#[page] pub struct ")
                .push(route)
                .push(" { pub ")
                .push(name)
                .push(if is_id(name) { ": i64 }`" } else { ": String }`" })
                .push(", a `Model` and `impl Page for Model`");
        }
        start += segment.len() + 1;
    }
    check_fields(route, pattern, &[])
}

const fn segment_at(pattern: &str, start: usize) -> &str {
    let (_, rest) = pattern.split_at(start);
    let bytes = rest.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'/' {
        end += 1;
    }
    rest.split_at(end).0
}

const fn parameter(segment: &str) -> Option<&str> {
    match segment.as_bytes() {
        [b':', ..] => Some(segment.split_at(1).1),
        _ => None,
    }
}

/// Returns the rest of a segment from its first invalid character on; `None` if
/// the segment is valid.
const fn bad_character(segment: &str) -> Option<&str> {
    let bytes = segment.as_bytes();
    let mut at = if bytes[0] == b':' { 1 } else { 0 };
    if at == bytes.len() {
        return Some(segment);
    }
    while at < bytes.len() {
        let valid =
            bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'-' | b'.' | b'_' | b'~');
        if !valid {
            // `at` is a character boundary, because all characters before it are ASCII.
            return Some(segment.split_at(at).1);
        }
        at += 1;
    }
    None
}

const fn is_id(name: &str) -> bool {
    matches!(name.as_bytes(), [b'i', b'd'] | [.., b'_', b'i', b'd'])
}

const fn equal(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn contains(fields: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < fields.len() {
        if equal(fields[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

/// Returns `true` if a segment that starts at byte `from` or later is `:name`.
const fn has_parameter(pattern: &str, name: &str, from: usize) -> bool {
    let mut start = 1;
    while start < pattern.len() {
        let segment = segment_at(pattern, start);
        if start >= from
            && let Some(known) = parameter(segment)
            && equal(known, name)
        {
            return true;
        }
        start += segment.len() + 1;
    }
    false
}

const fn repeated(pattern: &str, name: &str, start: usize) -> bool {
    has_parameter(pattern, name, start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, fields: &[&str], expected: &str) {
        let mistake = check_fields("Product", pattern, fields);
        let text = str::from_utf8(&mistake.bytes[..mistake.len]).unwrap();
        assert_eq!(text.strip_prefix("page `Product`: ").unwrap_or(text), expected);
    }

    #[test]
    fn matching_fields_and_segments_are_accepted() {
        check("/", &[], "");
        check("/a-b/:id/c.d/:slug", &["slug", "id"], "");
    }

    #[test]
    fn a_segment_without_a_field_is_refused() {
        let expected = "the pattern `/products/:id` has the parameter `:id`, but the struct has no \
                        such field: write `pub id: i64`";
        check("/products/:id", &[], expected);
        let expected = "the pattern `/:slug` has the parameter `:slug`, but the struct has no such \
                        field: write `pub slug: String`";
        check("/:slug", &["id"], expected);
    }

    #[test]
    fn a_field_without_a_segment_is_refused() {
        let expected = "the pattern `/products/:id` has no segment for the field `tab`: if the \
                        field is in the query, write `#[query]` above it; if it is in the path, \
                        name the file of the page, or its directory, `tab_`";
        check("/products/:id", &["id", "tab"], expected);
    }

    #[test]
    fn invalid_patterns_are_refused() {
        check("", &[], "the pattern `` must begin with `/`");
        check("a", &[], "the pattern `a` must begin with `/`");
        check("/a/", &[], "the pattern `/a/` must not end with `/`");
        check("/a//b", &[], "the pattern `/a//b` has an empty segment");
        let twice = "the pattern `/:a/:a` has `:a` twice: give the parameters different names";
        check("/:a/:a", &["a"], twice);
        let shape =
            "write segments as `:name`, or with ASCII letters, digits, `-`, `.`, `_` and `~`";
        check("/:", &[], &format!("the pattern `/:` contains `:`: {shape}"));
        check("/a b", &[], &format!("the pattern `/a b` contains ` b`: {shape}"));
        check("/\u{e9}", &[], &format!("the pattern `/\u{e9}` contains `\u{e9}`: {shape}"));
    }
}
