//! Which pattern a path matches: a tree of segments.

use std::collections::BTreeMap;

use super::params::unescape;

/// Patterns, arranged for matching.
///
/// Static segments beat parameters at every level, whatever the order in which
/// the patterns were added.
///
/// ```
/// use rally_core::route::Router;
///
/// let mut router = Router::default();
/// router.insert("/products/:id", 1).unwrap();
/// router.insert("/products/new", 2).unwrap();
/// assert_eq!(router.find("/products/new").unwrap().value, 2);
/// let product = router.find("/products/7%2F8").unwrap();
/// assert_eq!((product.value, product.path), (1, vec![("id", "7/8".to_owned())]));
/// ```
#[derive(Debug)]
pub struct Router<T> {
    root: Node<T>,
}

/// Two patterns that match the same paths.
#[derive(Debug, PartialEq, Eq)]
pub struct Clash<T> {
    /// What the earlier pattern stands for.
    pub taken_by: T,
}

/// What a path matched.
#[derive(Debug, PartialEq, Eq)]
pub struct Matched<T> {
    /// What the pattern stands for.
    pub value: T,
    /// Its parameters, percent-decoded.
    pub path: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Node<T> {
    fixed: BTreeMap<&'static str, Node<T>>,
    parameter: Option<Box<Node<T>>>,
    leaf: Option<Leaf<T>>,
}

#[derive(Debug)]
struct Leaf<T> {
    value: T,
    names: Vec<&'static str>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { fixed: BTreeMap::new(), parameter: None, leaf: None }
    }
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T: Copy> Router<T> {
    /// Adds a pattern.
    ///
    /// # Errors
    ///
    /// When an earlier pattern matches exactly the same paths.
    pub fn insert(&mut self, pattern: &'static str, value: T) -> Result<(), Clash<T>> {
        let mut node = &mut self.root;
        let mut names = Vec::new();
        for segment in segments(pattern) {
            node = match segment.strip_prefix(':') {
                None => node.fixed.entry(segment).or_default(),
                Some(name) => {
                    names.push(name);
                    node.parameter.get_or_insert_default()
                }
            };
        }
        if let Some(leaf) = &node.leaf {
            return Err(Clash { taken_by: leaf.value });
        }
        node.leaf = Some(Leaf { value, names });
        Ok(())
    }

    /// Finds the pattern for a path (without its query).
    ///
    /// One `/` at the end is ignored; an empty segment matches nothing.
    pub fn find(&self, path: &str) -> Option<Matched<T>> {
        let path = path.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let rest: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
        let mut values = Vec::new();
        let leaf = self.root.find(&rest, &mut values)?;
        let values = values.into_iter().map(unescape);
        Some(Matched { value: leaf.value, path: leaf.names.iter().copied().zip(values).collect() })
    }
}

impl<T> Node<T> {
    /// Depth first, fixed segments first. A path that fits the fixed branch at
    /// first and fails deeper comes back to the parameter.
    fn find<'path>(&self, rest: &[&'path str], values: &mut Vec<&'path str>) -> Option<&Leaf<T>> {
        let [segment, rest @ ..] = rest else {
            return self.leaf.as_ref();
        };
        if let Some(leaf) = self.fixed.get(*segment).and_then(|node| node.find(rest, values)) {
            return Some(leaf);
        }
        let node = self.parameter.as_ref().filter(|_| !segment.is_empty())?;
        values.push(segment);
        let found = node.find(rest, values);
        if found.is_none() {
            values.pop();
        }
        found
    }
}

fn segments(pattern: &'static str) -> impl Iterator<Item = &'static str> {
    pattern.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(patterns: &[&'static str]) -> Router<&'static str> {
        let mut router = Router::default();
        for pattern in patterns {
            router.insert(pattern, *pattern).unwrap();
        }
        router
    }

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let patterns = ["/", "/a/b/d", "/a/:x", "/:x/c", "/a/:x/:y", "/:x/:y/z"];
        let reversed: Vec<_> = patterns.iter().rev().copied().collect();
        for patterns in [&patterns[..], &reversed] {
            assert_eq!(router(patterns).find(path).map(|found| found.value), expected, "{path}");
        }
    }

    #[test]
    fn the_fixed_segment_wins_at_every_level() {
        check("/", Some("/"));
        check("/a/b/d", Some("/a/b/d"));
        check("/a/c", Some("/a/:x"));
        check("/b/c", Some("/:x/c"));
    }

    #[test]
    fn a_branch_that_fails_deeper_gives_way() {
        check("/a/b/e", Some("/a/:x/:y"));
        check("/b/b/z", Some("/:x/:y/z"));
        check("/b/b/y", None);
    }

    #[test]
    fn one_slash_at_the_end_is_ignored_and_empty_segments_match_nothing() {
        check("/a/c/", Some("/a/:x"));
        check("/a//", None);
        check("//c", None);
        check("a/c", None);
        check("", None);
    }

    #[test]
    fn parameters_keep_their_names_and_are_decoded_once() {
        let found = router(&["/:a/x/:b"]).find("/%2525/x/%C3%A9%ff").unwrap();
        let expected = vec![("a", "%25".to_owned()), ("b", "%C3%A9%ff".to_owned())];
        assert_eq!(found.path, expected);
    }

    #[test]
    fn two_patterns_for_the_same_paths_clash() {
        let mut router = router(&["/a/:x"]);
        assert_eq!(router.insert("/a/:y", "/a/:y"), Err(Clash { taken_by: "/a/:x" }));
    }
}
