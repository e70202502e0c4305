// Frames of another version of the app, and malformed frames.
import assert from "node:assert/strict";
import { get } from "node:http";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const log = (page) => page.locator("ol li");

/** Changes the frames of the browser. Returns a function that sends frames to it. */
async function between(page, change) {
  let browser;
  await page.routeWebSocket(/_rally\/socket/, (socket) => {
    browser = socket;
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(change(frame)));
  });
  return (frame) => browser.send(frame);
}

/** Changes a fingerprint, as if the client had been built with other types. */
function ofAnotherVersion(name) {
  return (frame) => {
    // Other frames are passed on unchanged.
    if (!frame.includes(name)) return frame;
    const fingerprint = frame.indexOf(name) + name.length;
    assert.equal(frame[fingerprint], 0xcf, "the fingerprint is not a 64-bit number");
    frame[fingerprint + 1] ^= 1;
    return frame;
  };
}

/** Changes the name of a call, as if the server did not have it. */
function ofAnotherName(frame) {
  if (frame.includes("Shout")) frame.write("Shoot", frame.indexOf("Shout"));
  return frame;
}

for (const [what, change] of [
  ["of another version", ofAnotherVersion("::Shout")],
  ["that the server does not know", ofAnotherName],
]) {
  test(`a call ${what} reloads the page once`, async ({ page }) => {
    await between(page, change);
    await visit(page, "/calls");
    await mark(page);
    await page.getByRole("button", { name: "Shout" }).click();
    await expect.value(() => isMarked(page), false);
    await hydrated(page);
    await mark(page);
    await page.getByRole("button", { name: "Shout" }).click();
    await page.locator(".rally-banner--outdated[role=status]").waitFor();
    await expect.texts(log(page), ["This page is out of date. Reload it."]);
    assert.ok(await isMarked(page));
  });
}

test("a navigation of another version is a page load", async ({ page }) => {
  await between(page, ofAnotherVersion("::Ends"));
  await visit(page, "/");
  await mark(page);
  await page.getByRole("link", { name: "Ends well" }).click();
  await shows(page, "Ends well");
  assert.equal(await isMarked(page), false);
});

test("a call with a malformed body is refused", async ({ page }) => {
  await between(page, (frame) => frame.subarray(0, -1));
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.text(log(page), "The call failed: the server could not read the request: unexpected end of the bytes.");
});

test("the browser ignores malformed frames", async ({ page }) => {
  const send = await between(page, (frame) => frame);
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.texts(log(page), ["HELLO"]);
  send(Buffer.from("\xc1\xff\x00", "latin1"));
  send(Buffer.alloc(0));
  send("text");
  // A reply to a call that was not made.
  send(Buffer.from([0x93, 0, 99, 0xc0]));
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.texts(log(page), ["HELLO", "HELLO"]);
});

test("only pages of the same origin may open a socket", async ({ server }) => {
  const status = (origin) =>
    new Promise((resolve, reject) => {
      const headers = {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "sec-websocket-version": "13",
        origin,
      };
      const request = get(`${server.url}/_rally/socket`, { headers });
      request.on("response", (response) => resolve(response.statusCode));
      request.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      });
      request.on("error", reject);
    });
  assert.equal(await status(server.url), 101);
  for (const origin of ["http://elsewhere.test", "http://127.0.0.1:1", "null"]) {
    assert.equal(await status(origin), 403, origin);
  }
});
