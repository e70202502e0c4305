// The counter: counting, saving and adding counters.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, shows, visit } from "./harness/page.mjs";

const test = testsOf("counter");
const notice = (page) => page.locator("main [role=status]");

test("a click changes the count at once", async ({ page }) => {
  await visit(page, "/counters/1");
  await page.getByRole("button", { name: "+1" }).click();
  await expect.text(page.locator("output"), "1");
  await page.getByRole("button", { name: "-1" }).dblclick();
  await expect.text(page.locator("output"), "-1");
});

test(
  "a click changes the count while no data reaches the server",
  { proxied: true },
  async ({ page, proxy }) => {
    await visit(page, "/counters/1");
    proxy.hold();
    await page.getByRole("button", { name: "Save" }).click();
    await expect.text(notice(page), "Saving ...");
    await page.getByRole("button", { name: "+1" }).click();
    await expect.text(page.locator("output"), "1");
    await expect.text(notice(page), "Saving ...");
    proxy.release();
    await expect.text(notice(page), "Saved 0.");
    await expect.text(page.locator("output"), "1");
  },
);

const away = { allow: [/WebSocket connection to .* failed/, /can.t establish a connection/] };

test("a click changes the count while there is no server", away, async ({ page, server }) => {
  await visit(page, "/counters/1");
  await server.stop();
  await page.locator(".rally-banner--disconnected").waitFor();
  await page.getByRole("button", { name: "+1" }).click();
  await expect.text(page.locator("output"), "1");
});

test("a saved count survives a reload and a restart of the server", async ({ page, server }) => {
  await visit(page, "/counters/1");
  await page.getByRole("button", { name: "+1" }).click({ clickCount: 3 });
  await page.getByRole("button", { name: "Save" }).click();
  await expect.text(notice(page), "Saved 3.");
  await page.reload();
  await expect.text(page.locator("output"), "3");
  await page.goto("about:blank");
  assert.deepEqual(await server.stop(), [0, null]);
  await server.start();
  await visit(page, "/counters/1");
  await expect.text(page.locator("output"), "3");
});

test("an unsaved count is lost by a reload", async ({ page }) => {
  await visit(page, "/counters/1");
  await page.getByRole("button", { name: "+1" }).click();
  await expect.text(page.locator("output"), "1");
  await page.reload();
  await hydrated(page);
  await expect.text(page.locator("output"), "0");
});

test("an added counter is shown", async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("button", { name: "Add a counter" }).click();
  await shows(page, "Counter 2");
  await expect.url(page, "/counters/2");
  await page.getByRole("link", { name: "All counters" }).click();
  await expect.texts(page.locator("li"), ["Counter 1: 0", "Counter 2: 0"]);
});

test("two visitors see the counts that the other has saved", async ({ page, context }) => {
  await visit(page, "/counters/1");
  await page.getByRole("button", { name: "+1" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect.text(notice(page), "Saved 1.");
  const other = await context.newPage();
  await visit(other, "/counters/1");
  await expect.text(other.locator("output"), "1");
});
