// The shutdown of a server: it finishes what it has started.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const away = { allow: [/WebSocket connection to .* failed/] };

test("a server that stops finishes the call in flight", away, async ({ page, server }) => {
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Wait first" }).click();
  await server.reached("first");
  const exited = server.terminate();
  // The socket is closed at once, and the page shows the lost connection.
  await page.locator(".rally-banner--disconnected").waitFor();
  await expect.texts(page.locator("ol li"), ["The connection to the server was lost. Try again."]);
  server.open("first");
  await server.said("answered first");
  assert.deepEqual(await exited, [0, null]);
  await server.log.take(/stopped$/);
});

test("a server without calls stops at once", away, async ({ page, server }) => {
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.texts(page.locator("ol li"), ["HELLO"]);
  assert.deepEqual(await server.stop(), [0, null]);
});

test("a request in flight is answered before the server stops", async ({ server }) => {
  const answer = fetch(`${server.url}/slow/first`);
  await server.reached("first");
  const exited = server.terminate();
  server.open("first");
  const response = await answer;
  assert.equal(response.status, 200);
  assert.match(await response.text(), /Slow first/);
  assert.deepEqual(await exited, [0, null]);
});

test("a server stops after ten seconds", async ({ server }) => {
  const hangs = fetch(`${server.url}/slow/first`).catch(() => "no response");
  await server.reached("first");
  // The server waits for ten seconds, so this test takes as long.
  assert.deepEqual(await server.terminate(), [0, null]);
  assert.equal(await hangs, "no response");
  await server.log.take(/stopped before all tasks had finished/);
});
