//! Finding the page of a URL among 10, 100 and 1000 pages, compared with
//! `matchit`, the router of axum.
//!
//! `cargo bench --bench routes`

use rally_core::route::Router;

use self::paired::Comparison;

mod paired;

fn main() {
    for count in [10, 100, 1000] {
        compare(count);
    }
}

fn compare(count: usize) {
    let patterns: Vec<&'static str> = (0..count).map(pattern).collect();
    let mut rally = Router::default();
    let mut matchit_router = matchit::Router::new();
    for (index, pattern) in patterns.iter().enumerate() {
        rally.insert(pattern, index).unwrap();
        matchit_router.insert(braced(pattern), index).unwrap();
    }
    let [first, last] = [patterns[0], patterns[count - 1]].map(|pattern| pattern.replace(':', "a"));
    for (what, path) in
        [("the first", &*first), ("the last", &*last), ("none", "/area3/nothing/here")]
    {
        let found = rally.find(path).map(|found| found.value);
        assert_eq!(found, matchit_router.at(path).ok().map(|found| *found.value), "{path}");
        let find_with_matchit = || {
            // The same result as Rally's router: decoded, owned parameters.
            let found = matchit_router.at(path).ok()?;
            let owned =
                found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            Some((*found.value, owned.collect::<Vec<_>>()))
        };
        Comparison::new(format!("{count} routes, {what}: {path}"))
            .subject("matchit", find_with_matchit)
            .subject("Rally", || rally.find(path))
            .run();
    }
}

/// Patterns of a typical app: lists, items, and parts of items.
fn pattern(index: usize) -> &'static str {
    let area = index / 4;
    let pattern = match index % 4 {
        0 => format!("/area{area}"),
        1 => format!("/area{area}/:id"),
        2 => format!("/area{area}/new"),
        _ => format!("/area{area}/:id/parts/:part"),
    };
    pattern.leak()
}

/// The pattern in the syntax of matchit.
fn braced(pattern: &str) -> String {
    let segments = pattern.split('/').map(|segment| match segment.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}
