// Links: the clicks that the app handles, and those that the browser handles.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

for (const name of ["Plain", "an element", "Same tab"]) {
  test(`the app handles the link "${name}"`, async ({ page }) => {
    await visit(page, "/links");
    await mark(page);
    await page.getByText(name).click();
    await shows(page, "About us");
    assert.ok(await isMarked(page));
  });
}

const opening = {
  "a click with the control key": { modifiers: ["Control"] },
  "a click with the shift key": { modifiers: ["Shift"] },
  "a click with the middle button": { button: "middle" },
};

for (const [what, click] of Object.entries(opening)) {
  test(`${what} opens the link elsewhere`, async ({ page, context }) => {
    await visit(page, "/links");
    await mark(page);
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "Plain" }).click(click);
    await shows(await opened, "About us");
    await shows(page, "Links");
    assert.ok(await isMarked(page));
  });
}

test("the browser handles a click with the meta key", async ({ page }) => {
  await visit(page, "/links");
  // The effect of this key depends on the desktop and the browser, so it is prevented here.
  await page.evaluate(() => {
    addEventListener("click", (event) => {
      window.isHandled = event.defaultPrevented;
      event.preventDefault();
    });
  });
  await page.getByRole("link", { name: "Plain" }).click({ modifiers: ["Meta"] });
  assert.equal(await page.evaluate(() => window.isHandled), false);
  await shows(page, "Links");
});

test("a link with a target opens a new tab", async ({ page, context }) => {
  await visit(page, "/links");
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "New tab" }).click();
  await shows(await opened, "About us");
  await shows(page, "Links");
});

test("a download link downloads its file", async ({ page }) => {
  await visit(page, "/links");
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const download = await started;
  assert.equal(download.suggestedFilename(), "about.html");
  await shows(page, "Links");
});

test("an external link is a page load", async ({ page }) => {
  await visit(page, "/links");
  await mark(page);
  await page.getByRole("link", { name: "External" }).click();
  await shows(page, "About us");
  assert.equal(await isMarked(page), false);
});

test("a link to another origin leaves the app, although a page has its path", async ({ page }) => {
  await page.route("http://elsewhere.test/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<link rel=icon href=data:,><h1>Elsewhere</h1>" }),
  );
  await visit(page, "/links");
  await page.getByRole("link", { name: "Other origin" }).click();
  await shows(page, "Elsewhere");
  assert.equal(page.url(), "http://elsewhere.test/about-us");
});

test("a link to a file loads the file", { allow: [/favicon\.ico/] }, async ({ page }) => {
  await visit(page, "/links");
  await page.getByRole("link", { name: "File" }).click();
  await expect.url(page, "/note.txt");
  await expect.text(page.locator("body"), /A file of dist that is not a page\./);
});

test("a link without a page loads the document with status 404", { allow: [/404/] }, async ({ page }) => {
  await visit(page, "/links");
  await page.getByRole("link", { name: "No page" }).click();
  // Wait until the document is loaded: until then Chromium replaces the process under it.
  await page.waitForURL("/nowhere");
  await shows(page, "Fixture: 404");
  await page.getByRole("link", { name: "Home" }).click();
  await page.waitForURL("/");
  await shows(page, "Fixture");
  await page.goBack();
  await shows(page, "Fixture: 404");
  await page.goBack();
  await shows(page, "Links");
});

test("a click with a prevented default does not navigate", async ({ page }) => {
  await visit(page, "/links");
  await page.getByRole("link", { name: "Prevented" }).click();
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.goBack();
  await shows(page, "Links");
});
