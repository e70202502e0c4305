// Forms with and without script, handled by one `update`.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const unscripted = { context: { javaScriptEnabled: false } };
// The browser logs the status of a form that is shown again. Chromium also logs that it wanted to
// focus the field of the next page after Rally has done so.
const shownAgain = [/status of 422/, /Autofocus processing was blocked/];

async function fill(page, { name = "", text = "", leave = false, picture } = {}) {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Text").fill(text);
  if (leave) await page.getByLabel("Leave").check();
  if (picture) await page.getByLabel("Picture").setInputFiles(picture);
}

const press = (page, name = "Sign") => page.getByRole("button", { name }).click();
const alert = (page) => page.getByRole("alert");
const signed = (page) => page.locator("ol li");

/** A file of 400,000 bytes, which is more than the server keeps in memory. */
const large = { name: "cat.png", mimeType: "image/png", buffer: Buffer.alloc(400_000, 2) };
const small = { name: "dog.png", mimeType: "image/png", buffer: Buffer.from([1, 2, 3]) };

for (const [how, options] of [["without script", unscripted], ["with script", {}]]) {
  const open = async (page) => {
    if (options === unscripted) await page.goto("/guests?from=here");
    else {
      await visit(page, "/guests?from=here");
      await mark(page);
    }
  };

  test(`${how} a form is accepted, and the updated page is shown`, options, async ({ page }) => {
    await open(page);
    await fill(page, { name: "Ada", text: "one\ntwo" });
    await press(page);
    await expect.texts(signed(page), ['Ada: "one\\ntwo"']);
    await expect.url(page, "/guests?from=here");
    assert.equal(await page.getByLabel("Name").inputValue(), "");
    if (options !== unscripted) assert.ok(await isMarked(page), "there was a page load");
  });

  test(`${how} a refused form keeps its values`, { ...options, allow: shownAgain }, async ({ page }) => {
    await open(page);
    await fill(page, { name: " ", text: '<b>"one"\n&amp;', leave: true });
    await press(page);
    await expect.text(alert(page), "A name is needed.");
    assert.equal(await page.getByLabel("Text").inputValue(), '<b>"one"\n&amp;');
    assert.ok(await page.getByLabel("Leave").isChecked());
    await page.getByLabel("Name").fill("nobody");
    await press(page);
    await expect.text(alert(page), "Nobody may not sign.");
    assert.equal(await page.getByLabel("Name").inputValue(), "nobody");
    await page.getByLabel("Name").fill("Ada");
    await press(page);
    await expect.url(page, "/long");
  });

  test(`${how} the pressed button is sent`, options, async ({ page }) => {
    await open(page);
    await fill(page, { name: "Ada", text: "hello" });
    await press(page, "Shout");
    await expect.texts(signed(page), ['Ada: "hello!"']);
  });

  test(`${how} a file reaches its handler`, options, async ({ page }) => {
    await open(page);
    await fill(page, { name: "Ada", text: "cat", picture: large });
    await press(page);
    await expect.texts(signed(page), ['Ada: "cat" with cat.png (400000 bytes, 800000)']);
    await fill(page, { name: "Bob", text: "dog", picture: small });
    await press(page);
    await expect.text(signed(page).last(), 'Bob: "dog" with dog.png (3 bytes, 6)');
  });
}

test("the document that a post returns is hydrated", { allow: shownAgain }, async ({ page, context }) => {
  // The script does not arrive before the visitor has sent the form.
  let letIn;
  const gate = new Promise((resolve) => (letIn = resolve));
  await context.route(/\.js$/, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto("/guests?from=here", { waitUntil: "commit" });
  await fill(page, { name: "nobody", text: "hello" });
  await press(page);
  await expect.text(alert(page), "Nobody may not sign.");
  await expect.url(page, "/guests?from=here&/sign");
  letIn();
  await hydrated(page);
  await expect.url(page, "/guests?from=here");
  await expect.text(page.locator("output"), "/guests?from=here");
  assert.equal(await page.getByLabel("Name").inputValue(), "nobody");
  await mark(page);
  await fill(page, { name: "Ada", text: "hello" });
  await press(page);
  await expect.texts(signed(page), ['Ada: "hello"']);
  assert.ok(await isMarked(page));
  // Reloading shows the page, and does not send the form again.
  await page.reload();
  await shows(page, "Guests");
  await expect.texts(signed(page), ['Ada: "hello"']);
});
