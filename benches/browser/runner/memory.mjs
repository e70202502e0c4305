// Memory of the apps: JavaScript's heap, the document's objects, and WebAssembly.
import { perform, ready, withPage } from "./browser.mjs";

const create = ["#run", "rows.length == 1000"];
const clear = ["#clear", "rows.length == 0"];
const states = [
  { name: "ready", steps: [] },
  { name: "1,000 rows", steps: [create] },
  { name: "10,000 rows", steps: [["#runlots", "rows.length == 10000"]] },
  { name: "1,000 rows made and cleared 5 times", steps: Array(5).fill([create, clear]).flat() },
];

/** Returns `memory[state][app]`: the bytes of each part. Each state has a page of its own. */
export async function measureMemory(browser, apps, progress) {
  const memory = {};
  for (const { name, steps } of states) {
    progress(`memory, ${name}`);
    memory[name] = {};
    for (const app of apps) {
      memory[name][app.name] = await withPage(browser, app.url, async (page, cdp) => {
        await ready(page);
        await perform(page, steps);
        return bytes(page, cdp);
      });
    }
  }
  return memory;
}

async function bytes(page, cdp) {
  const wasm = await page.evaluate(() => benchInstances.bytes());
  // The second collection frees what finalizers of the first one have released.
  for (let n = 0; n < 2; n++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize: js, embedderHeapUsedSize: dom } = await cdp.send("Runtime.getHeapUsage");
  return { js, dom, wasm, total: js + dom + wasm };
}
