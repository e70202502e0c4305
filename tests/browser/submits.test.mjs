// Submits of typed forms: questions, forms of another record, cancelled calls, and resets.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const label = (page, name) => page.getByLabel(name, { exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const press = (page, name) => button(page, name).click();
const answers = (page) => page.locator("#answers");
const output = (page) => page.locator("output");

/** Answers the questions of the page, and returns them. */
function answer(page, accepts) {
  const questions = [];
  page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await (accepts ? dialog.accept() : dialog.dismiss());
  });
  return questions;
}

test("a submit that is ignored is not asked about", async ({ page, server }) => {
  const questions = answer(page, true);
  await visit(page, "/submits");
  await label(page, "Text").fill("one");
  await press(page, "Answer");
  await server.reached("answer");
  await press(page, "Answer");
  assert.deepEqual(questions, ["Send it?"]);
  server.open("answer");
  await expect.text(answers(page), '["one []"]');
  await label(page, "Text").fill("two");
  await press(page, "Answer");
  await server.reached("answer");
  server.open("answer");
  await expect.text(answers(page), '["one []", "two []"]');
  assert.deepEqual(questions, ["Send it?", "Send it?"]);
});

test("a refused question sends nothing", async ({ page }) => {
  const questions = answer(page, false);
  await visit(page, "/submits");
  await mark(page);
  await label(page, "Text").fill("one");
  await press(page, "Answer");
  await expect.value(() => questions, ["Send it?"]);
  await expect.text(output(page), "idle");
  assert.equal(await label(page, "Text").inputValue(), "one");
  assert.ok(await isMarked(page));
});

test("the form of another record can be submitted meanwhile", async ({ page, server }) => {
  answer(page, true);
  await visit(page, "/submits");
  await label(page, "Text").fill("one");
  await press(page, "Answer");
  await server.reached("answer");
  await page.getByRole("link", { name: "Next record" }).click();
  await expect.text(page.locator("#record"), "record 2");
  await label(page, "Text").fill("two");
  await press(page, "Answer");
  await server.reached("answer");
  server.open("answer");
  await expect.text(answers(page), '["one []"]');
  // The answer to the form of the first record empties and ends only that one.
  assert.equal(await label(page, "Text").inputValue(), "two");
  assert.equal(await output(page).textContent(), "pending");
  server.open("answer");
  await expect.text(answers(page), '["one []", "two []"]');
  await expect.text(output(page), "idle");
  assert.equal(await label(page, "Text").inputValue(), "");
});

test("a cancelled call ends its submit", async ({ page, server }) => {
  answer(page, true);
  await visit(page, "/submits");
  await label(page, "Text").fill("one");
  await press(page, "Answer");
  await server.reached("answer");
  await expect.text(output(page), "pending");
  await press(page, "Stop");
  await expect.text(output(page), "idle");
  await label(page, "Text").fill("two");
  await press(page, "Answer");
  await server.reached("answer");
  server.open("answer");
  server.open("answer");
  await expect.text(answers(page), '["two []"]');
});

test("an answer keeps what the visitor has chosen since the submit", async ({ page, server }) => {
  const chosen = () => label(page, "Tags").evaluate((it) => [...it.selectedOptions].map(({ value }) => value));
  answer(page, true);
  await visit(page, "/submits");
  await label(page, "Text").fill("one");
  await label(page, "Tags").selectOption("red");
  await press(page, "Answer");
  await server.reached("answer");
  await expect.text(output(page), "pending");
  await label(page, "Tags").selectOption(["red", "green"]);
  server.open("answer");
  await expect.text(answers(page), '["one [Red]"]');
  await expect.value(() => label(page, "Text").inputValue(), "");
  assert.deepEqual(await chosen(), ["red", "green"]);
  await label(page, "Text").fill("two");
  await press(page, "Answer");
  await server.reached("answer");
  server.open("answer");
  await expect.text(answers(page), '["one [Red]", "two [Red, Green]"]');
  await expect.value(chosen, []);
});

test("a reset keeps the text of an output", async ({ page, server }) => {
  answer(page, true);
  await visit(page, "/submits");
  const text = await output(page).evaluateHandle((it) => it.lastChild);
  await press(page, "Clear");
  await label(page, "Text").fill("one");
  await press(page, "Answer");
  await server.reached("answer");
  await expect.text(output(page), "pending");
  await press(page, "Clear");
  await expect.value(() => label(page, "Text").inputValue(), "");
  await expect.text(output(page), "idle");
  assert.ok(await text.evaluate((node) => node.isConnected));
  server.open("answer");
  await expect.text(answers(page), '["one []"]');
});

test("a button sends its own message in a form without a listener", async ({ page }) => {
  const questions = answer(page, true);
  await visit(page, "/submits");
  await mark(page);
  // Another script of the page may have written an action that is no valid URL.
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<form action="?a&/100%"></form>'));
  await press(page, "Export");
  await expect.value(() => page.evaluate(() => document.activeElement.name), "name");
  await label(page, "Name").fill("book");
  await press(page, "Export");
  await expect.text(answers(page), '["book"]');
  assert.deepEqual(questions, ["Export it?", "Export it?"]);
  assert.ok(await isMarked(page));
  await press(page, "Search");
  await expect.url(page, "/search?name=book");
  assert.ok(await isMarked(page));
});

test("a page reads what it has stored", async ({ page }) => {
  await visit(page, "/submits");
  await label(page, "Draft").fill("Dear");
  await expect.value(() => page.evaluate(() => localStorage.getItem("draft")), "Dear");
  await page.reload();
  await expect.value(() => label(page, "Draft").inputValue(), "Dear");
});
