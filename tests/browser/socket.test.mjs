// The socket: cut, refused and silent, by a proxy between browser and server.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, sockets, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const banner = (page) => page.locator(".rally-banner--disconnected[role=status]");
const button = (page, name) => page.getByRole("button", { name });
const log = (page) => page.locator("ol li");
const lost = "The connection to the server was lost. Try again.";

// Chromium logs this if it cannot reach the server.
const proxied = { allow: [/WebSocket connection to .* failed/], proxied: true };

test("a call in flight fails when the socket is cut", proxied, async ({ page, server, proxy }) => {
  const opened = await sockets(page);
  await visit(page, "/calls");
  await button(page, "Wait first").click();
  await button(page, "Wait second").click();
  await server.reached("first");
  await server.reached("second");
  proxy.cut();
  await expect.texts(log(page), [lost, lost]);
  await expect.value(() => opened.length, 2);
  await button(page, "Shout").click();
  await expect.texts(log(page), [lost, lost, "HELLO"]);
  await expect.count(banner(page), 0);
});

test("a pending navigation is sent again", proxied, async ({ page, server, proxy }) => {
  await visit(page, "/");
  await mark(page);
  await page.getByRole("link", { name: "Slow first" }).click();
  await server.reached("first");
  proxy.cut();
  await server.reached("first");
  server.open("first");
  server.open("first");
  await shows(page, "Slow first");
  assert.ok(await isMarked(page));
});

test("the page reconnects at once when the browser is online again", proxied, async ({ page, proxy }) => {
  await visitWithClock(page, "/calls");
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO"]);
  proxy.cut();
  await banner(page).waitFor();
  // The clock is paused, so the next attempt would never start.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.count(banner(page), 0);
});

test("connection attempts go on without a limit", proxied, async ({ page, proxy }) => {
  const opened = await sockets(page);
  await visit(page, "/calls");
  await expect.value(() => opened.length, 1);
  proxy.refuse();
  await expect.value(() => opened.length >= 4, true);
  await banner(page).waitFor();
  proxy.accept();
  await expect.count(banner(page), 0);
});

test("a connection to a silent server is closed", proxied, async ({ page, proxy }) => {
  const opened = await sockets(page);
  await visitWithClock(page, "/calls");
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO"]);
  proxy.hold();
  // Half a minute of silence, then a ping without a pong.
  await page.clock.fastForward(31_000);
  await expect.value(() => opened[0].sent.length, 2);
  assert.equal(await banner(page).count(), 0);
  await page.clock.fastForward(11_000);
  await banner(page).waitFor();
  proxy.release();
  await page.clock.fastForward(1_000);
  await expect.count(banner(page), 0);
});
