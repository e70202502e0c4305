// How soon an app reacts: hydration of 1,000 rows, and the first click on a slow connection.
import { withPage } from "./browser.mjs";
import { rotate } from "./speed.mjs";

// Lighthouse's "slow 4G" for throttling by the browser: it delays each request by 3.75 round trips
// of 150 ms, because the browser does not simulate the handshakes, and allows 90 % of 1.6 Mbit/s.
const slow4g = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: (1.6 * 0.9 * 1024 * 1024) / 8,
  uploadThroughput: (0.75 * 0.9 * 1024 * 1024) / 8,
};
const SLOWDOWN = 4;

/**
 * Returns `samples[app]`: milliseconds from the WebAssembly instance to the moment when a click on
 * the last of 1,000 rows selects it.
 */
export function measureHydration(browser, apps, rounds, progress) {
  return inTurns(apps, rounds, progress, "hydration", (app) =>
    withPage(browser, app.hydration, (page) => page.evaluate(() => window.hydrated), {
      script: clickLastRow,
    }),
  );
}

function clickLastRow() {
  const label = () => document.querySelector("tbody>tr:nth-of-type(1000) a.lbl");
  const style = (label) => label.closest("tr").className;
  window.hydrated = bench.firstClick(label, style, 0).then((time) => time - benchInstances.started());
}

/**
 * Returns `samples[app]`: milliseconds from the navigation to the first click on the counter's
 * button that changes the number. A visitor clicks every 10 ms.
 */
export function measureFirstClick(browser, apps, rounds, progress) {
  return inTurns(apps, rounds, progress, "first click", (app) =>
    withPage(browser, app.counter, (page) => page.evaluate(() => window.clicked), {
      prepare: slowDown,
      script: clickCounter,
    }),
  );
}

async function slowDown(cdp) {
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", slow4g);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
}

function clickCounter() {
  const button = () => [...document.querySelectorAll("button")].find((it) => it.textContent === "+1");
  const number = () => document.querySelector("output").textContent;
  window.clicked = bench.firstClick(button, number, 10);
}

async function inTurns(apps, rounds, progress, name, measure) {
  const samples = Object.fromEntries(apps.map((app) => [app.name, []]));
  for (let round = 0; round < rounds; round++) {
    progress(`${name}, round ${round + 1} of ${rounds}`);
    for (const app of rotate(apps, round)) samples[app.name].push(await measure(app));
  }
  return samples;
}
