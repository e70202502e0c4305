// The connection, while the server is down for a time.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const banner = (page) => page.locator(".rally-banner--disconnected[role=status]");
const button = (page, name) => page.getByRole("button", { name });
const log = (page) => page.locator("ol li");

// Chromium logs this if it cannot reach the server.
const away = { allow: [/WebSocket connection to .* failed/] };

test("a restart of the server shows a banner until the page reconnects", away, async ({ page, server }) => {
  await visit(page, "/calls");
  await mark(page);
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO"]);
  assert.equal(await banner(page).count(), 0);
  assert.deepEqual(await server.stop(), [0, null]);
  await banner(page).waitFor();
  await expect.text(banner(page), "Disconnected from server. Reconnecting...");
  await server.start();
  await expect.count(banner(page), 0);
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO", "HELLO"]);
  assert.ok(await isMarked(page));
});

test("a call made while disconnected is answered once connected", away, async ({ page, server }) => {
  await visit(page, "/calls");
  await server.stop();
  await banner(page).waitFor();
  await button(page, "Shout").click();
  await button(page, "Pay").click();
  assert.deepEqual(await log(page).allTextContents(), []);
  await server.start();
  // Both are sent at once, and either may be answered first.
  const lines = async () => (await log(page).allTextContents()).sort();
  await expect.value(lines, ["HELLO", "You are 250 cents short."]);
});

test("a call that cannot be sent fails after 30 seconds", away, async ({ page, server }) => {
  await visitWithClock(page, "/calls");
  await server.stop();
  await banner(page).waitFor();
  await button(page, "Shout").click();
  await page.clock.runFor(29_900);
  assert.deepEqual(await log(page).allTextContents(), []);
  await page.clock.runFor(200);
  await expect.texts(log(page), ["The server did not answer in time. Try again."]);
});

test("a navigation made while disconnected continues once connected", away, async ({ page, server }) => {
  await visit(page, "/");
  await mark(page);
  await server.stop();
  await banner(page).waitFor();
  await page.getByRole("link", { name: "Ends well" }).click();
  await page.locator(".rally-progress").waitFor();
  await shows(page, "Fixture");
  await server.start();
  await shows(page, "Ends well");
  assert.ok(await isMarked(page));
});

test("a page without a loader is shown without a server", away, async ({ page, server }) => {
  await visit(page, "/");
  await server.stop();
  await banner(page).waitFor();
  await page.getByRole("link", { name: "About us" }).click();
  await shows(page, "About us");
});
