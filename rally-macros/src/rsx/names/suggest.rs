//! Suggestions for misspelt names.

/// Names from other libraries, and the names here.
const OTHER_NAMES: &[(&str, &str)] =
    &[("classname", "class"), ("htmlfor", "for"), ("ondblclick", "ondoubleclick")];

/// Returns the name that is most similar to `name`, if one is similar.
pub(crate) fn suggestion<T: AsRef<str>>(
    name: &str,
    names: impl IntoIterator<Item = T>,
) -> Option<String> {
    let plain = plain(name);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == plain).map(|(_, name)| *name);
    let most = 1 + plain.len() / 4;
    names
        .into_iter()
        .filter_map(|known| {
            let known = known.as_ref();
            let changes =
                if other == Some(known) { 0 } else { changes(&plain, &self::plain(known)) };
            (changes <= most && changes < plain.len()).then(|| (changes, known.to_owned()))
        })
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, known)| known)
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Counts the letters to insert, delete, replace or swap.
fn changes(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for (i, letter) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != other);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *other && to[j - 1] == *letter {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_name_is_suggested() {
        let names = ["div", "dl", "data", "placeholder", "class", "tabindex"];
        let suggest = |name| suggestion(name, names);
        assert_eq!(suggest("dvi").as_deref(), Some("div"));
        assert_eq!(suggest("plcaeholder").as_deref(), Some("placeholder"));
        assert_eq!(suggest("tab_index").as_deref(), Some("tabindex"));
        assert_eq!(suggest("className").as_deref(), Some("class"));
        assert_eq!(suggest("marquee"), None);
        assert_eq!(suggest("x"), None);
    }
}
