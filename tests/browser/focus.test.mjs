// The focus, and the announcements for screen readers, after a navigation.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.name);

// Chromium logs this for a field with `autofocus` if the page already has the focus.
const focus = { allow: [/Autofocus processing was blocked/] };

test("the focus goes to the page, or to its field with autofocus", focus, async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "About us" }).click();
  await shows(page, "About us");
  await expect.value(() => focused(page), "app");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  await page.getByRole("link", { name: "Form" }).click();
  await shows(page, "Form");
  await expect.value(() => focused(page), "name");
});

test("the title of the page is announced to screen readers", async ({ page }) => {
  await visit(page, "/");
  const announcer = page.locator(".rally-announcer[aria-live=assertive]");
  assert.equal(await announcer.textContent(), "");
  for (const name of ["About us", "Home"]) {
    await page.getByRole("link", { name }).click();
    await expect.text(announcer, name === "Home" ? "Fixture" : name);
  }
});
