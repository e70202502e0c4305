// The end of the runtime: after a failure of its code, links and forms are the browser's.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, sockets, visit, visitWithClock } from "./harness/page.mjs";

const test = testsOf("fixture");
// The answer to a posted form has the status 422, which Chromium reports.
const failures = { allow: [/panicked at/, /uncaught: (RuntimeError|RangeError)/, /422/] };
const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const notice = (page) => page.locator(".rally-banner--ended[role=alert]");

/** The errors on the page's console, and those that nothing has caught. */
function errors(page) {
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(`uncaught ${error.name}: ${error.message}`));
  return errors;
}

/** Reaches `/faults` by a navigation of the app, and makes it fail. */
async function fail(page, name) {
  await visit(page, "/");
  await link(page, "Faults").click();
  await shows(page, "Faults");
  await mark(page);
  await button(page, name).click();
  await notice(page).waitFor();
}

const place = (file) => new RegExp(`^panicked at \\S*src/pages/faults/${file}\\.rs:\\d+:\\d+:\n`);
const messages = {
  Panic: "a fault of the update",
  Index: "index out of bounds: the len is 3 but the index is 7",
  View: "a fault of the view",
  Handler: "a fault of the handler",
  Task: "a fault of the task",
  Reply: "a fault of the reply",
  Layout: "a fault of the layout",
  Recursion: null,
  Abort: null,
};

for (const [name, message] of Object.entries(messages)) {
  test(`${name}: the failure is shown, and links, forms and Back are the browser's`, failures, async ({ page }) => {
    const found = errors(page);
    await fail(page, name);
    const text = await notice(page).textContent();
    assert.match(text, /\nThe console has more\.Reload$/);
    if (message) {
      assert.match(text, place(name === "Layout" ? "layout" : "index"));
      assert.ok(text.includes(`\n${message}\n`), text);
    } else {
      assert.match(text, /^(RangeError: Maximum call stack|RuntimeError: (memory access|unreachable))/);
    }

    // Nothing enters the code again, and fragments are no other document.
    for (const each of ["Panic", "Layout", "Handler"]) await button(page, each).click();
    await link(page, "End").click();
    await expect.url(page, "/faults#end");
    await page.goBack();
    await expect.url(page, "/faults");
    assert.ok(await isMarked(page));
    assert.equal(found.length, message ? 2 : 1, found.join("\n"));
    assert.match(found.at(-1), /^uncaught (RuntimeError|RangeError): /);

    await page.goBack();
    await shows(page, "Fixture");
    await expect.url(page, "/");
    assert.equal(await isMarked(page), false);

    await fail(page, name);
    await link(page, "Home").click();
    await shows(page, "Fixture");
    assert.equal(await isMarked(page), false);

    await fail(page, name);
    await page.getByLabel("Name").fill("Ada");
    await button(page, "Sign").click();
    await expect.text(page.locator("output"), "Hello Ada.");
    assert.equal(await isMarked(page), false);
  });
}

test("the form whose message fails is posted by the same click", failures, async ({ page }) => {
  await visit(page, "/faults");
  await mark(page);
  await page.getByLabel("Name").fill("Ada");
  await button(page, "Sign").click();
  await expect.text(page.locator("output"), "Hello Ada.");
  assert.equal(await isMarked(page), false);
});

test("the link whose handler fails is followed by the same click", failures, async ({ page }) => {
  await visit(page, "/faults");
  await mark(page);
  await link(page, "Faulty link").click();
  await shows(page, "About us");
  assert.equal(await isMarked(page), false);
});

test("a link to a page that cannot be started is followed by the same click", failures, async ({ page }) => {
  await visit(page, "/faults");
  await mark(page);
  await link(page, "Faulty start").click();
  await shows(page, "Faulty start");
  await expect.url(page, "/faults/start");
  assert.equal(await isMarked(page), false);
  await notice(page).waitFor({ state: "detached" });
});

test("Back to a page that cannot be started shows the failure", failures, async ({ page }) => {
  await visit(page, "/faults/start");
  await link(page, "Faults").click();
  await shows(page, "Faults");
  await mark(page);
  await page.goBack();
  await expect.text(notice(page), /a fault of the start/);
  await button(notice(page), "Reload").click();
  await shows(page, "Faulty start");
  assert.equal(await isMarked(page), false);
});

