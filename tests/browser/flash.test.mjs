// Flash messages and messages to the context: across pages, documents and redirects, with script
// and without.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("site");
// Chromium logs the status of a document.
const missing = { allow: [/status of 404/] };
const plain = { context: { javaScriptEnabled: false } };

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const flash = (page) => page.locator("#flash");
const cookies = async (context) => (await context.cookies()).map(({ name }) => name);

test("a flash message stays for the navigation of an effect, and a link clears it", async ({ page }) => {
  await visit(page, "/saved");
  await mark(page);
  await button(page, "Save").click();
  await shows(page, "Plain");
  await expect.text(flash(page), "Saved.");
  assert.ok(await isMarked(page));
  await link(page, "Titled").click();
  await shows(page, "Titled");
  await expect.count(flash(page), 0);
});

test("a flash message and a message to the context reach the next document", async (the) => {
  const { page, context } = the;
  await visit(page, "/saved");
  await mark(page);
  await button(page, "Reload").click();
  await expect.value(() => isMarked(page).catch(() => true), false);
  await hydrated(page);
  await expect.text(flash(page), "Loaded <b>.");
  await expect.text(page.locator("#cart"), "1");
  assert.equal((await cookies(context)).includes("__rally_flash"), false);
  await page.reload();
  await hydrated(page);
  await expect.count(flash(page), 0);
  await expect.text(page.locator("#cart"), "0");
});

// A message may be the reason for the error.
test("an error page shows the flash message, and not the message to the context", missing, async (the) => {
  const { page, context } = the;
  await visit(page, "/saved");
  await button(page, "Leave").click();
  await shows(page, "Error 404");
  await hydrated(page);
  await expect.text(flash(page), "You left <b>.");
  await expect.text(page.locator("#cart"), "0");
  assert.equal((await cookies(context)).includes("__rally_flash"), false);
});

test("without script, a form shows its flash message after the redirect", plain, async ({ page }) => {
  await page.goto("/saved");
  await button(page, "Save").click();
  await shows(page, "Plain");
  await expect.text(flash(page), "Saved.");
  await page.reload();
  await expect.count(flash(page), 0);
});

test("a form shows its flash message at once, with script too", async ({ page }) => {
  await visit(page, "/saved");
  await page.locator("input[name=stay]").check();
  await button(page, "Save").click();
  await expect.text(flash(page), "Saved.");
  await shows(page, "Saved");
});

test("without script, a form that only flashes redirects to its page", plain, async ({ page }) => {
  await page.goto("/saved");
  await page.locator("input[name=stay]").check();
  await button(page, "Save").click();
  await expect.text(flash(page), "Saved.");
  await expect.url(page, "/saved");
  await page.reload();
  await expect.count(flash(page), 0);
});
