// Loaders that return no data: a first request and a navigation end with the same document.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

// The link, its URL, and the status, heading and text of the document.
const errors = [
  ["Ends not-found", "/ends/not-found", 404, /^There is no page here\.$/],
  ["Ends forbidden", "/ends/forbidden", 403, /^You are not allowed to see this page\.$/],
  ["Ends failed", "/ends/failed", 500, /^Something went wrong .* \(reference [0-9a-f]+-[0-9a-f]+\)\.$/],
  ["Ends panic", "/ends/panic", 500, /^Something went wrong .* \(reference [0-9a-f]+-[0-9a-f]+\)\.$/],
  ["No item", "/items/seven", 404, /^There is no page here\.$/],
];

for (const [link, url, status, text] of errors) {
  const allow = { allow: [new RegExp(`status of ${status}`)] };

  test(`${link}: a first request shows the app's error page`, allow, async ({ page, server }) => {
    const response = await visit(page, url);
    assert.equal(response.status(), status);
    assert.equal(response.headers()["cache-control"], "private, no-cache");
    const html = await response.text();
    assert.doesNotMatch(html, /doormat/);
    await shows(page, `Fixture: ${status}`);
    await expect.text(page.locator("main.error p").first(), text);
    const [id] = html.match(/[0-9a-f]+-[0-9a-f]+(?=\)\.)/) ?? [];
    if (id) await server.log.take(new RegExp(`${id}.*the key is under the doormat`));
    await page.getByRole("link", { name: "Home" }).click();
    await shows(page, "Fixture");
  });

  test(`${link}: a navigation ends with the same document`, allow, async ({ page }) => {
    await visit(page, "/");
    await mark(page);
    const document = page.waitForResponse(`**${url}`);
    await page.getByRole("link", { name: link }).click();
    assert.equal((await document).status(), status);
    await shows(page, `Fixture: ${status}`);
    await expect.text(page.locator("main.error p").first(), text);
    await expect.url(page, url);
    assert.equal(await isMarked(page), false);
    await page.waitForLoadState();
    await page.goBack();
    await shows(page, "Fixture");
    await expect.url(page, "/");
  });
}

test("a first request is redirected with status 303", async ({ page, server }) => {
  const answer = await fetch(`${server.url}/ends/redirect`, { redirect: "manual" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/about-us"]);
  await visit(page, "/ends/redirect");
  await shows(page, "About us");
  await expect.url(page, "/about-us");
});

test("a navigation is redirected to a page by a page load", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  await page.getByRole("link", { name: "Ends redirect" }).click();
  await shows(page, "About us");
  await expect.url(page, "/about-us");
  assert.equal(await isMarked(page), false);
  await page.waitForLoadState();
  await page.goBack();
  await shows(page, "Fixture");
});

const icon = { allow: [/favicon\.ico/] };

test("a navigation is redirected to a file by a page load", icon, async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("link", { name: "Ends elsewhere" }).click();
  await expect.url(page, "/note.txt");
  await expect.text(page.locator("body"), /A file of dist that is not a page\./);
  await page.waitForLoadState();
  await page.goBack();
  await shows(page, "Fixture");
});

test("a first request is redirected to a file", async ({ server }) => {
  const response = await fetch(`${server.url}/ends/elsewhere`);
  assert.equal(response.url, `${server.url}/note.txt`);
});
