// Chromium, and a fresh page for each sample.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// playwright-core is installed for the browser tests.
const { chromium } = createRequire(new URL("../../../tests/browser/package.json", import.meta.url))(
  "playwright-core",
);

const scripts = await Promise.all(
  ["clicks.js", "instances.js"].map((name) => readFile(new URL(name, import.meta.url), "utf8")),
);

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-proxy-server",
    ],
  });
}

/**
 * Opens a URL in a new context, so that nothing is cached, and calls `use(page, cdp)`. `prepare`
 * runs before, and `script` in the page before its own scripts. Fails if the page writes to the
 * console.
 */
export async function withPage(browser, url, use, { prepare = async () => {}, script } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const said = [];
  context.on("console", (message) => said.push(message.text()));
  context.on("weberror", (error) => said.push(`${error.error()}`));
  try {
    for (const content of scripts) await context.addInitScript({ content });
    if (script) await context.addInitScript(script);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await prepare(cdp);
    await page.goto(url);
    const result = await use(page, cdp);
    if (said.length) throw new Error(`${url} wrote to the console: ${said.join("\n")}`);
    return result;
  } finally {
    await context.close();
  }
}

/** Returns once the table handles clicks. Rally removes its flags when a page is hydrated. */
export const ready = (page) =>
  page.waitForFunction(() => document.querySelector("#run") && !document.getElementById("rally-flags"));

const clickOf = ([selector, holds]) =>
  `bench.click(${JSON.stringify(selector)}, (rows) => ${holds})`;

/** Performs steps of operations.mjs, and returns the time of each. */
export function perform(page, steps) {
  const calls = steps.map((step) => `times.push(await ${clickOf(step)});`).join("\n");
  return page.evaluate(`(async () => { const times = []; ${calls} return times; })()`);
}
