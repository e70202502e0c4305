// Calls: every outcome as the page sees it.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, sockets, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name });
const log = (page) => page.locator("ol li");
const wrong = /^Something went wrong on the server \(reference ([0-9a-f]+-[0-9a-f]+)\)\.$/;

test("a call returns its value", async ({ page }) => {
  await visit(page, "/calls");
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO"]);
});

test("an error of the app arrives unchanged", async ({ page }) => {
  await visit(page, "/calls");
  await button(page, "Pay").click();
  await expect.texts(log(page), ["You are 250 cents short."]);
});

for (const name of ["Fail", "Panic"]) {
  test(`${name}: the browser gets a trace id, the log the cause`, async ({ page, server }) => {
    const opened = await sockets(page);
    await visit(page, "/calls");
    await button(page, name).click();
    await expect.text(log(page), wrong);
    const [, id] = (await log(page).textContent()).match(wrong);
    await server.log.take(new RegExp(`${id}.*the key is under the doormat`));
    // The socket is still open: the next call uses it.
    await button(page, "Shout").click();
    await expect.count(log(page), 2);
    assert.equal(opened.length, 1);
    const received = Buffer.concat(opened[0].received).toString("latin1");
    assert.match(received, new RegExp(id));
    assert.doesNotMatch(received, /doormat/);
  });
}

test("replies in another order are matched to their calls", async ({ page, server }) => {
  await visit(page, "/calls");
  await button(page, "Wait first").click();
  await button(page, "Wait second").click();
  await server.reached("first");
  await server.reached("second");
  server.open("second");
  await expect.texts(log(page), ["passed second"]);
  await button(page, "Shout").click();
  await expect.texts(log(page), ["passed second", "HELLO"]);
  server.open("first");
  await expect.texts(log(page), ["passed second", "HELLO", "passed first"]);
});

test("a call without a reply fails after 30 seconds", async ({ page, server }) => {
  const late = "The server did not answer in time. Try again.";
  await visitWithClock(page, "/calls");
  await button(page, "Wait first").click();
  await server.reached("first");
  await page.clock.runFor(29_900);
  assert.deepEqual(await log(page).allTextContents(), []);
  await page.clock.runFor(200);
  await expect.texts(log(page), [late]);
  // The late reply is ignored.
  server.open("first");
  await server.said("answered first");
  await button(page, "Shout").click();
  await expect.texts(log(page), [late, "HELLO"]);
});

test("leaving the page cancels its calls", async ({ page, server }) => {
  const opened = await sockets(page);
  await visit(page, "/calls");
  await button(page, "Wait first").click();
  await server.reached("first");
  await page.getByRole("link", { name: "Home" }).click();
  await shows(page, "Fixture");
  // The same page, entered again, has a new model.
  await page.getByRole("link", { name: "Calls" }).click();
  await shows(page, "Calls");
  server.open("first");
  await expect.value(() => opened[0].received.length, 1);
  await button(page, "Shout").click();
  await expect.texts(log(page), ["HELLO"]);
});
