// The app's error page: in its layout, alive with script, and complete without.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("site");
const fixture = testsOf("fixture");

// Chromium logs the status of a document.
const missing = { allow: [/status of 404/] };

const link = (page, name) => page.getByRole("link", { name, exact: true });

test("an unknown URL shows the error page, whose layout works", missing, async ({ page }) => {
  const response = await page.goto("/nowhere");
  assert.equal(response.status(), 404);
  await shows(page, "Error 404");
  await expect.text(page.locator("#ticks"), "1");
  await page.locator("#clicks").click();
  await expect.text(page.locator("#clicks"), "1");
  await mark(page);
  await link(page, "Plain").click();
  await shows(page, "Plain");
  // The layout goes on, and no document was loaded.
  await expect.text(page.locator("#clicks"), "1");
  assert.ok(await isMarked(page));
});

fixture("a page that is not found during a navigation is a document, once", missing, async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  const documents = [];
  page.on("request", (request) => request.isNavigationRequest() && documents.push(request.url()));
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "/items/seven", id: "missing" });
    document.querySelector("main").append(link);
    link.textContent = "missing";
  });
  await page.locator("#missing").click();
  await shows(page, "Fixture: 404");
  assert.equal(await isMarked(page), false);
  await link(page, "Home").click();
  await page.waitForURL((url) => url.pathname == "/");
  // From the error page, the navigation needs no document.
  assert.equal(documents.length, 1);
});
