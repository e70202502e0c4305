// Scrolling: the position of a page when it is shown first and again.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const scrolled = (page) => page.evaluate(() => Math.round(scrollY));
const topOf = (page, id) =>
  page.evaluate((id) => Math.round(document.getElementById(id).getBoundingClientRect().top), id);
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.name);

test("a new page is shown at its top, and back restores the position", async ({ page }) => {
  await visit(page, "/long");
  await page.getByRole("link", { name: "About us, from part 7" }).scrollIntoViewIfNeeded();
  const position = await scrolled(page);
  assert.ok(position > 500);
  await page.getByRole("link", { name: "About us, from part 7" }).click();
  await shows(page, "About us");
  assert.equal(await scrolled(page), 0);
  await page.goBack();
  await shows(page, "Long");
  await expect.value(() => scrolled(page), position);
});

test("forward restores the position too", async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "Long" }).click();
  await shows(page, "Long");
  await page.evaluate(() => scrollTo(0, 1234));
  await page.goBack();
  await shows(page, "Fixture");
  assert.equal(await scrolled(page), 0);
  await page.goForward();
  await shows(page, "Long");
  await expect.value(() => scrolled(page), 1234);
});

test("a reload keeps the position", async ({ page }) => {
  await visit(page, "/long");
  await page.evaluate(() => scrollTo(0, 1234));
  await page.reload();
  await shows(page, "Long");
  await expect.value(() => scrolled(page), 1234);
});

const icon = { allow: [/favicon\.ico/] };

test("a page that was left by a page load keeps its position", icon, async ({ page }) => {
  await visit(page, "/long");
  await page.evaluate(() => scrollTo(0, 1234));
  await page.goto("/note.txt");
  await page.goBack();
  await shows(page, "Long");
  await expect.value(() => scrolled(page), 1234);
});

test("a fragment of the same page is scrolled to, and back returns", async ({ page }) => {
  await visit(page, "/long");
  await mark(page);
  await page.getByRole("link", { name: "Down to part 8" }).click();
  await expect.url(page, "/long#part-8");
  await expect.value(() => topOf(page, "part-8"), 0);
  await page.goBack();
  await expect.url(page, "/long");
  await expect.value(() => scrolled(page), 0);
  await page.goForward();
  await expect.value(() => topOf(page, "part-8"), 0);
  assert.ok(await isMarked(page));
});

test("the positions before and after a fragment are kept apart", async ({ page }) => {
  await visit(page, "/long");
  await page.evaluate(() => scrollTo(0, 100));
  await page.getByRole("link", { name: "About us, from part 1", exact: true }).click();
  await shows(page, "About us");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.getByRole("link", { name: "Long" }).click();
  await shows(page, "Long");
  await page.evaluate(() => scrollTo(0, 40));
  await page.getByRole("link", { name: "Down to part 8" }).click();
  await expect.value(() => topOf(page, "part-8"), 0);
  await page.getByRole("link", { name: "About us, from part 8" }).click();
  await shows(page, "About us");
  await page.goBack();
  await expect.value(() => topOf(page, "part-8"), 0);
  await page.goBack();
  await expect.value(() => scrolled(page), 40);
  for (const heading of ["Fixture", "About us", "Long"]) {
    await page.goBack();
    await shows(page, heading);
  }
  await expect.value(() => scrolled(page), 100);
});

test("a fragment of another page is scrolled to", async ({ page }) => {
  await visit(page, "/links");
  await mark(page);
  await page.getByRole("link", { name: "To a part" }).click();
  await shows(page, "Long");
  await expect.url(page, "/long#part-8");
  await expect.value(() => topOf(page, "part-8"), 0);
  await expect.value(() => focused(page), "part-8");
  assert.ok(await isMarked(page));
});

test("the first page is scrolled to its fragment", async ({ page }) => {
  await visit(page, "/long#part-8");
  await expect.value(() => topOf(page, "part-8"), 0);
});

test("an earlier page keeps its position over a reload of a later one", async ({ page }) => {
  await visit(page, "/long");
  await page.evaluate(() => scrollTo(0, 1234));
  await page.getByRole("link", { name: "About us, from part 7" }).dispatchEvent("click");
  await shows(page, "About us");
  await page.reload();
  await shows(page, "About us");
  await page.goBack();
  await shows(page, "Long");
  await expect.value(() => scrolled(page), 1234);
});
