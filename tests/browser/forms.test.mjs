// Typed forms: values and errors of fields, with script and without.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

/** Runs a test with script and without, where a form that fails is a document with status 422. */
function both(name, run) {
  test(`with script: ${name}`, async (given) => {
    await visit(given.page, "/forms");
    await mark(given.page);
    await run({ ...given, isScripted: true });
  });
  const options = { context: { javaScriptEnabled: false }, allow: [/status of 422/] };
  test(`without script: ${name}`, options, async (given) => {
    await given.page.goto("/forms");
    await run({ ...given, isScripted: false });
  });
}

const label = (page, name) => page.getByLabel(name, { exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const press = (page, name) => button(page, name).click();
const errors = (page) => page.getByRole("alert");
const status = (page) => page.locator("p[role=status]");
const value = (page, name) => label(page, name).inputValue();
const file = (name, length) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(length, 1) });

/** Answers the questions of the page, and returns them. */
function answer(page, accepts) {
  const questions = [];
  page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await (accepts ? dialog.accept() : dialog.dismiss());
  });
  return questions;
}

both("a form becomes a typed value", async ({ page }) => {
  await label(page, "Name").fill(" Ada ");
  await label(page, "Age").fill("36");
  await label(page, "Plan").selectOption("paid");
  await label(page, "Very cold").check();
  await label(page, "News").check();
  await label(page, "Street").fill("Way 1");
  await label(page, "Text").fill("one\ntwo");
  await label(page, "Hint 1").fill("red");
  await label(page, "Code").fill("secret");
  await label(page, "Scans").setInputFiles([file("a.txt", 5), file("b.txt", 7)]);
  for (const name of ["First", "Second", "Third", "Fourth"]) await label(page, name).fill(name);
  await press(page, "Order");
  await expect.text(
    status(page),
    'Ada 36 Paid [VeryCold] true Way 1 "one\\ntwo" ["red"] Some("secret") 2 12 ["First", "Second", "Third", "Fourth"]',
  );
});

both("each error is shown at its field, and what was entered stays", async ({ page, isScripted }) => {
  await label(page, "Name").fill("a");
  await label(page, "Age").fill("17");
  await label(page, "Hot").check();
  await label(page, "Text").fill("text");
  await label(page, "Hint 1").fill("b");
  await label(page, "Code").fill("secret");
  await press(page, "Order");
  const short = "Write at least 2 characters.";
  const texts = [short, "Enter at least 18.", "This is required.", short];
  await expect.texts(errors(page), texts);
  assert.equal(await value(page, "Name"), "a");
  assert.equal(await value(page, "Age"), "17");
  assert.equal(await value(page, "Text"), "text");
  assert.deepEqual([await value(page, "Hint 1"), await value(page, "Hint 2")], ["b", ""]);
  assert.ok(await label(page, "Hot").isChecked());
  // A secret is never in a document. With script, the field keeps what was typed.
  assert.equal(await value(page, "Code"), isScripted ? "secret" : "");
  const [invalid, described] = await label(page, "Age").evaluate((field) => [
    field.getAttribute("aria-invalid"),
    document.getElementById(field.getAttribute("aria-describedby")).textContent,
  ]);
  assert.deepEqual([invalid, described], ["true", "Enter at least 18."]);
  if (isScripted) {
    await expect.value(() => page.evaluate(() => document.activeElement.name), "name");
    assert.ok(await isMarked(page));
  }
});

both("the errors of the handler are shown at their fields", async ({ page }) => {
  await label(page, "Name").fill("taken");
  await label(page, "Age").fill("20");
  await label(page, "Plan").selectOption("free");
  await press(page, "Order");
  await expect.texts(errors(page), ["This name is taken.", "Move."]);
  assert.equal(await value(page, "Plan"), "free");
  await label(page, "Name").fill("free");
  await press(page, "Order");
  await expect.text(status(page), /^free 20 Free/);
});

both("an error of no field is a problem of the form", async ({ page }) => {
  await label(page, "Words").fill("no");
  await press(page, "Say");
  await expect.texts(errors(page), ["Not this."]);
  assert.equal(await value(page, "Words"), "no");
});

both("a second button of a form sends a message of its own", async ({ page, isScripted }) => {
  await label(page, "Words").fill("hello");
  await press(page, "Shout");
  await expect.text(status(page), "HELLO");
  if (isScripted) assert.ok(await isMarked(page));
});

both("the question is asked before the message", async ({ page, isScripted }) => {
  const questions = answer(page, true);
  await press(page, "Discard");
  await expect.text(status(page), "discarded");
  assert.deepEqual(questions, isScripted ? ["Discard it?"] : []);
});

test("a refused question keeps the form", async ({ page }) => {
  const questions = answer(page, false);
  await visit(page, "/forms");
  await mark(page);
  await label(page, "Name").fill("Ada");
  await press(page, "Discard");
  assert.deepEqual(questions, ["Discard it?"]);
  assert.equal(await value(page, "Name"), "Ada");
  await press(page, "Remove 1");
  assert.deepEqual(questions, ["Discard it?", "Really?"]);
  assert.equal(await button(page, "Remove 1").count(), 1);
  assert.ok(await isMarked(page));
});

