// The nine operations of js-framework-benchmark, with its warm-up runs and slowdowns.
//
// A step is `[selector, expression]`: the element to click, and a condition that holds in the page
// once the click has had its effect.

const row = (n) => `tbody>tr:nth-of-type(${n})`;
const label = (n) => `${row(n)}>td:nth-of-type(2)>a`;
const cross = (n) => `${row(n)}>td:nth-of-type(3)>a>span`;
const count = (n) => `rows.length == ${n}`;
const id = (n, value) => `rows[${n - 1}]?.cells[0].textContent == ${value}`;
const isSelected = (n) => `rows[${n - 1}].className == "danger"`;
const times = (n, step) => Array.from({ length: n }, (_, index) => step(index));

const WARM = 5;
const create = ["#run", count(1000)];
const clear = ["#clear", count(0)];
/** Creates rows again: the old ones have to be gone. */
const replace = (n) => ["#run", `${count(1000)} && ${id(1, n * 1000 + 1)}`];
const update = (n) => ["#update", `rows[990].cells[1].textContent.endsWith("${" !!!".repeat(n)}")`];
const swap = (n) => ["#swaprows", id(999, n % 2 ? 999 : 2)];
const warmed = times(WARM, () => [create, clear]).flat();

export const operations = [
  { name: "create 1,000 rows", before: warmed, run: create },
  { name: "replace 1,000 rows", before: times(WARM, replace), run: replace(WARM) },
  {
    name: "update every 10th row",
    before: [create, ...times(3, (n) => update(n + 1))],
    run: update(4),
    slowdown: 4,
  },
  {
    name: "select a row",
    before: [create, ...times(WARM + 1, (n) => [label(n + 5), isSelected(n + 5)])],
    run: [label(2), isSelected(2)],
    slowdown: 4,
  },
  {
    name: "swap two rows",
    before: [create, ...times(WARM + 1, swap)],
    run: swap(WARM + 1),
    slowdown: 4,
  },
  {
    name: "remove a row",
    before: [
      create,
      ...times(WARM, (n) => [cross(WARM + 4 - n), count(999 - n)]),
      [cross(6), count(999 - WARM)],
    ],
    run: [cross(4), count(998 - WARM)],
    slowdown: 2,
  },
  { name: "create 10,000 rows", before: warmed, run: ["#runlots", count(10_000)] },
  { name: "append 1,000 rows", before: [create], run: ["#add", count(2000)] },
  { name: "clear 1,000 rows", before: [...warmed, create], run: clear, slowdown: 4 },
];
