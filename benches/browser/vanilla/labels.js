// The labels of the rows: the same as those of labels.rs.
const sizes = [
  "narrow", "wide", "tiny", "huge", "low", "deep", "flat", "graceful", "modest", "curious",
  "fresh", "polished", "simple", "stormy", "lively", "patient", "crisp", "even", "rugged",
  "charming", "precious", "affordable", "scarce", "valuable", "ornate",
];
const colors = [
  "teal", "amber", "olive", "violet", "coral", "ivory", "crimson", "azure", "ebony", "silver",
  "golden",
];
const things = [
  "shelf", "stool", "barn", "grill", "bench", "truck", "donkey", "biscuit", "dumpling", "noodle",
  "pancake", "badger", "trumpet",
];

let seed = 0;

function pick(words) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return words[(seed >>> 16) % words.length];
}

/** Returns the next label. */
export const nextLabel = () => `${pick(sizes)} ${pick(colors)} ${pick(things)}`;
