// An old tab and a new server: two real builds, where the second has additional fields in the
// middle of its types.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, sockets, visit } from "./harness/page.mjs";

const define = testsOf("fixture");
const notice = (page) => page.locator(".rally-banner--outdated[role=status]");
const button = (page, name) => page.getByRole("button", { name });
const log = (page) => page.locator("ol li");
const old = "This page is out of date. Reload it.";

// Chromium logs this if it cannot reach the server, and the runtime if the page is of another
// build, or hydrates the document of another build.
const away = {
  allow: [/WebSocket connection to .* failed/, /cannot start the page/, /Rally repairs the document/],
};
const test = (name, run) => define(name, away, run);

/** Opens the order page of the first build, and marks the tab. */
async function open(page) {
  await visit(page, "/order");
  await shows(page, "Order");
  await mark(page);
}

/** Deploys the next build, and returns once the tab has connected to the new server. */
async function deploy(server, ...what) {
  await server.deploy(...what);
  await server.log.take(/path="\/_rally\/socket".* status=101/);
}

/** The documents that the tab has loaded. */
function documents(page) {
  const loaded = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest()) loaded.push(new URL(request.url()).pathname);
  });
  return loaded;
}

test("a stale call reloads the page, and the next call is of the new build", async (the) => {
  const { page, server } = the;
  const opened = await sockets(page);
  await open(page);
  await button(page, "Buy").click();
  await expect.texts(log(page), ["3 of 7"]);
  await server.said("bought 3 of 7");

  await deploy(server, "fixture-next");
  await button(page, "Buy").click();
  await shows(page, "Next order");
  await hydrated(page);
  assert.equal(await isMarked(page), false);
  await expect.url(page, "/order");
  assert.equal(await notice(page).count(), 0);
  // The old message was refused, and the refusal contains no data.
  const answers = opened.flatMap(({ received }) => received);
  assert.equal(answers.length, 2);
  assert.match(answers[1].toString("latin1"), /stale/);

  await button(page, "Buy").click();
  await expect.texts(log(page), ["3 of 7 for 250 cents"]);
  // The first line of the new server.
  await server.said("bought 3 of 7 with coupon 99");
  assert.equal(server.output.length, 1);
});

test("a stale loader loads the document of its page", async ({ page, server }) => {
  await open(page);
  await deploy(server, "fixture-next");
  await page.getByRole("link", { name: "Stock" }).click();
  await shows(page, "Next stock");
  await expect.text(page.locator("output"), "3 of 7, 1 of them reserved");
  assert.equal(await isMarked(page), false);
  // The browser goes back to the document in its cache, with the old script.
  await page.goBack();
  await shows(page, "Order");
  await hydrated(page);
  await button(page, "Buy").click();
  await shows(page, "Next order");
});

test("input of the visitor is kept until they reload the page", async ({ page, server }) => {
  await open(page);
  await page.getByLabel("Note").pressSequentially("milk");
  await deploy(server, "fixture-next");
  await button(page, "Buy").click();
  await expect.texts(log(page), [old]);
  await expect.text(notice(page), "This page is out of date.Reload");
  assert.equal(await page.getByLabel("Note").inputValue(), "milk");
  assert.ok(await isMarked(page));
  await button(notice(page), "Reload").click();
  await shows(page, "Next order");
});

test("a link of an outdated page loads a document", async ({ page, server }) => {
  const opened = await sockets(page);
  await open(page);
  await page.getByLabel("Note").pressSequentially("milk");
  await deploy(server, "fixture-next");
  await button(page, "Buy").click();
  await notice(page).waitFor();
  const sent = () => opened.flatMap((socket) => socket.sent).length;
  assert.equal(sent(), 1);
  await page.getByRole("link", { name: "Stock" }).click();
  await shows(page, "Next stock");
  // The old page has not sent a request for the loader.
  assert.equal(sent(), 1);
});

test("a tab that gets the old build again is reloaded once", async ({ page, server }) => {
  const loaded = documents(page);
  await open(page);
  // An incomplete deployment: a new server with the files of the previous build.
  await deploy(server, "fixture-next", "fixture");
  await button(page, "Buy").click();
  await expect.value(() => isMarked(page), false);
  await hydrated(page);
  await button(page, "Buy").click();
  await notice(page).waitFor();
  await expect.texts(log(page), [old]);
  assert.deepEqual(loaded, ["/order", "/order"]);
});

test("a first page of another build than its script stays, with a notice", async (the) => {
  const { page, server } = the;
  const loaded = documents(page);
  await server.deploy("fixture-next", "fixture");
  await page.goto("/stock");
  await notice(page).waitFor();
  await shows(page, "Next stock");
  await expect.text(page.locator("output"), "3 of 7, 1 of them reserved");
  assert.deepEqual(loaded, ["/stock"]);
});
