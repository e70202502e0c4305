// The labels of the rows. All apps make the same ones, so that their documents can be compared.

const SIZES: [&str; 25] = [
    "narrow",
    "wide",
    "tiny",
    "huge",
    "low",
    "deep",
    "flat",
    "graceful",
    "modest",
    "curious",
    "fresh",
    "polished",
    "simple",
    "stormy",
    "lively",
    "patient",
    "crisp",
    "even",
    "rugged",
    "charming",
    "precious",
    "affordable",
    "scarce",
    "valuable",
    "ornate",
];
const COLORS: [&str; 11] = [
    "teal", "amber", "olive", "violet", "coral", "ivory", "crimson", "azure", "ebony", "silver",
    "golden",
];
const THINGS: [&str; 13] = [
    "shelf", "stool", "barn", "grill", "bench", "truck", "donkey", "biscuit", "dumpling", "noodle",
    "pancake", "badger", "trumpet",
];

/// Returns the next label.
pub fn next(seed: &mut u32) -> String {
    let words = [pick(seed, &SIZES), pick(seed, &COLORS), pick(seed, &THINGS)];
    let mut label = String::with_capacity(words.iter().map(|word| word.len() + 1).sum());
    for (index, word) in words.into_iter().enumerate() {
        if index > 0 {
            label.push(' ');
        }
        label.push_str(word);
    }
    label
}

fn pick(seed: &mut u32, words: &[&'static str]) -> &'static str {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    words[(*seed >> 16) as usize % words.len()]
}
