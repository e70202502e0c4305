// Navigation: from page to page without a page load.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, sockets, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

test("a link leads to another page without a page load", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  await page.getByRole("link", { name: "About us" }).click();
  await shows(page, "About us");
  await expect.url(page, "/about-us");
  await expect.text(page.locator("#path"), "/about-us");
  assert.equal(await page.locator("main").count(), 1);
  assert.ok(await isMarked(page));
});

test("back and forward navigate between pages", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  for (const name of ["Items", "Item 7"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await shows(page, name);
  }
  await page.goBack();
  await shows(page, "Items");
  await page.goBack();
  await shows(page, "Fixture");
  await page.goForward();
  await shows(page, "Items");
  await expect.url(page, "/items");
  await page.goForward();
  await shows(page, "Item 7");
  assert.ok(await isMarked(page));
});

// Chromium requests an icon for a document that is not HTML.
const icon = { allow: [/favicon\.ico/] };

test("back returns to a page that was left by a page load", icon, async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "Items", exact: true }).click();
  await shows(page, "Items");
  await page.goto("/note.txt");
  await page.goBack();
  await shows(page, "Items");
  await page.goBack();
  await shows(page, "Fixture");
  await page.goForward();
  await shows(page, "Items");
});

test("a change of the query alone runs the loader again", async ({ page }) => {
  await visit(page, "/search?q=tea");
  await mark(page);
  await expect.text(page.locator("output"), 'Some("tea") page 1 [] None');
  await page.getByRole("link", { name: "Next page" }).click();
  await expect.text(page.locator("output"), 'Some("tea & milk") page 2 ["hot", "a/b"] Some(9)');
  await expect.url(page, "/search?q=tea%20%26%20milk&page=2&tag=hot&tag=a%2Fb&limit=9");
  await page.goBack();
  await expect.text(page.locator("output"), 'Some("tea") page 1 [] None');
  assert.ok(await isMarked(page));
});

test("a link to the page itself starts it again, without a new history entry", async ({ page }) => {
  await visit(page, "/about-us");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  const entries = await page.evaluate(() => history.length);
  await page.evaluate(() => {
    const link = document.createElement("a");
    link.href = "/";
    document.querySelector("main").append(link);
    link.textContent = "Again";
  });
  await page.getByRole("link", { name: "Again" }).click();
  await expect.count(page.getByRole("link", { name: "Again" }), 0);
  assert.equal(await page.evaluate(() => history.length), entries);
});

// Chromium logs this for a field with `autofocus` if the page already has the focus.
const focus = { allow: [/Autofocus processing was blocked/] };

test("every page of the fixture is reached on one socket", focus, async ({ page }) => {
  const opened = await sockets(page);
  const pages = {
    "About us": "About us",
    Calls: "Calls",
    Echo: "Echo word",
    Editor: "Editor",
    "Draft word": "Draft word",
    Effects: "Effects",
    "Ends well": "Ends well",
    "Exact word": "Exact word",
    Form: "Form",
    Hostile: "Hostile",
    Items: "Items",
    "Item 7": "Item 7",
    "New item": "New item",
    Links: "Links",
    Long: "Long",
    Search: "Search",
  };
  await visit(page, "/");
  await mark(page);
  for (const [link, heading] of Object.entries(pages)) {
    await page.getByRole("link", { name: link, exact: true }).click();
    await shows(page, heading);
    await page.getByRole("link", { name: "Home", exact: true }).click();
    await shows(page, "Fixture");
  }
  assert.ok(await isMarked(page));
  assert.equal(opened.length, 1);
});
