// Routing: the file that answers a URL, and the values it parses.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const heading = async (server, url) => {
  const response = await fetch(server.url + url, { headers: { accept: "text/html" } });
  const [, text] = (await response.text()).match(/<h1[^>]*>(?:<!--[^>]*-->)*([^<]*)/);
  return text;
};

const found = {
  "/": "Fixture",
  "/about-us": "About us",
  "/editor": "Editor",
  "/editor/first": "Draft first",
  "/items": "Items",
  "/items/new": "New item",
  "/items/7": "Item 7",
  "/items/-7": "Item -7",
  "/exact/word": "Exact word",
  "/echo/word": "Echo word",
  "/about_us": "Fixture: 404",
  "/special": "Fixture: 404",
  "/exact": "Fixture: 404",
  "/items/seven": "Fixture: 404",
  "/items/99999999999999999999": "Fixture: 404",
  "/items/7/more": "Fixture: 404",
  "/index": "Fixture: 404",
  "/home_": "Fixture: 404",
  "/items/index": "Fixture: 404",
};

test("a URL shows the page of its file, or is not found", async ({ server }) => {
  for (const [url, expected] of Object.entries(found)) {
    assert.equal(await heading(server, url), expected, url);
  }
});

test("any text is parsed back from a link", async ({ page }) => {
  await visit(page, "/echo/word");
  await mark(page);
  const links = page.locator("li a");
  const texts = await links.allTextContents();
  assert.equal(texts.length, 8);
  for (const [index, text] of texts.entries()) {
    await links.nth(index).click();
    await shows(page, `Echo ${text}`);
    await expect.text(page.locator("#note"), text);
  }
  assert.ok(await isMarked(page));
});

test("any text is parsed back by the server", async ({ page }) => {
  await visit(page, "/echo/word");
  const links = page.locator("li a");
  for (const [index, text] of (await links.allTextContents()).entries()) {
    await visit(page, await links.nth(index).getAttribute("href"));
    await shows(page, `Echo ${text}`);
    await expect.text(page.locator("#note"), text);
  }
});

const queries = {
  "": "None page 1 [] None",
  "?q=tea&page=3&tag=a&tag=b&limit=9": 'Some("tea") page 3 ["a", "b"] Some(9)',
  "?q=tea+and%20milk&tag=a%2Fb": 'Some("tea and milk") page 1 ["a/b"] None',
  "?page=x": "None page 1 [] None",
  "?page=-1&unknown=1": "None page 1 [] None",
  // A form with the method GET sends an empty text for a field without a value.
  "?q=&limit=": "None page 1 [] None",
};

test("a query is parsed into its fields", async ({ page }) => {
  for (const [query, expected] of Object.entries(queries)) {
    await visit(page, `/search${query}`);
    await expect.text(page.locator("output"), expected);
  }
});

test("an invalid value of a required query field is not found", async ({ server }) => {
  for (const query of ["?limit=x", "?limit=256"]) {
    const response = await fetch(`${server.url}/search${query}`);
    assert.equal(response.status, 404, query);
  }
});
