// The document's head, from the server and after navigations.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("site");

const link = (page, name) => page.getByRole("link", { name, exact: true });

/** The head as a crawler reads it. */
const read = () => {
  const all = (selector, attribute) =>
    [...document.head.querySelectorAll(selector)].map((tag) => tag.getAttribute(attribute));
  return {
    title: document.title,
    titles: document.querySelectorAll("title").length,
    description: all("meta[name=description]", "content"),
    robots: all("meta[name=robots]", "content"),
    social: all("meta[property='og:title']", "content"),
    canonical: all("link[rel=canonical]", "href"),
  };
};

const shell = {
  title: "The shell",
  titles: 1,
  description: ["What the shell says"],
  robots: [],
  social: [],
  canonical: [],
};

const home = {
  ...shell,
  title: "Home",
  description: ["What home says"],
  social: ["Home"],
  canonical: ["https://site.example/"],
};

const admin = { ...shell, title: "Admin", robots: ["noindex"] };

const says = (page, expected) => expect.value(() => page.evaluate(read), expected);

test("the server's document has the page's head", { context: { javaScriptEnabled: false } }, async ({ page }) => {
  await page.goto("/");
  await says(page, home);
  await page.goto("/plain");
  await says(page, shell);
  await page.goto("/admin");
  await says(page, admin);
});

test("the head follows each navigation, and old tags are removed", async ({ page }) => {
  await visit(page, "/");
  await mark(page);
  await says(page, home);
  await link(page, "Plain").click();
  await shows(page, "Plain");
  await says(page, shell);
  await link(page, "Admin").click();
  await shows(page, "Admin");
  await says(page, admin);
  await link(page, "Home").click();
  await shows(page, "Home");
  await says(page, home);
  await page.goBack();
  await says(page, admin);
  await page.goBack();
  await says(page, shell);
  assert.ok(await isMarked(page));
});

test("the head of index.html is restored after the first page", async ({ page }) => {
  await visit(page, "/plain");
  await says(page, shell);
  await link(page, "Home").click();
  await says(page, home);
  await link(page, "Plain").click();
  await says(page, shell);
});

test("the title follows the model", async ({ page }) => {
  await visit(page, "/");
  await page.locator("input").fill("Tea & <b>");
  await says(page, { ...home, title: "Tea & <b> (en)" });
  await page.locator("input").fill("");
  await says(page, home);
});

const hostile = "</title><script>document.title='hacked'</script>\"'><!--";

for (const how of ["by the server", "by the browser"]) {
  test(`markup in a title is escaped, put in ${how}`, async ({ page }) => {
    const url = `/titled?title=${encodeURIComponent(hostile)}`;
    if (how === "by the server") {
      await visit(page, url);
    } else {
      await visit(page, "/plain");
      await link(page, "Titled").evaluate((a, url) => a.setAttribute("href", url), url);
      await link(page, "Titled").click();
    }
    await shows(page, "Titled");
    await says(page, {
      ...shell,
      title: hostile,
      description: [hostile],
      social: [hostile],
      canonical: [hostile],
    });
    const scripts = await page.evaluate(() => document.head.innerHTML.includes("hacked'</script>"));
    assert.equal(scripts, false);
  });
}
