// Times of the nine operations.
import { operations } from "./operations.mjs";
import { perform, ready, withPage } from "./browser.mjs";

/**
 * Returns `samples[operation][app]`, a list of `{ time, cpu }` in milliseconds: from the click to
 * the end of the frame, and for how long the main thread had a core. The apps take turns.
 */
export async function measureSpeed(browser, apps, { rounds, slows }, progress) {
  const samples = Object.fromEntries(
    operations.map(({ name }) => [name, Object.fromEntries(apps.map((app) => [app.name, []]))]),
  );
  for (let round = 0; round < rounds; round++) {
    progress(`operations, round ${round + 1} of ${rounds}`);
    for (const [index, operation] of operations.entries()) {
      for (const app of rotate(apps, round + index)) {
        samples[operation.name][app.name].push(await measure(browser, app, operation, slows));
      }
    }
  }
  return samples;
}

/** Returns the list from another beginning, so that no app is always first. */
export const rotate = (list, by) => list.map((_, index) => list[(index + by) % list.length]);

const measure = (browser, app, { before, run, slowdown }, slows) =>
  withPage(browser, app.url, async (page, cdp) => {
    await ready(page);
    await perform(page, before);
    await cdp.send("HeapProfiler.collectGarbage");
    if (slowdown && slows) await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    // A click that has no effect, to subtract the processor time of the measurement.
    const atStart = await cpuTime(cdp);
    await perform(page, [["h1", "true"]]);
    const atClick = await cpuTime(cdp);
    const [time] = await perform(page, [run]);
    const cpu = (await cpuTime(cdp)) - atClick - (atClick - atStart);
    // Nothing was measured if the noise is larger than the work.
    return { time, cpu: Math.max(cpu, 0.1) };
  });

/** Returns the milliseconds for which the main thread has had a core since the page was loaded. */
async function cpuTime(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
}
