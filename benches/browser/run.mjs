// Compares Rally with vanilla JavaScript, Leptos and Dioxus in Chromium: node benches/browser/run.mjs
//
// --rounds N     samples of each operation and app, default 10
// --quick        one round, as a smoke test
// --only PARTS   of: operations, memory, hydration, first-click
// --no-slowdown  do not slow the processor down for short operations; its times are then exact also
//                on a busy machine
// --apps NAMES   only these apps, such as vanilla,rally
// --check        only check that the apps behave alike
// --json FILE    write all samples
// --no-build     use the apps as they were built last
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build, names, serve } from "./runner/apps.mjs";
import { launch } from "./runner/browser.mjs";
import { check } from "./runner/check.mjs";
import { measureMemory } from "./runner/memory.mjs";
import * as report from "./runner/report.mjs";
import { measureSpeed } from "./runner/speed.mjs";
import { measureFirstClick, measureHydration } from "./runner/start.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    quick: { type: "boolean" },
    only: { type: "string", default: "operations,memory,hydration,first-click" },
    apps: { type: "string" },
    check: { type: "boolean" },
    "no-slowdown": { type: "boolean" },
    json: { type: "string" },
    "no-build": { type: "boolean" },
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const progress = (text) => process.stderr.write(`${text}\n`);

const started = performance.now();
if (!options["no-build"]) await build();
const chosen = options.apps?.split(",") ?? names;
for (const name of chosen) {
  if (!names.includes(name)) throw new Error(`there is no app ${name}: choose from ${names.join(", ")}`);
}
const { apps, close } = await serve(chosen);
const browser = await launch();
try {
  const having = (key) => apps.filter((app) => app[key]);
  if (options.check) {
    await check(browser, having("url"), progress);
    console.log("All apps behave alike.");
  } else {
    await measure(having, options.only.split(","));
  }
} finally {
  await browser.close();
  await close();
}

async function measure(having, parts) {
  const results = { chromium: browser.version(), rounds };
  if (parts.includes("operations")) {
    results.operations = await measureSpeed(browser, having("url"), { rounds, slows: !options["no-slowdown"] }, progress);
    console.log(report.speed("From click to painted frame", results.operations, "time"));
    console.log(report.speed("Processor time of the main thread", results.operations, "cpu"));
  }
  if (parts.includes("memory")) {
    results.memory = await measureMemory(browser, having("url"), progress);
    console.log(report.memory(results.memory));
  }
  if (parts.includes("hydration")) {
    results.hydration = await measureHydration(browser, having("hydration"), rounds, progress);
    console.log(report.times("Hydration of 1,000 rows", results.hydration));
  }
  if (parts.includes("first-click")) {
    results.firstClick = await measureFirstClick(browser, having("counter"), rounds, progress);
    console.log(report.times("First click on the counter, slow 4G, CPU 4 times slower", results.firstClick));
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  progress(`Chromium ${results.chromium}, ${rounds} rounds, ${seconds} s`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 1)}\n`);
}
