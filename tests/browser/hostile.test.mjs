// A model full of markup: data in the document and text on the page, never code.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

const texts = [
  "</script><script>window.broken = 1</script>",
  "<!-- <script>window.broken = 1",
  "--> ]]> </main></body></html>",
  "<img src=x onerror='window.broken = 1'>",
  "\u2028 \u2029",
  "nul \0 nul",
  "\" ' ` \\ & &amp; &lt;",
  "\u{1f600} e\u0301 \u202eabc",
  " two  spaces\nand a line ",
];
// HTML cannot contain a NUL: the parser drops it from a text. The model keeps it.
const parsed = texts.map((text) => text.replace("\0", ""));

test("the document shows markup of the model as text", async ({ page }) => {
  await visit(page, "/hostile");
  await expect.texts(page.locator("#server li"), parsed);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator("#app script, #app img").count(), 0);
});

test("the browser gets the model unchanged, and renders it as text", async ({ page }) => {
  await visit(page, "/hostile");
  await page.getByRole("button", { name: "Again" }).click();
  await expect.texts(page.locator("#browser li"), texts);
  const titles = await page.locator("#browser li").evaluateAll((all) => all.map((li) => li.title));
  assert.deepEqual(titles, texts);
  await expect.texts(page.locator("#server li"), parsed);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator("#app script, #app img").count(), 0);
});

test("no text of the model ends the script with the flags", async ({ server }) => {
  const html = await (await fetch(`${server.url}/hostile`)).text();
  const [, flags] = html.match(/<script type="application\/rally" id="rally-flags">(.*?)<\/script>/s);
  assert.doesNotMatch(flags, /[<\0\r\u2028\u2029]/);
  // Strings stand in the flags as in HTML.
  const marks = { lt: "<", gt: ">", amp: "&" };
  const model = flags.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code ? String.fromCodePoint(code) : marks[name],
  );
  texts.forEach((text) => assert.ok(model.includes(text), text));
});

test("markup in a path is shown as text", async ({ page }) => {
  const text = "</h1><script>window.broken = 1</script>";
  const url = `/echo/${encodeURIComponent(text)}?note=${encodeURIComponent(text)}`;
  await visit(page, url);
  await shows(page, `Echo ${text}`);
  await expect.text(page.locator("#note"), text);
  assert.equal(await page.evaluate(() => window.broken), undefined);
});
