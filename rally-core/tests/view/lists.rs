//! Keyed lists: nodes keep their identity, and few of them move.

use proptest::prelude::*;
use rally::prelude::*;
use rally_core::view::{Ops, Tree};

use super::document::Document;

fn list(keys: &[u8]) -> Element {
    rsx! {
        ul {
            for key in keys {
                li { key: "{key}", "data-key": "{key}", "{key}" }
            }
        }
    }
}

/// Shows `before`, then `after`. Returns the number of nodes that were inserted
/// or moved by the change.
fn change(before: &[u8], after: &[u8]) -> usize {
    let mut document = Document::new("");
    let (mut tree, mut ops) = (Tree::new(0), Ops::default());
    tree.update(list(before), &mut ops);
    document.apply(&ops);
    let nodes = document.keyed();
    document.insertions = 0;
    let mut ops = Ops::default();
    tree.update(list(after), &mut ops);
    document.apply(&ops);
    let insertions = document.insertions;
    for (key, node) in document.keyed() {
        if let Some(known) = nodes.get(&key) {
            assert_eq!(*known, node, "the node of {key} is kept");
        }
    }
    let texts: String =
        after.iter().map(|key| format!("<li data-key=\"{key}\">{key}</li>")).collect();
    assert_eq!(document.html(), format!("<ul>{texts}</ul>"));
    insertions
}

/// Length of the longest increasing sequence, found by trying all.
fn longest_increasing(items: &[usize]) -> usize {
    let mut best = vec![0; items.len()];
    for end in 0..items.len() {
        let before = (0..end).filter(|at| items[*at] < items[end]).map(|at| best[at]);
        best[end] = 1 + before.max().unwrap_or(0);
    }
    best.into_iter().max().unwrap_or(0)
}

proptest! {
    #[test]
    fn as_few_items_as_possible_move(
        before in Just((0..12_u8).collect::<Vec<_>>()).prop_shuffle(),
        after in Just((0..16_u8).collect::<Vec<_>>()).prop_shuffle(),
        (skip, keep) in (0..12_usize, 0..16_usize),
    ) {
        let (before, after) = (&before[skip..], &after[..keep]);
        let place = |key: &u8| before.iter().position(|known| known == key);
        let kept: Vec<usize> = after.iter().filter_map(place).collect();
        let moved = kept.len() - longest_increasing(&kept);
        // A new item has an element and a text.
        let inserted = 2 * (after.len() - kept.len());
        prop_assert_eq!(change(before, after), moved + inserted);
    }
}

#[test]
fn two_swapped_rows_are_two_moves() {
    assert_eq!(change(&[0, 1, 2, 3, 4], &[0, 3, 2, 1, 4]), 2);
}

#[test]
fn a_removed_row_moves_nothing() {
    assert_eq!(change(&[0, 1, 2, 3, 4], &[0, 1, 3, 4]), 0);
}

#[test]
fn an_appended_row_inserts_only_its_own_nodes() {
    assert_eq!(change(&[0, 1], &[0, 1, 2]), 2);
}

#[test]
fn rows_of_the_same_key_are_matched_in_order() {
    let mut document = Document::new("");
    let mut tree = Tree::new(0);
    for keys in [&[1, 1, 2][..], &[2, 1, 1, 1], &[1]] {
        let mut ops = Ops::default();
        tree.update(list(keys), &mut ops);
        document.apply(&ops);
        let texts: String =
            keys.iter().map(|key| format!("<li data-key=\"{key}\">{key}</li>")).collect();
        assert_eq!(document.html(), format!("<ul>{texts}</ul>"));
    }
}
