// Hydration: the browser takes over the nodes and the model of the server.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, shows, sockets, visit } from "./harness/page.mjs";

const test = testsOf("counter");

test("the server's nodes are kept, and handle events", async ({ page }) => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/counters/1");
  const marked = await page.evaluate(() => {
    const nodes = document.querySelectorAll("#app *");
    nodes.forEach((node, index) => (node.fromServer = index));
    return nodes.length;
  });
  assert.ok(marked > 5);
  release();
  await hydrated(page);
  await page.getByRole("button", { name: "+1" }).click();
  await expect.text(page.locator("output"), "1");
  const kept = await page.evaluate(() =>
    [...document.querySelectorAll("#app *")].map((node) => node.fromServer),
  );
  assert.deepEqual(kept, [...Array(marked).keys()]);
});

test("the first page sends no request", async ({ page }) => {
  const opened = await sockets(page);
  await visit(page, "/counters/1");
  await expect.value(() => opened.length, 1);
  // The call is the first frame on the socket.
  await page.getByRole("button", { name: "Save" }).click();
  await expect.text(page.locator("[role=status]"), "Saved 0.");
  assert.equal(opened.length, 1);
  assert.equal(opened[0].sent.length, 1);
  assert.match(opened[0].sent[0].toString("latin1"), /Save/);
});

test("the flags are removed once they are read", async ({ page }) => {
  const response = await visit(page, "/counters/1");
  assert.match(await response.text(), /id="rally-flags"/);
  assert.equal(await page.locator("#rally-flags").count(), 0);
});

// To Chromium a changed document is not local, but its server is.
const changed = { context: { permissions: ["local-network-access"] } };

// A list of 1, the page "a", the fingerprint 1, the limit 65536, and nil three times.
const otherPage = "\u0797\u0701>a\u0701\u07ce\u0700\u0701\u0700\u0700\u07c0\u07c0\u07c0";

const broken = {
  "absent flags": (html) => html.replace(/<script type="application\/rally".*?<\/script>/s, ""),
  "flags that are no list": (html) => html.replace(/(id="rally-flags">)[^<]*/, "$1%%%"),
  "flags that are cut off": (html) => html.replace(/(id="rally-flags">[^<]{40})[^<]*/, "$1"),
  "flags of another page": (html) => html.replace(/(id="rally-flags">)[^<]*/, `$1${otherPage}`),
};

/** Changes the document of the counter, and marks its nodes. */
async function changeDocument(page, change) {
  await page.route("**/counters/1", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    assert.notEqual(change(html), html);
    await route.fulfill({ response, body: change(html).replace("<main", "<main data-sent") });
  });
}

for (const [what, change] of Object.entries(broken)) {
  test(`with ${what} the client starts the page again, and it works`, changed, async ({ page }) => {
    const opened = await sockets(page);
    await changeDocument(page, change);
    await visit(page, "/counters/1");
    await page.locator("main:not([data-sent])").waitFor();
    await shows(page, "Counter 1");
    assert.equal(opened[0].received.length, 1);
    await page.getByRole("button", { name: "+1" }).click();
    await expect.text(page.locator("output"), "1");
    assert.equal(await page.locator("main").count(), 1);
  });
}

const stuck = { ...changed, allow: [/cannot start the page/] };

test("a page that cannot be started again stays as the server sent it", stuck, async ({ page }) => {
  let documents = 0;
  page.on("request", (request) => (documents += request.isNavigationRequest()));
  await page.routeWebSocket(/_rally\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      // The fingerprint says that the client is another build.
      frame[frame.indexOf("::Counter") + "::Counter".length + 1] ^= 1;
      server.send(frame);
    });
  });
  await changeDocument(page, broken["absent flags"]);
  const reported = page.waitForEvent("console");
  await visit(page, "/counters/1");
  await reported;
  await shows(page, "Counter 1");
  assert.equal(await page.locator("main[data-sent]").count(), 1);
  assert.equal(documents, 1);
});
