// Makes docs/screenshot.png: the counter under `cargo rally dev`, and the same window after an edit
// that does not compile. Run it in the repository's root:
//
//   node tests/browser/screenshot.mjs
//
// `cargo rally setup --browser-tests` installs what it needs. It edits a source file, and restores it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { launch } from "./harness/launch.mjs";

const URL = "http://127.0.0.1:8093";
const SOURCE = "examples/counter/src/pages/counters/id_.rs";
const [CORRECT, WRONG] = ["Msg::Add(step) =>", "Msg::Added(step) =>"];
const BUILD = { timeout: 600_000 };

const source = await readFile(SOURCE, "utf8");
if (!source.includes(CORRECT)) throw new Error(`${SOURCE} has no \`${CORRECT}\``);
const dev = spawn("cargo", ["rally", "dev", "-p", "counter", "--port", "8093"], { stdio: "inherit" });
const browser = await launch();
try {
  const viewport = { width: 600, height: 440 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: 2 });
  while (!(await fetch(URL).catch(() => undefined))) await sleep(500);
  await page.goto(URL);
  await page.getByRole("button", { name: "Add a counter" }).click(BUILD);
  for (const _ of "123") await page.getByRole("button", { name: "+1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved 3.").waitFor();
  const app = await page.screenshot();
  await writeFile(SOURCE, source.replace(CORRECT, WRONG));
  await page.getByText("no variant").first().waitFor(BUILD);
  const overlay = await page.screenshot();
  await writeFile("docs/screenshot.png", await sideBySide([app, overlay]));
} finally {
  await writeFile(SOURCE, source);
  await browser.close();
  dev.kill("SIGINT");
  await once(dev, "exit");
}

/** Returns one picture of several. */
async function sideBySide(pictures) {
  const page = await browser.newPage({ viewport: { width: 1240, height: 460 } });
  const style = "body { display: flex; gap: 20px; margin: 10px; background: #8a9099 } img { width: 600px }";
  const images = pictures.map((it) => `<img src="data:image/png;base64,${it.toString("base64")}">`);
  await page.setContent(`<style>${style}</style>${images.join("")}`);
  return page.screenshot();
}
