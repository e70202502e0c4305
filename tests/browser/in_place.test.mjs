// URLs that change while the page stays, effects after a render, and dirty pages.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isFirefox } from "./harness/launch.mjs";
import { isMarked, mark, shows, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const state = (page) => page.locator("#state");
const items = (page) => page.locator("#app ul li");
const scrolled = (page) => page.evaluate(() => Math.round(scrollY));
const focused = (page) => page.evaluate(() => document.activeElement.id);
const entries = (page) => page.evaluate(() => history.length);

/** In Firefox, a paused clock at times also pauses the condition that `visitWithClock` waits for. */
const testWithClock = isFirefox() ? () => {} : test;

const ALL = ["apple", "apricot", "banana", "cherry"];

test("a debounced search replaces the URL, and keeps focus and caret", async ({ page }) => {
  await visit(page, "/filter");
  await mark(page);
  const before = await entries(page);
  await expect.texts(items(page), ALL);
  await page.locator("#notes").fill("typed");
  await page.locator("#q").pressSequentially("ap", { delay: 20 });
  await expect.texts(items(page), ["apple", "apricot"]);
  await expect.url(page, "/filter?q=ap");
  await expect.text(page.locator("#path"), "/filter?q=ap");
  // One load for both letters, and no new entry of the history.
  await expect.text(state(page), "1 changes, mounted 1, tab ");
  assert.equal(await entries(page), before);
  assert.equal(await page.title(), "Filter ap");
  await page.locator("#q").press("ArrowLeft");
  await page.locator("#q").pressSequentially("x");
  await expect.url(page, "/filter?q=axp");
  const caret = await page.locator("#q").evaluate((field) => field.selectionStart);
  assert.deepEqual([caret, await focused(page)], [2, "q"]);
  assert.equal(await page.locator("#notes").inputValue(), "typed");
  assert.ok(await isMarked(page));
});

test("links that change the query keep the page, and back and forward do too", async ({ page }) => {
  await visit(page, "/filter");
  await mark(page);
  await page.locator("#notes").fill("typed");
  await link(page, "Open").click();
  await expect.text(state(page), "1 changes, mounted 1, tab open");
  await link(page, "Done").click();
  await expect.text(state(page), "2 changes, mounted 1, tab done");
  await page.goBack();
  await expect.text(state(page), "3 changes, mounted 1, tab open");
  await expect.url(page, "/filter?tab=open");
  await page.goBack();
  await expect.text(state(page), "4 changes, mounted 1, tab ");
  await page.goForward();
  await expect.text(state(page), "5 changes, mounted 1, tab open");
  assert.equal(await page.locator("#notes").inputValue(), "typed");
  assert.equal(await page.locator(".rally-announcer").textContent(), "");
  assert.ok(await isMarked(page));
});

test("a change keeps the scroll position, and back restores that of the entry", async ({ page }) => {
  await visit(page, "/filter");
  await page.evaluate(() => scrollTo(0, 300));
  await link(page, "Open").dispatchEvent("click");
  await expect.text(state(page), /tab open/);
  assert.equal(await scrolled(page), 300);
  await page.evaluate(() => scrollTo(0, 100));
  await page.goBack();
  await expect.text(state(page), "2 changes, mounted 1, tab ");
  await expect.value(() => scrolled(page), 300);
  await page.goForward();
  await expect.value(() => scrolled(page), 100);
});

test("a fragment of the new URL is scrolled to", async ({ page }) => {
  await visit(page, "/filter");
  await link(page, "Part").click();
  await expect.url(page, "/filter?tab=part#tall");
  await expect.value(() => focused(page), "tall");
  const top = page.locator("#tall").evaluate((it) => it.getBoundingClientRect().top);
  assert.ok(Math.abs(await top) < 1);
});

test("an entry in the middle is found from another page, and after a reload", async ({ page }) => {
  await visit(page, "/filter");
  await link(page, "Open").click();
  await expect.text(state(page), /tab open/);
  await link(page, "Done").click();
  await expect.text(state(page), /tab done/);
  await link(page, "Home").click();
  await shows(page, "Fixture");
  await page.evaluate(() => history.go(-2));
  await expect.text(state(page), "0 changes, mounted 1, tab open");
  await page.reload();
  await expect.text(state(page), "0 changes, mounted 1, tab open");
  await page.goForward();
  await expect.text(state(page), "1 changes, mounted 1, tab done");
  await page.goBack();
  await expect.text(state(page), "2 changes, mounted 1, tab open");
});

test("a newer change overtakes one that is loading", async ({ page, server }) => {
  await visit(page, "/filter");
  await link(page, "Slow").click();
  await server.reached("filter");
  await link(page, "Done").click();
  await expect.text(state(page), "1 changes, mounted 1, tab done");
  server.open("filter");
  await button(page, "Ask").click();
  await expect.text(page.locator("output"), "asked");
  await expect.text(state(page), "1 changes, mounted 1, tab done");
  await expect.url(page, "/filter?tab=done");
});

test("back and forward before the answer keep what is shown", async ({ page, server }) => {
  await visit(page, "/filter");
  await link(page, "Slow").click();
  await server.reached("filter");
  server.open("filter");
  await expect.text(state(page), "1 changes, mounted 1, tab slow");
  await link(page, "Done").click();
  await expect.text(state(page), "2 changes, mounted 1, tab done");
  await page.locator("#q").focus();
  await page.goBack();
  await server.reached("filter");
  await page.goForward();
  server.open("filter");
  await button(page, "Ask").dispatchEvent("click");
  await expect.text(page.locator("output"), "asked");
  await expect.text(state(page), "2 changes, mounted 1, tab done");
  await expect.url(page, "/filter?tab=done");
  assert.equal(await focused(page), "q");
});

testWithClock("a link replaces a search that waits", async ({ page, server }) => {
  await visitWithClock(page, "/filter");
  await page.locator("#q").fill("ap");
  await link(page, "Slow").click();
  await server.reached("filter");
  await page.clock.runFor(10_000);
  server.open("filter");
  await expect.text(state(page), "1 changes, mounted 1, tab slow");
  await expect.url(page, "/filter?q=ap&tab=slow");
  await expect.texts(items(page), ["apple", "apricot"]);
});

test("a URL that the page sets itself keeps everything, and back returns", async ({ page }) => {
  await visit(page, "/filter");
  await mark(page);
  await page.locator("#notes").fill("typed");
  await page.evaluate(() => scrollTo(0, 300));
  await button(page, "Set").dispatchEvent("click");
  await expect.url(page, "/filter?tab=set");
  await expect.text(page.locator("#path"), "/filter?tab=set");
  await expect.text(state(page), "0 changes, mounted 1, tab set");
  assert.equal(await scrolled(page), 300);
  // The server has heard of it, and still answers calls of the page.
  await button(page, "Ask").click();
  await expect.text(page.locator("output"), "asked");
  await page.goBack();
  await expect.text(state(page), "1 changes, mounted 1, tab ");
  assert.equal(await page.locator("#notes").inputValue(), "typed");
  assert.ok(await isMarked(page));
});

test("an element that this update adds gets the focus", async ({ page }) => {
  await visit(page, "/after");
  await button(page, "Add").click();
  await expect.value(() => focused(page), "item-1");
  await button(page, "Add").click();
  await expect.value(() => focused(page), "item-2");
});

test("an element is scrolled into view", async ({ page }) => {
  await visit(page, "/after");
  assert.equal(await scrolled(page), 0);
  await button(page, "Last").click();
  await expect.value(async () => (await scrolled(page)) > 0, true);
});

test("a dialog opens and closes", async ({ page }) => {
  const dialog = page.locator("#dialog");
  await visit(page, "/after");
  for (let round = 0; round < 2; round += 1) {
    await button(page, "Open").click();
    await expect.value(() => dialog.evaluate((it) => it.matches(":modal")), true);
    await button(page, "Close").click();
    await expect.value(() => dialog.evaluate((it) => it.open), false);
  }
  await button(page, "Open").click();
  await page.keyboard.press("Escape");
  await expect.value(() => dialog.evaluate((it) => it.open), false);
});

test("a text is copied to the clipboard, if the browser allows it", async ({ page, context }) => {
  if (!isFirefox()) await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit(page, "/after");
  await button(page, "Copy").click();
  await expect.text(page.locator("#copied"), "true");
  if (!isFirefox()) {
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "a text");
  }
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("forbidden"));
  });
  await button(page, "Copy").click();
  await expect.text(page.locator("#copied"), "false");
});

