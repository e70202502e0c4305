// The test files that run in Firefox too: one Firefox for all of them, because it starts slowly.
// They have no `before`: node:test does not wait for it once a test of another file has started.
import { choose } from "./harness/launch.mjs";

const files = [
  "counter", "damage", "fields", "form", "forms", "guestbook", "hydration", "in_place", "links",
  "navigation", "repair", "view",
];

choose("firefox");
for (const file of files) await import(`./${file}.test.mjs`);
