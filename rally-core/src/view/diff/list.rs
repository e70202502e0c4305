//! Comparison of lists: the items that stay, move, appear and disappear.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::super::element::View;
use super::super::ops::{self, Ops};

/// Finds the old item of each new item: one of the same template and key.
///
/// Items without a key, and several of the same key, are matched in order.
pub(super) fn sources(old: &[View], new: &[View]) -> Vec<Option<usize>> {
    let most = old.len().min(new.len());
    let prefix = old.iter().zip(new).take_while(|(old, new)| is_same(old, new)).count();
    let ends = old.iter().rev().zip(new.iter().rev()).take(most - prefix);
    let suffix = ends.take_while(|(old, new)| is_same(old, new)).count();
    let (old_end, new_end) = (old.len() - suffix, new.len() - suffix);

    let mut sources: Vec<Option<usize>> = (0..prefix).map(Some).collect();
    if prefix == old_end {
        sources.resize(new_end, None);
    } else {
        let mut candidates = Candidates::of(&old[prefix..old_end]);
        let middle = new[prefix..new_end].iter();
        sources.extend(middle.map(|new| candidates.take(new).map(|index| prefix + index)));
    }
    sources.extend((old_end..old.len()).map(Some));
    sources
}

fn is_same(old: &View, new: &View) -> bool {
    identity(old) == identity(new)
}

type Identity<'a> = (u64, Option<&'a str>);

fn identity(view: &View) -> Identity<'_> {
    (view.template.id, view.key.as_deref())
}

/// A hasher for the app's own keys. It is smaller and faster than std's, which also resists
/// attackers that choose the keys: a server that compares views needs that one.
#[derive(Default)]
struct Fast(u64);

impl Hasher for Fast {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        // hashbrown takes the upper bits for its tags and the lower ones for the place.
        self.0 ^ (self.0 >> 32)
    }
}

/// The old items that no new item has taken.
struct Candidates<'a> {
    /// The first candidate of each identity.
    first: HashMap<Identity<'a>, usize, BuildHasherDefault<Fast>>,
    /// The next candidate of the same identity.
    next: Vec<Option<usize>>,
}

impl<'a> Candidates<'a> {
    fn of(old: &'a [View]) -> Self {
        let mut first = HashMap::with_capacity_and_hasher(old.len(), BuildHasherDefault::default());
        let mut next = vec![None; old.len()];
        for (index, view) in old.iter().enumerate().rev() {
            next[index] = first.insert(identity(view), index);
        }
        Self { first, next }
    }

    fn take(&mut self, new: &'a View) -> Option<usize> {
        let first = self.first.get_mut(&identity(new))?;
        let taken = *first;
        match self.next[taken] {
            Some(next) => *first = next,
            None => {
                self.first.remove(&identity(new));
            }
        }
        Some(taken)
    }
}

/// Returns `true` if each old item stays at its place, and there are no new items.
pub(super) fn is_unchanged(sources: &[Option<usize>], old: usize) -> bool {
    let in_place = |(index, source): (usize, &Option<usize>)| *source == Some(index);
    sources.len() == old && sources.iter().enumerate().all(in_place)
}

const STAY: usize = 0;
const MOVE: usize = 1;
const NEW: usize = 2;

/// Neighbors that are treated in the same way.
struct Run {
    kind: usize,
    /// The first of the old items; 0 for new items.
    from: usize,
    count: usize,
}

/// Writes the operation that turns the old list into the new one.
pub(super) fn write_runs(slot: usize, sources: &[Option<usize>], new: &[View], ops: &mut Ops) {
    let runs = runs(sources);
    ops.op(ops::LIST, slot);
    ops.number(runs.len());
    for Run { kind, from, count } in &runs {
        ops.number(*kind);
        ops.number(*from);
        ops.number(*count);
    }
    for (view, source) in new.iter().zip(sources) {
        if source.is_none() {
            ops.view(view);
        }
    }
}

fn runs(sources: &[Option<usize>]) -> Vec<Run> {
    let stays = longest_increasing(sources);
    let mut runs: Vec<Run> = Vec::new();
    for (source, stays) in sources.iter().zip(stays) {
        let (kind, from) = match source {
            Some(source) if stays => (STAY, *source),
            Some(source) => (MOVE, *source),
            None => (NEW, 0),
        };
        match runs.last_mut() {
            Some(run) if run.kind == kind && (kind == NEW || run.from + run.count == from) => {
                run.count += 1;
            }
            _ => runs.push(Run { kind, from, count: 1 }),
        }
    }
    runs
}

/// Finds the longest increasing sequence of old indexes. These items need not
/// move, and so the others are as few as possible.
fn longest_increasing(sources: &[Option<usize>]) -> Vec<bool> {
    // `ends[n]` is the position whose source is the smallest end of all
    // increasing sequences of length n + 1.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; sources.len()];
    for (position, source) in sources.iter().enumerate() {
        if source.is_none() {
            continue;
        }
        let at = ends.partition_point(|end| sources[*end] < *source);
        previous[position] = at.checked_sub(1).map(|before| ends[before]);
        if at == ends.len() {
            ends.push(position);
        } else {
            ends[at] = position;
        }
    }
    let mut stays = vec![false; sources.len()];
    let mut next = ends.last().copied();
    while let Some(position) = next {
        stays[position] = true;
        next = previous[position];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sources: &[Option<usize>], expected: &[(usize, usize, usize)]) {
        let runs = runs(sources);
        let runs: Vec<_> = runs.iter().map(|run| (run.kind, run.from, run.count)).collect();
        assert_eq!(runs, expected);
    }

    #[test]
    fn neighbors_become_one_run() {
        check(&[Some(0), Some(1), Some(3), None, None], &[(STAY, 0, 2), (STAY, 3, 1), (NEW, 0, 2)]);
        check(&[], &[]);
    }

    #[test]
    fn two_swapped_items_are_two_moves() {
        let swapped = [Some(0), Some(4), Some(2), Some(3), Some(1), Some(5)];
        check(&swapped, &[(STAY, 0, 1), (MOVE, 4, 1), (STAY, 2, 2), (MOVE, 1, 1), (STAY, 5, 1)]);
    }

    #[test]
    fn an_item_that_moves_to_the_front_is_one_move() {
        check(&[Some(3), Some(0), Some(1), Some(2)], &[(MOVE, 3, 1), (STAY, 0, 3)]);
    }
}
