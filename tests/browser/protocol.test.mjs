// Frames that are not as they should be: from another version of the app, or none at all.
import assert from "node:assert/strict";
import { get } from "node:http";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const log = (page) => page.locator("ol li");

/** Changes what the browser sends. Returns how to send it something. */
async function between(page, change) {
  let browser;
  await page.routeWebSocket(/_rally\/socket/, (socket) => {
    browser = socket;
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(change(frame)));
  });
  return (frame) => browser.send(frame);
}

/** As if the types had been others when the browser's side was built. */
function ofAnotherVersion(name) {
  return (frame) => {
    // Others go as they are, such as the one that says which page is shown.
    if (!frame.includes(name)) return frame;
    const fingerprint = frame.indexOf(name) + name.length;
    assert.equal(frame[fingerprint], 0xcf, "a number of 64 bits");
    frame[fingerprint + 1] ^= 1;
    return frame;
  };
}

/** As if the browser's side had been built with a call that the server does not have. */
function ofAnotherName(frame) {
  if (frame.includes("Shout")) frame.write("Shoot", frame.indexOf("Shout"));
  return frame;
}

for (const [what, change] of [
  ["of another version", ofAnotherVersion("::Shout")],
  ["that the server does not know", ofAnotherName],
]) {
  test(`a call ${what} loads the page anew, once`, async ({ page }) => {
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

test("a call whose body is broken is refused", async ({ page }) => {
  await between(page, (frame) => frame.subarray(0, -1));
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.text(log(page), "The call failed: the server could not read the request: unexpected end of the bytes.");
});

test("frames that are none are dropped by the browser", async ({ page }) => {
  const send = await between(page, (frame) => frame);
  await visit(page, "/calls");
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.texts(log(page), ["HELLO"]);
  send(Buffer.from("\xc1\xff\x00", "latin1"));
  send(Buffer.alloc(0));
  send("text");
  // An answer to a call that nobody has made.
  send(Buffer.from([0x93, 0, 99, 0xc0]));
  await page.getByRole("button", { name: "Shout" }).click();
  await expect.texts(log(page), ["HELLO", "HELLO"]);
});

test("a socket is only for pages of its own origin", async ({ server }) => {
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