for (const [page, message] of [["mounted", "a fault of `mounted`"], ["view", "a fault of the view"]]) {
  const heading = `Faulty ${page}`;

  test(`${heading}: the failure after a page load is shown`, failures, async ({ page: tab }) => {
    await visit(tab, `/faults/${page}`);
    await expect.text(notice(tab), new RegExp(message));
    await shows(tab, heading);
    await mark(tab);
    await link(tab, "Faults").click();
    await shows(tab, "Faults");
    assert.equal(await isMarked(tab), false);
  });

  test(`${heading}: the failure after a navigation is shown`, failures, async ({ page: tab }) => {
    await visit(tab, "/faults");
    await mark(tab);
    await link(tab, heading).click();
    await notice(tab).waitFor();
    await expect.url(tab, `/faults/${page}`);
    assert.ok(await isMarked(tab));
    await button(notice(tab), "Reload").click();
    await shows(tab, heading);
    assert.equal(await isMarked(tab), false);
    await tab.goBack();
    await shows(tab, "Faults");
  });
}

for (const name of ["Panic", "Recursion"]) {
  test(`${name}: timers stop, and the socket is closed for good`, failures, async ({ page }) => {
    const opened = await sockets(page);
    const found = errors(page);
    await visitWithClock(page, "/faults");
    await page.clock.runFor(1_000);
    await expect.text(page.locator("#ticks"), "1");
    await button(page, name).click();
    await notice(page).waitFor();
    await expect.value(async () => opened.map((socket) => socket.closed), [true]);
    const count = found.length;
    await page.clock.runFor(120_000);
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect.text(page.locator("#ticks"), "1");
    await expect.count(page.locator(".rally-banner"), 1);
    assert.equal(opened.length, 1);
    assert.deepEqual(found.slice(count), []);
  });
}

test("an error that has passed through the code ends the runtime", { allow: [/broken/] }, async ({ page }) => {
  await visit(page, "/faults");
  await page.locator("#ticks").evaluate((ticks) => {
    const set = () => {
      throw new Error("broken");
    };
    Object.defineProperty(ticks.firstChild, "data", { set });
  });
  await expect.text(notice(page), /^Error: broken\n/);
});

test("an error of the page's own scripts does not end the runtime", { allow: [/not ours/] }, async ({ page }) => {
  const found = errors(page);
  await visit(page, "/faults");
  await page.evaluate(() => {
    setTimeout(() => {
      throw new RangeError("not ours");
    });
    Promise.reject(new WebAssembly.RuntimeError("not ours"));
    // The app moves the focus, so its code is on the stack.
    document.addEventListener("focusin", () => {
      throw new Error("not ours");
    });
  });
  await expect.value(() => found.length, 2);
  await mark(page);
  await link(page, "Home").click();
  await shows(page, "Fixture");
  assert.ok(await isMarked(page));
});

for (const name of ["start", "view"]) {
  test(`without flags, a fault of the ${name} leaves the server's page`, failures, async ({ page }) => {
    await page.addInitScript(() => {
      const remove = () => document.getElementById("rally-flags")?.remove();
      // The document is complete, and its scripts have not run.
      document.addEventListener("readystatechange", remove, { once: true });
    });
    await page.goto(`/faults/${name}`);
    await expect.text(notice(page), new RegExp(`a fault of the ${name}`));
    await shows(page, `Faulty ${name}`);
    await mark(page);
    await link(page, "Faults").click();
    await shows(page, "Faults");
    assert.equal(await isMarked(page), false);
  });
}

test("a start that fails is shown", { allow: [/cannot find an element/] }, async ({ page }) => {
  await page.route("**/faults", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/id="?app"?/, "id=other");
    await route.fulfill({ response, body });
  });
  await page.goto("/faults");
  await expect.text(notice(page), /^cannot find an element with id="app"/);
  await mark(page);
  await link(page, "Home").click();
  await shows(page, "Fixture");
  assert.equal(await isMarked(page), false);
});

const files = {
  "does not load": (route) => route.abort(),
  "does not compile": (route) => route.fulfill({ contentType: "application/wasm", body: "no code" }),
};
for (const [name, answer] of Object.entries(files)) {
  const allow = [/ERR_FAILED/, /Failed to fetch/, /CompileError/, /422/];
  test(`a file of code that ${name} leaves links and forms to the browser`, { allow }, async ({ page }) => {
    const found = errors(page);
    await page.route("**/*.wasm", answer);
    await page.goto("/faults");
    await expect.eventually(() => {
      assert.ok(found.some((error) => /^uncaught (TypeError: Failed to fetch|CompileError)/.test(error)), found);
    });
    await page.getByLabel("Name").fill("Ada");
    await button(page, "Sign").click();
    await expect.text(page.locator("output"), "Hello Ada.");
    await link(page, "Home").click();
    await shows(page, "Fixture");
  });
}