both("a form without fields sends the value of the view", async ({ page }) => {
  answer(page, true);
  await press(page, "Remove 2");
  await expect.count(button(page, "Remove 2"), 0);
  await expect.count(button(page, "Remove 3"), 1);
  await page.reload();
  await expect.count(button(page, "Remove 2"), 0);
});

/** Holds calls over HTTP until `release` is called. */
async function hold(page) {
  const held = { count: 0 };
  const released = new Promise((resolve) => (held.release = resolve));
  await page.route("**/rpc", async (route) => {
    held.count += 1;
    await released;
    await route.continue();
  });
  return held;
}

test("a second submit is ignored until the first one is answered", async ({ page }) => {
  await visit(page, "/forms");
  const held = await hold(page);
  await label(page, "Words").fill("one");
  await button(page, "Say").dblclick();
  await expect.text(page.locator("output"), "pending");
  await label(page, "Words").fill("one two");
  await press(page, "Say");
  await label(page, "Words").press("Enter");
  await expect.value(() => held.count, 1);
  held.release();
  await expect.text(status(page), "1 words");
  await expect.text(page.locator("output"), "idle");
  // The answer does not remove the text that the visitor has typed meanwhile.
  assert.equal(await value(page, "Words"), "one two");
  await press(page, "Say");
  await expect.text(status(page), "3 words");
  await expect.value(() => value(page, "Words"), "");
});

test("another form can be submitted meanwhile", async ({ page }) => {
  await visit(page, "/forms");
  const held = await hold(page);
  await label(page, "Words").fill("one");
  await press(page, "Say");
  await label(page, "Name").fill("a");
  await press(page, "Order");
  await expect.count(errors(page), 3);
  held.release();
  await expect.text(status(page), "1 words");
});

test("a reset empties the fields", async ({ page }) => {
  await visit(page, "/forms");
  await label(page, "Name").fill("a");
  await label(page, "Age").fill("20");
  await press(page, "Order");
  await expect.count(errors(page), 2);
  await label(page, "Age").fill("30");
  await label(page, "Plan").selectOption("paid");
  await label(page, "News").check();
  await label(page, "Hot").check();
  await label(page, "Code").fill("secret");
  await label(page, "Third").fill("x");
  await label(page, "Scans").setInputFiles(file("a.txt", 5));
  await press(page, "Clear");
  await expect.count(errors(page), 0);
  for (const name of ["Name", "Age", "Plan", "Code", "Third", "Scans"]) {
    await expect.value(() => value(page, name), "");
  }
  for (const name of ["News", "Hot"]) assert.equal(await label(page, name).isChecked(), false, name);
});

test("a reset empties the fields of a document that shows errors", { allow: [/status of 422/] }, async ({ page, context }) => {
  // The script does not arrive before the visitor has sent the form.
  let letIn;
  const gate = new Promise((resolve) => (letIn = resolve));
  await context.route(/\.js$/, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto("/forms", { waitUntil: "commit" });
  await label(page, "Name").fill("a");
  await label(page, "Hot").check();
  await press(page, "Order");
  await expect.text(errors(page).first(), "Write at least 2 characters.");
  letIn();
  await hydrated(page);
  await press(page, "Clear");
  await expect.count(errors(page), 0);
  await expect.value(() => value(page, "Name"), "");
  assert.equal(await label(page, "Hot").isChecked(), false);
});

test("the fields can be filled again after an error", async ({ page }) => {
  await visit(page, "/forms");
  await press(page, "Order");
  await expect.count(errors(page), 3);
  await label(page, "Name").fill("Ada");
  await label(page, "Age").fill("36");
  await label(page, "Plan").selectOption("free");
  await label(page, "Name").press("Enter");
  await expect.text(status(page), /^Ada 36 Free/);
});

test("forms of one name are reported in development", { allow: [/^error: Rally: several/] }, async ({ page }) => {
  const reports = [];
  page.on("console", (message) => reports.push(message.text()));
  await visit(page, "/twins");
  await expect.value(
    () => reports,
    [
      'Rally: several forms of this page have the name "Twin". Give each form a key, as in ' +
        "`dispatch.form(Msg::Removed).key(id)`.",
    ],
  );
});

// ---- Forms with the method GET

const search = (page) => label(page, "Search");

both("a form with the method GET is a navigation", async ({ page, isScripted }) => {
  await search(page).fill("tea & milk");
  await press(page, "Find");
  await expect.text(page.locator("output"), 'Some("tea & milk") page 1 ["a&b"] None');
  await expect.url(page, "/search?q=tea+%26+milk&limit=&tag=a%26b");
  if (isScripted) assert.ok(await isMarked(page), "there was a page load");
  await page.goBack();
  await shows(page, "Forms");
});

both("an empty text of an optional query field is no value", async ({ page }) => {
  await search(page).press("Enter");
  await expect.text(page.locator("output"), 'None page 1 ["a&b"] None');
});

test("a form with a target is sent by the browser", async ({ page, context }) => {
  await visit(page, "/forms");
  const opened = context.waitForEvent("page");
  await press(page, "Find elsewhere");
  await shows(await opened, "Search");
  await shows(page, "Forms");
});
