// The results as tables.
import { geometricMean, median, spread } from "./stats.mjs";

const fixed = (digits) => (value) => value.toFixed(digits);

/** Returns a table in Markdown. */
function table(title, head, rows) {
  const lines = [head, head.map((_, index) => (index ? "--:" : "---")), ...rows];
  return [`${title}\n`, ...lines.map((cells) => `| ${cells.join(" | ")} |`), ""].join("\n");
}

const samplesOf = (samples) => `${fixed(1)(median(samples))} ±${fixed(1)(spread(samples) / 2)}`;

/** Operations: medians, half the distance of the quartiles, and ratios of medians. */
export function speed(title, operations, field) {
  const names = Object.keys(operations);
  const apps = Object.keys(operations[names[0]]);
  const samples = (name, app) => operations[name][app].map((sample) => sample[field]);
  const pairs = apps.map((app) => [app, "vanilla"]);
  pairs.push(["rally", "leptos"]);
  const shown = pairs.filter(([app, base]) => app !== base && apps.includes(app) && apps.includes(base));
  const ratio = (name, [app, base]) => median(samples(name, app)) / median(samples(name, base));
  const mean = (pair) => geometricMean(names.map((name) => ratio(name, pair)));
  const rows = names.map((name) => [
    name,
    ...apps.map((app) => samplesOf(samples(name, app))),
    ...shown.map((pair) => fixed(2)(ratio(name, pair))),
  ]);
  rows.push(["geometric mean", ...apps.map(() => ""), ...shown.map((pair) => fixed(2)(mean(pair)))]);
  const head = ["ms", ...apps, ...shown.map(([app, base]) => `${app} ÷ ${base}`)];
  return table(title, head, rows);
}

export function memory(states) {
  const apps = Object.keys(Object.values(states)[0]);
  const mebibytes = (bytes) => fixed(1)(bytes / 2 ** 20);
  const cell = ({ js, dom, wasm, total }) =>
    `${mebibytes(total)} (${[js, dom, wasm].map(mebibytes).join(" + ")})`;
  const rows = Object.entries(states).map(([name, state]) => [name, ...apps.map((app) => cell(state[app]))]);
  return table("Memory: JavaScript + document + WebAssembly", ["MiB", ...apps], rows);
}

export function times(title, samples) {
  const apps = Object.keys(samples);
  return table(title, ["ms", ...apps], [["median", ...apps.map((app) => samplesOf(samples[app]))]]);
}
