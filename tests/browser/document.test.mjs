// The document that the server sends, before any script runs.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { shows } from "./harness/page.mjs";

const test = testsOf("counter");

test("the HTML of a page contains its data", async ({ server }) => {
  const response = await fetch(`${server.url}/counters/1`);
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "private, no-cache");
  assert.match(html, /<h1[^>]*>.*Counter.*1.*<\/h1>/);
  assert.match(html, /<output[^>]*>.*0.*<\/output>/);
});

test(
  "without JavaScript the page is shown and links are plain links",
  { context: { javaScriptEnabled: false } },
  async ({ page }) => {
    await page.goto("/");
    await shows(page, "Counters");
    await page.getByRole("link", { name: "Counter 1" }).click();
    await page.waitForURL("**/counters/1");
    await shows(page, "Counter 1");
    assert.equal(await page.locator("output").textContent(), "0");
  },
);

test("a URL without a page is a document with status 404", async ({ server }) => {
  const response = await fetch(`${server.url}/nowhere`);
  assert.equal(response.status, 404);
  assert.match(await response.text(), /There is no page here\./);
});

test("a trailing slash is redirected to the URL without it", async ({ server }) => {
  const response = await fetch(`${server.url}/counters/1/?a=b`, { redirect: "manual" });
  assert.equal(response.status, 308);
  assert.equal(response.headers.get("location"), "/counters/1?a=b");
});

test("only GET and HEAD are allowed", async ({ server }) => {
  const head = await fetch(`${server.url}/counters/1`, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const post = await fetch(`${server.url}/counters/1`, { method: "POST" });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
});