testWithClock("a cancelled timer stops", async ({ page }) => {
  const ticks = page.locator("#ticks");
  await visitWithClock(page, "/after");
  await button(page, "Start").click();
  await page.clock.runFor(2_500);
  await expect.text(ticks, "2");
  await button(page, "Stop").click();
  await page.clock.runFor(10_000);
  await button(page, "Start").click();
  await page.clock.runFor(1_500);
  await expect.text(ticks, "3");
});

test("the browser asks before it leaves a dirty page", async ({ page }) => {
  const dialogs = [];
  page.on("dialog", async (dialog) => {
    dialogs.push(dialog.type());
    await dialog.accept();
  });
  await visit(page, "/after");
  await button(page, "Dirty").click();
  await page.reload();
  assert.deepEqual(dialogs, ["beforeunload"]);
  await visit(page, "/after");
  await button(page, "Dirty").click();
  await button(page, "Clean").click();
  await page.reload();
  // A reload that the app requests is not asked about.
  await visit(page, "/after");
  await mark(page);
  await button(page, "Dirty").click();
  await button(page, "Reload").click();
  await page.waitForFunction(() => window.mark !== true);
  assert.deepEqual(dialogs, ["beforeunload"]);
});

test("the browser does not ask after a message that has saved", async ({ page }) => {
  page.on("dialog", () => assert.fail("the browser has asked"));
  await visit(page, "/after");
  await button(page, "Dirty").click();
  await button(page, "Save").click();
  await expect.url(page, "/note.txt");
});

test("the browser asks again after the visitor has stayed", async ({ page }) => {
  const dialogs = [];
  page.on("dialog", async (dialog) => {
    dialogs.push(dialog.type());
    await dialog.dismiss();
  });
  await visit(page, "/after");
  await mark(page);
  await button(page, "Dirty").click();
  await button(page, "Leave").click();
  await expect.value(() => dialogs.length, 1);
  await button(page, "Clean").click();
  await button(page, "Dirty").click();
  await button(page, "Leave").click();
  await expect.value(() => dialogs.length, 2);
  assert.ok(await isMarked(page));
  await button(page, "Save").click();
  await expect.url(page, "/note.txt");
  assert.equal(dialogs.length, 2);
});
