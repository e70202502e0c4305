// Language and theme: the visitor's choice, or the browser's settings.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, visit } from "./harness/page.mjs";

const test = testsOf("site");

const button = (page, name) => page.getByRole("button", { name, exact: true });
const visitor = (page, expected) => expect.text(page.locator("#visitor"), expected);
const html = () => {
  const { lang, dataset } = document.documentElement;
  return [lang, dataset.theme ?? "", document.documentElement.className];
};
const says = (page, ...expected) => expect.value(() => page.evaluate(html), [...expected, "shell"]);

const austrian = { context: { locale: "de-AT", colorScheme: "dark" } };

test("the settings of the browser apply from hydration on", austrian, async ({ page, server }) => {
  const headers = { "accept-language": "de-AT" };
  const sent = await (await fetch(`${server.url}/plain`, { headers })).text();
  assert.match(sent, /<html class="shell" lang="de">/);
  assert.match(sent, /\/plain de light/);
  await visit(page, "/plain");
  await visitor(page, "/plain de dark");
  await says(page, "de", "dark");
});

test("the theme follows the system until one is chosen", austrian, async ({ page }) => {
  await visit(page, "/plain");
  await visitor(page, "/plain de dark");
  await page.emulateMedia({ colorScheme: "light" });
  await visitor(page, "/plain de light");
  await says(page, "de", "light");
  await button(page, "Dark").click();
  await visitor(page, "/plain de dark");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.emulateMedia({ colorScheme: "light" });
  await says(page, "de", "dark");
  await button(page, "As the system").click();
  await visitor(page, "/plain de light");
});

test("a choice is kept in cookies, and applied in the next document", async ({ page, context, server }) => {
  await visit(page, "/plain");
  await visitor(page, "/plain en light");
  await button(page, "Dark").click();
  await button(page, "Deutsch").click();
  await visitor(page, "/plain de dark");
  await says(page, "de", "dark");
  const cookies = await context.cookies();
  const found = cookies.map(({ name, value, path, sameSite, httpOnly, expires }) => {
    const days = Math.round((expires - Date.now() / 1000) / 86400);
    return { name, value, path, sameSite, httpOnly, days };
  });
  const kept = { path: "/", sameSite: "Lax", httpOnly: false, days: 365 };
  const byName = (one, other) => one.name.localeCompare(other.name);
  assert.deepEqual(found.filter(({ name }) => name.startsWith("__rally")).sort(byName), [
    { name: "__rally_dark_mode", value: "1", ...kept },
    { name: "__rally_lang", value: "de", ...kept },
  ]);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const sent = await (await fetch(`${server.url}/`, { headers: { cookie } })).text();
  assert.match(sent, /<html class="shell" lang="de" data-theme="dark">/);
  assert.match(sent, /\/ de dark/);
  await visit(page, "/");
  await shows(page, "Home");
  await visitor(page, "/ de dark");
  await button(page, "As the system").click();
  await visitor(page, "/ de light");
  const names = (await context.cookies()).map(({ name }) => name);
  assert.ok(!names.includes("__rally_dark_mode") && names.includes("__rally_lang"));
});
