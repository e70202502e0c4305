// A slow navigation: the loader waits until the test resumes it.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const bar = (page) => page.locator(".rally-progress[role=progressbar]");

test("the old page stays and works until the new one is shown", async ({ page, server }) => {
  await visit(page, "/");
  await mark(page);
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  await bar(page).waitFor();
  await shows(page, "Fixture");
  await expect.url(page, "/");
  server.open("first");
  await shows(page, "Slow first");
  await expect.url(page, "/slow/first");
  await expect.count(bar(page), 0);
  assert.ok(await isMarked(page));
});

test("the bar is shown after 200 ms, not before", async ({ page, server }) => {
  await visitWithClock(page, "/");
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  await page.clock.runFor(199);
  assert.equal(await bar(page).count(), 0);
  await page.clock.runFor(2);
  assert.equal(await bar(page).count(), 1);
  server.open("first");
  await shows(page, "Slow first");
  await expect.count(bar(page), 0);
});

test("a fast navigation shows no bar", async ({ page }) => {
  await visitWithClock(page, "/");
  await page.getByRole("link", { name: "Ends well" }).click();
  await shows(page, "Ends well");
  await page.clock.runFor(1000);
  assert.equal(await bar(page).count(), 0);
});

test("a second navigation cancels the first", async ({ page, server }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  await bar(page).waitFor();
  await page.getByRole("link", { name: "Slow second" }).click();
  await server.reached("second");
  server.open("first");
  // The first one is answered after that, without an effect.
  await bar(page).waitFor();
  await shows(page, "Fixture");
  server.open("second");
  await shows(page, "Slow second");
  await page.goBack();
  await shows(page, "Fixture");
});

test("a navigation to a page without a loader cancels the first too", async ({ page, server }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  await bar(page).waitFor();
  await page.getByRole("link", { name: "About us" }).click();
  await shows(page, "About us");
  await expect.count(bar(page), 0);
  server.open("first");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.goBack();
  await shows(page, "About us");
});

test("back to a slow page keeps the other, and forward returns to it", async ({ page, server }) => {
  await visit(page, "/");
  await mark(page);
  server.open("first");
  await page.getByRole("link", { name: "Slow first" }).click();
  await shows(page, "Slow first");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await server.reached("first");
  await page.goBack();
  await server.reached("first");
  await bar(page).waitFor();
  await shows(page, "Fixture");
  await page.goForward();
  await expect.count(bar(page), 0);
  server.open("first");
  await page.getByRole("link", { name: "About us" }).click();
  await shows(page, "About us");
  await page.goBack();
  await shows(page, "Fixture");
  await expect.url(page, "/");
  assert.ok(await isMarked(page));
});

test("back cancels a navigation, and forward starts the one of its entry", async ({ page, server }) => {
  await visit(page, "/about-us");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  await page.goBack();
  await shows(page, "About us");
  server.open("first");
  await page.goForward();
  await shows(page, "Fixture");
});
