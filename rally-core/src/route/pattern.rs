//! The router: a tree of the segments of all patterns.

use std::iter::successors;

use crate::percent::unescape;

/// Patterns with their values, arranged for matching.
///
/// At every level, a static segment is preferred to a parameter. The order of
/// insertion does not matter.
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

/// The error of two patterns that match the same paths.
#[derive(Debug, PartialEq, Eq)]
pub struct PatternConflict<T> {
    /// Value of the pattern that was inserted first.
    pub taken_by: T,
}

/// The result of matching a path.
#[derive(Debug, PartialEq, Eq)]
pub struct Matched<T> {
    /// Value of the pattern.
    pub value: T,
    /// Names and values of the parameters, percent-decoded.
    pub path: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Node<T> {
    /// The nodes by segment, sorted. A hash map would be 2 KB of code in every browser.
    fixed: Vec<(&'static str, Node<T>)>,
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
        Self { fixed: Vec::new(), parameter: None, leaf: None }
    }
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T: Copy> Router<T> {
    /// Adds a pattern with its value.
    pub fn insert(&mut self, pattern: &'static str, value: T) -> Result<(), PatternConflict<T>> {
        let mut node = &mut self.root;
        let mut names = Vec::new();
        for segment in segments(pattern) {
            node = match segment.strip_prefix(':') {
                None => node.fixed(segment),
                Some(name) => {
                    names.push(name);
                    node.parameter.get_or_insert_default()
                }
            };
        }
        if let Some(leaf) = &node.leaf {
            return Err(PatternConflict { taken_by: leaf.value });
        }
        node.leaf = Some(Leaf { value, names });
        Ok(())
    }

    /// Finds the pattern that matches a path. The path must not contain a query.
    ///
    /// One `/` at the end is ignored. An empty segment matches nothing.
    pub fn find(&self, path: &str) -> Option<Matched<T>> {
        let path = path.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let (leaf, path) = self.root.find((!path.is_empty()).then_some(path), None)?;
        Some(Matched { value: leaf.value, path })
    }
}

/// The value of a parameter, linked to the parameter before it.
#[derive(Clone, Copy)]
struct MatchedParam<'path> {
    value: &'path str,
    before: Option<&'path MatchedParam<'path>>,
}

type PatternMatch<'node, T> = (&'node Leaf<T>, Vec<(&'static str, String)>);

impl<T> Node<T> {
    /// Returns the node of a static segment. Adds it if it does not exist.
    fn fixed(&mut self, segment: &'static str) -> &mut Self {
        let place = self.place_of(segment).unwrap_or_else(|place| {
            self.fixed.insert(place, (segment, Self::default()));
            place
        });
        &mut self.fixed[place].1
    }

    fn place_of(&self, segment: &str) -> Result<usize, usize> {
        self.fixed.binary_search_by_key(&segment, |(segment, _)| segment)
    }

    /// Searches depth first, static segments before the parameter.
    ///
    /// Each node is reached in only one way. So a search takes at most as many
    /// steps as the tree has nodes, and recurses at most to the depth of the
    /// longest pattern.
    fn find(
        &self,
        rest: Option<&str>,
        taken: Option<&MatchedParam<'_>>,
    ) -> Option<PatternMatch<'_, T>> {
        let Some(rest) = rest else {
            let leaf = self.leaf.as_ref()?;
            return Some((leaf, leaf.parameters(taken)));
        };
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        let fixed =
            self.place_of(segment).ok().and_then(|place| self.fixed[place].1.find(rest, taken));
        fixed.or_else(|| {
            let node = self.parameter.as_ref().filter(|_| !segment.is_empty())?;
            node.find(rest, Some(&MatchedParam { value: segment, before: taken }))
        })
    }
}

impl<T> Leaf<T> {
    /// Returns the names and values of the parameters. `taken` is the last
    /// value, linked to the values before it.
    fn parameters(&self, taken: Option<&MatchedParam<'_>>) -> Vec<(&'static str, String)> {
        let values = successors(taken, |taken| taken.before).map(|taken| unescape(taken.value));
        let mut parameters: Vec<_> = self.names.iter().rev().copied().zip(values).collect();
        parameters.reverse();
        parameters
    }
}

fn segments(pattern: &'static str) -> impl Iterator<Item = &'static str> {
    pattern.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn a_branch_that_fails_deeper_falls_back_to_the_parameter() {
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
        assert_eq!(router.insert("/a/:y", "/a/:y"), Err(PatternConflict { taken_by: "/a/:x" }));
    }

    fn matches(pattern: &str, path: &str) -> Option<Vec<bool>> {
        let (pattern, path) = (pattern.split('/').skip(1), path.split('/').skip(1));
        let same_length = pattern.clone().count() == path.clone().count();
        let one = |(pattern, segment): (&str, &str)| match pattern.starts_with(':') {
            true => (!segment.is_empty()).then_some(true),
            false => (pattern == segment).then_some(false),
        };
        same_length.then(|| pattern.zip(path).map(one).collect())?
    }

    fn first_of<'all>(patterns: &[&'all str], path: &str) -> Option<&'all str> {
        let found = patterns.iter().filter_map(|pattern| Some((matches(pattern, path)?, *pattern)));
        // `false` is a static segment, and sorts before `true`, a parameter.
        found.min().map(|(_, pattern)| pattern)
    }

    proptest! {
        #[test]
        fn the_winner_is_that_of_a_linear_search(
            patterns in prop::collection::vec("(/(a|b|:p)){1,6}", 1..40),
            path in "(/(a|b|c|)){1,7}",
        ) {
            let mut known = Router::default();
            let mut all = Vec::new();
            for pattern in patterns {
                let pattern: &'static str = pattern.leak();
                if known.insert(pattern, pattern).is_ok() {
                    all.push(pattern);
                }
            }
            let one_slash_less = match path.strip_suffix('/') {
                Some("") | None => &*path,
                Some(shorter) => shorter,
            };
            let found = known.find(&path).map(|found| found.value);
            prop_assert_eq!(found, first_of(&all, one_slash_less));
        }
    }

    /// Each inner node has a static and a parameter branch, so a path that
    /// matches no pattern may visit every node.
    #[test]
    fn a_hostile_path_takes_bounded_time() {
        let branches =
            |index: usize, level: usize| if index >> level & 1 == 0 { "/x" } else { "/:p" };
        let pattern =
            |index| (0..12).map(|level| branches(index, level)).collect::<String>() + "/z";
        let patterns: Vec<&'static str> =
            (0..1 << 12).map(|index| &*pattern(index).leak()).collect();
        let router = router(&patterns);
        assert_eq!(router.find(&("/x".repeat(12) + "/y")), None);
        assert_eq!(router.find(&"/x".repeat(1 << 20)), None);
        let found = router.find(&("/x".repeat(11) + "/y/z")).unwrap();
        assert_eq!(found.value, "/x".repeat(11) + "/:p/z");
    }
}
