// Forms: input is a message, and submitting is not a page load.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

test("input is shown letter by letter", async ({ page }) => {
  await visit(page, "/form");
  const name = page.getByLabel("Name");
  assert.equal(await name.inputValue(), "nobody");
  await expect.text(page.locator("output"), "Hello nobody.");
  await name.fill("");
  await expect.text(page.locator("output"), "Hello .");
  await name.pressSequentially("Zoë 😀");
  await expect.text(page.locator("output"), "Hello Zoë 😀.");
});

test("the cursor stays where the visitor types", async ({ page }) => {
  await visit(page, "/form");
  const name = page.getByLabel("Name");
  await name.fill("ad");
  await name.press("ArrowLeft");
  await name.pressSequentially("bc");
  await expect.text(page.locator("output"), "Hello abcd.");
  assert.equal(await name.inputValue(), "abcd");
});

test("a checkbox is checked and unchecked", async ({ page }) => {
  await visit(page, "/form");
  await page.getByLabel("Loud").check();
  await expect.text(page.locator("output"), "Hello nobody!");
  await page.getByLabel("Loud").uncheck();
  await expect.text(page.locator("output"), "Hello nobody.");
});

for (const how of ["button", "enter key"]) {
  test(`the form is sent with the ${how}, without a page load`, async ({ page }) => {
    await visit(page, "/form");
    await mark(page);
    const name = page.getByLabel("Name");
    await name.fill("Ada");
    if (how === "button") await page.getByRole("button", { name: "Send" }).click();
    else await name.press("Enter");
    await expect.texts(page.locator("ol li"), ["Hello Ada."]);
    // The model has cleared the field.
    await expect.value(() => name.inputValue(), "");
    await expect.url(page, "/form");
    await shows(page, "Form");
    assert.ok(await isMarked(page));
  });
}
