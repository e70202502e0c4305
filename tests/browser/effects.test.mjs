// Effects: each is performed, and ends with its page.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const log = (page) => page.locator("ol li");
const number = (page, id) => page.locator(`#${id}`);

test("a future and a stream send their messages in order", async ({ page }) => {
  await visit(page, "/effects");
  await button(page, "Task").click();
  await expect.texts(log(page), ["task"]);
  await button(page, "Stream").click();
  await expect.texts(log(page), ["task", "item 1", "item 2", "item 3"]);
});

test("`mounted` runs once after hydration, and once after a navigation", async ({ page, server }) => {
  const html = await (await fetch(`${server.url}/effects`)).text();
  assert.match(html, /id="mounted">0</);
  await visit(page, "/effects");
  await expect.text(number(page, "mounted"), "1");
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByRole("link", { name: "Effects" }).click();
  await expect.text(number(page, "mounted"), "1");
  await button(page, "Task").click();
  await expect.texts(log(page), ["task"]);
  await expect.text(number(page, "mounted"), "1");
});

test("`after` sends one message after its delay", async ({ page }) => {
  await visitWithClock(page, "/effects");
  await button(page, "After").click();
  await page.clock.runFor(4_990);
  await expect.texts(log(page), []);
  await page.clock.runFor(20);
  await expect.texts(log(page), ["after"]);
  await page.clock.runFor(20_000);
  await expect.texts(log(page), ["after"]);
});

test("`every` ticks until its page is left", async ({ page }) => {
  const ticks = async () => Number(await number(page, "ticks").textContent());
  await visitWithClock(page, "/effects");
  await page.clock.runFor(10_000);
  await expect.value(ticks, 10);
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.clock.runFor(10_000);
  await page.getByRole("link", { name: "Effects" }).click();
  await shows(page, "Effects");
  // The count is shared by all pages, so a tick of the page that was left would be seen.
  await page.clock.runFor(1_000);
  await expect.value(ticks, 11);
});

test("`after` does not reach the next page", async ({ page }) => {
  await visitWithClock(page, "/effects");
  await button(page, "After").click();
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByRole("link", { name: "Effects" }).click();
  await expect.text(number(page, "mounted"), "1");
  await page.clock.runFor(10_000);
  await expect.texts(log(page), []);
});

test("a change of the local storage is received by another tab", async ({ page, context }) => {
  const other = await context.newPage();
  await visit(page, "/effects");
  await visit(other, "/effects");
  await expect.text(number(page, "mounted"), "1");
  await button(other, "Store").click();
  await expect.texts(log(page), ['storage Some("kept")']);
  assert.equal(await other.evaluate(() => localStorage.getItem("fixture")), "kept");
  await button(other, "Remove").click();
  await expect.texts(log(page), ['storage Some("kept")', "storage None"]);
  await other.evaluate(() => localStorage.setItem("another", "key"));
  await other.evaluate(() => localStorage.setItem("fixture", "by hand"));
  await expect.count(log(page), 3);
  // The tab that writes does not receive the event.
  await expect.texts(log(other), []);
});

test("an HTTP request returns its response", async ({ page }) => {
  await visit(page, "/effects");
  await button(page, "Fetch").click();
  await expect.texts(log(page), ["200 A file of dist that is not a page."]);
});

test("an HTTP request that fails is an error", { allow: [/ERR_FAILED/] }, async ({ page }) => {
  await page.route("**/refused", (route) => route.abort());
  await visit(page, "/effects");
  await button(page, "Fetch in vain").click();
  await expect.texts(log(page), ["no response to the HTTP request: Failed to fetch"]);
});

test("a navigation of `update` is not a page load", async ({ page }) => {
  await visit(page, "/effects");
  await mark(page);
  await button(page, "Go").click();
  await shows(page, "About us");
  await expect.url(page, "/about-us");
  assert.ok(await isMarked(page));
  await page.goBack();
  await shows(page, "Effects");
});
