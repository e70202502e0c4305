// Layouts and the client context across navigations.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("site");

const link = (page, name) => page.getByRole("link", { name, exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a layout keeps its state and its nodes between its pages", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  await page.locator("#clicks").click();
  await page.locator("#clicks").click();
  await expect.text(page.locator("#clicks"), "2");
  await page.evaluate(() => (document.querySelector("header").kept = true));
  await link(page, "Plain").click();
  await shows(page, "Plain");
  await expect.text(page.locator("#clicks"), "2");
  assert.equal(await link(page, "Plain").getAttribute("aria-current"), "page");
  assert.equal(await link(page, "Home").getAttribute("aria-current"), null);
  assert.ok(await page.evaluate(() => document.querySelector("header").kept));
  // `mounted` runs once for the layout.
  await expect.text(page.locator("#ticks"), "1");
  await page.goBack();
  await shows(page, "Home");
  await expect.text(page.locator("#clicks"), "2");
  assert.ok(await isMarked(page));
});

test("a layout starts again after another one was shown", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  await page.locator("#clicks").click();
  await link(page, "Admin").click();
  await shows(page, "Admin");
  await expect.count(page.locator("header"), 0);
  await expect.text(page.locator("#clicks"), "0");
  await page.locator("#clicks").click();
  await link(page, "Users").click();
  await shows(page, "Users");
  await expect.text(page.locator("#clicks"), "1");
  await link(page, "Home").click();
  await shows(page, "Home");
  await expect.text(page.locator("#clicks"), "0");
  assert.ok(await isMarked(page));
});

test("a message to the context updates the layouts", async ({ page }) => {
  await visit(page, "/");
  await page.locator("input").fill("tea");
  await button(page, "Add").click();
  await expect.text(page.locator("#cart"), "1");
  await expect.text(page.locator("#added"), "tea");
  await link(page, "Admin").click();
  await shows(page, "Admin");
  await expect.text(page.locator("#cart"), "1");
  await button(page, "Add").click();
  await expect.text(page.locator("#cart"), "2");
  await link(page, "Home").click();
  await expect.text(page.locator("#added"), "tea, index");
});

test("effects of the context outlive the page", async ({ page }) => {
  await visit(page, "/");
  await button(page, "Later").click();
  await link(page, "Admin").click();
  await shows(page, "Admin");
  await expect.text(page.locator("#cart"), "1");
});

test("a page knows its path when it starts", async ({ page }) => {
  await visit(page, "/plain");
  await link(page, "Home").click();
  await expect.text(page.locator("#began"), "/");
  await expect.text(page.locator("#visitor"), /^\/ /);
});

for (const url of ["/", "/plain", "/admin", "/titled?title=a"]) {
  test(`the server's nodes of ${url} are kept, and equal those of the browser`, async ({ page }) => {
    const mark = () => {
      addEventListener("DOMContentLoaded", () => {
        for (const node of document.querySelectorAll("#app *")) node.fromServer = true;
      });
    };
    await page.addInitScript(mark);
    await visit(page, url);
    await page.locator("#clicks").click();
    await expect.text(page.locator("#clicks"), "1");
    const made = await page.evaluate(
      () => [...document.querySelectorAll("#app *")].filter((node) => !node.fromServer).length,
    );
    assert.equal(made, 0);
  });
}

test("server and browser render the same markup", async ({ page }) => {
  // The markup without the comments for hydration.
  const markup = () => {
    const app = document.getElementById("app").cloneNode(true);
    const nodes = document.createTreeWalker(app, NodeFilter.SHOW_COMMENT);
    const comments = [];
    while (nodes.nextNode()) comments.push(nodes.currentNode);
    comments.forEach((comment) => comment.remove());
    for (const node of app.querySelectorAll("*")) {
      // The order of attributes depends on when they were set, and has no meaning.
      const attributes = [...node.attributes].sort((a, b) => a.name.localeCompare(b.name));
      for (const { name } of attributes) node.removeAttribute(name);
      for (const { name, value } of attributes) node.setAttribute(name, value);
    }
    app.normalize();
    return app.innerHTML;
  };
  await visit(page, "/admin");
  const server = await (await fetch(new URL("/plain", page.url()))).text();
  // The server's document replaces the page for a moment.
  await page.evaluate((html) => {
    const sent = new DOMParser().parseFromString(html, "text/html").getElementById("app");
    const shown = document.getElementById("app");
    shown.id = "shown";
    document.body.append(sent);
  }, server);
  const sent = await page.evaluate(markup);
  await page.evaluate(() => {
    document.getElementById("app").remove();
    document.getElementById("shown").id = "app";
  });
  await link(page, "Home").click();
  await link(page, "Plain").click();
  await shows(page, "Plain");
  await expect.text(page.locator("#ticks"), "1");
  const made = await page.evaluate(markup);
  assert.equal(made.replace(">1</output>", ">0</output>"), sent);
});
