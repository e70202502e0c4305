// Fields: nothing that the visitor enters is lost, and the model has the last word.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { isFirefox } from "./harness/launch.mjs";
import { hydrated, visit } from "./harness/page.mjs";

const test = testsOf("fixture");

const field = (page, id) => page.locator(`#${id}`);
const free = (page, name) => page.locator(`#free [name=${name}]`);
const value = (locator) => () => locator.inputValue();

/** Waits until `update` has heard of this input last. */
async function heard(page, text) {
  await expect.text(page.locator("#heard li").last(), text);
}

/** Renders the page again. */
async function tick(page) {
  const button = page.locator("#tick");
  const ticks = Number((await button.textContent()).replace("Tick ", ""));
  await button.click();
  await expect.text(button, `Tick ${ticks + 1}`);
}

// ---- The server's document

const unscripted = { context: { javaScriptEnabled: false } };

test("the browser shows and posts what the server has rendered", unscripted, async ({ page }) => {
  await page.goto("/fields");
  const texts = { upper: "", digits: "12", number: "1", size: "150", notes: "\nnotes", color: "green" };
  for (const [id, text] of Object.entries(texts)) {
    assert.equal(await field(page, id).inputValue(), text, id);
  }
  assert.equal(await field(page, "choice-b").isChecked(), true);
  assert.equal(await free(page, "area").inputValue(), "\narea at first");
  await page.locator("#free").evaluate((form) => form.submit());
  await page.waitForURL(/\?/);
  const sent = Object.fromEntries(new URL(page.url()).searchParams);
  assert.deepEqual(sent, { text: "text", area: "\r\narea at first", one: "b", many: "a", radio: "a" });
});

// ---- Fields with a listener

test("update changes what is typed, and the cursor stays", async ({ page }) => {
  await visit(page, "/fields");
  const upper = field(page, "upper");
  await upper.pressSequentially("adc");
  await expect.value(value(upper), "ADC");
  await upper.press("ArrowLeft");
  await upper.press("ArrowLeft");
  await upper.pressSequentially("bc");
  await expect.value(value(upper), "ABCDC");
});

test("what update refuses is put back", async ({ page }) => {
  await visit(page, "/fields");
  const digits = field(page, "digits");
  await digits.focus();
  await digits.press("End");
  await digits.pressSequentially("x3");
  await heard(page, "digits 123");
  await expect.value(value(digits), "123");

  await field(page, "refused-text").fill("other");
  await heard(page, "text other");
  await expect.value(value(field(page, "refused-text")), "as it was");

  await field(page, "refused-box").click();
  await heard(page, "box on");
  await expect.value(() => field(page, "refused-box").isChecked(), true);

  await field(page, "refused-select").selectOption("one");
  await heard(page, "select one");
  await expect.value(value(field(page, "refused-select")), "two");

  await field(page, "refused-b").click();
  await heard(page, "radio b");
  await expect.value(() => field(page, "refused-a").isChecked(), true);
  assert.equal(await field(page, "refused-b").isChecked(), false);

  await page.locator("#refused-details summary").click();
  await heard(page, "details open");
  await expect.value(() => field(page, "refused-details").evaluate(({ open }) => open), false);
});

test("a checkbox shows the model although its click is prevented", async ({ page }) => {
  await visit(page, "/fields");
  const box = field(page, "refused-click");
  await box.click();
  await expect.value(() => box.isChecked(), true);
  await box.click({ modifiers: ["Shift"] });
  await expect.value(() => box.isChecked(), false);
});

test("spaces that update trims do not come back", async ({ page }) => {
  await visit(page, "/fields");
  const trimmed = field(page, "trimmed");
  await trimmed.pressSequentially(" a");
  await heard(page, "trimmed a");
  await expect.value(value(trimmed), "a");
});

test("a number can be typed that is not one yet", async ({ page }) => {
  await visit(page, "/fields");
  const number = field(page, "number");
  await number.focus();
  await number.press("End");
  await number.pressSequentially("2e");
  await expect.value(() => number.evaluate(({ validity }) => validity.badInput), true);
  await settle(page);
  await number.pressSequentially("0");
  await heard(page, "number 12e0");
  assert.equal(await number.inputValue(), "12e0");
  // `update` has refused it, and it is another number than that of the model.
  await number.pressSequentially("5");
  await heard(page, "number 12e05");
  await expect.value(value(number), "12");
});

test("all choices of a select and a radio group can be made", async ({ page }) => {
  await visit(page, "/fields");
  await field(page, "color").selectOption("blue");
  await heard(page, "color blue");
  await expect.value(value(field(page, "color")), "blue");
  await field(page, "several").selectOption(["a", "c"]);
  await heard(page, "several a c");
  const selected = () => field(page, "several").evaluate((select) => [...select.selectedOptions].map((it) => it.value).join(" "));
  await expect.value(selected, "a c");
  await field(page, "choice-c").check();
  await heard(page, "choice c");
  assert.equal(await field(page, "choice-c").isChecked(), true);
});

// ---- Composition

// Firefox has no command for it.
if (!isFirefox()) test("an input method is not disturbed", async ({ page }) => {
  await visit(page, "/fields");
  for (const [id, typed, shown] of [["upper", "ni", "你"], ["upper", "abc", "ABC"], ["trimmed", "x ", "x"]]) {
    const input = field(page, id);
    await input.fill("");
    await input.focus();
    const devtools = await page.context().newCDPSession(page);
    for (let end = 1; end <= typed.length; end++) {
      const text = typed.slice(0, end);
      await devtools.send("Input.imeSetComposition", { text, selectionStart: end, selectionEnd: end });
      await expect.value(value(input), text);
      await settle(page);
      assert.equal(await input.inputValue(), text);
    }
    await devtools.send("Input.insertText", { text: shown === "你" ? "你" : typed });
    await expect.value(value(input), shown);
  }
});

/** Lets the app render. */
const settle = (page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));

// ---- Fields without a listener

/** Enters something into all fields without a listener. */
async function enter(page) {
  await free(page, "text").fill("typed");
  await free(page, "box").check();
  await free(page, "area").fill("typed too");
  await free(page, "one").selectOption("c");
  await free(page, "many").selectOption("b");
  await page.locator("#free [value=b]").check();
  await page.locator("#free-details summary").click();
}

async function assertEntered(page) {
  assert.equal(await free(page, "text").inputValue(), "typed");
  assert.equal(await free(page, "box").isChecked(), true);
  assert.equal(await free(page, "area").inputValue(), "typed too");
  assert.equal(await free(page, "one").inputValue(), "c");
  assert.equal(await free(page, "many").inputValue(), "b");
  assert.equal(await page.locator("#free [value=b]").isChecked(), true);
  assert.equal(await field(page, "free-details").evaluate(({ open }) => open), false);
}

test("another render keeps what was entered", async ({ page }) => {
  await visit(page, "/fields");
  await enter(page);
  // This changes an option of a select, too.
  await tick(page);
  await assertEntered(page);
  // The layout renders again.
  await page.emulateMedia({ colorScheme: "dark" });
  await tick(page);
  await assertEntered(page);
});

test("a field is written when its value changes in the view", async ({ page }) => {
  await visit(page, "/fields");
  await enter(page);
  await page.locator("#show").click();
  await expect.value(value(free(page, "area")), "\narea shown");
  assert.equal(await free(page, "text").inputValue(), "typed");
});

// ---- Before the app starts

/** Opens the page with its script on hold. Returns the function that lets it go. */
async function open(page) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/fields");
  return async () => {
    release();
    await hydrated(page);
  };
}

test("what was entered before the start is kept, and update hears of it", async ({ page }) => {
  const start = await open(page);
  await field(page, "upper").fill("early");
  await field(page, "notes").fill("early notes");
  await field(page, "news").check();
  await field(page, "color").selectOption("red");
  await field(page, "several").selectOption(["a", "c"]);
  await field(page, "choice-c").check();
  await field(page, "size").evaluate((slider) => (slider.value = "10"));
  const buffer = Buffer.from("abc");
  await field(page, "files").setInputFiles([{ name: "a.txt", mimeType: "text/plain", buffer }]);
  await enter(page);
  await start();
  const lines = ["upper early", "size 10", "notes early notes", "news true", "color red", "several a c", "choice c", "files 1"];
  await expect.texts(page.locator("#heard li"), lines);
  await expect.value(value(field(page, "upper")), "EARLY");
  assert.equal(await field(page, "news").isChecked(), true);
  assert.equal(await field(page, "color").inputValue(), "red");
  assert.equal(await field(page, "choice-c").isChecked(), true);
  await assertEntered(page);
  await tick(page);
  await assertEntered(page);
});

test("what was not entered is not reported", async ({ page }) => {
  await visit(page, "/fields");
  await tick(page);
  assert.equal(await page.locator("#heard li").count(), 0);
});

test("the focus and the cursor stay while the app starts", async ({ page }) => {
  const start = await open(page);
  await field(page, "trimmed").focus();
  await page.keyboard.type("abc");
  await page.keyboard.press("ArrowLeft");
  await start();
  await heard(page, "trimmed abc");
  await page.keyboard.type("x");
  await expect.value(value(field(page, "trimmed")), "abxc");
});

test("what the browser restores after Back is kept, and update hears of it", async ({ page }) => {
  await visit(page, "/fields");
  await field(page, "notes").fill("restored");
  await free(page, "text").fill("restored too");
  await page.goto("/about-us");
  await page.goBack();
  await heard(page, "notes restored");
  assert.equal(await field(page, "notes").inputValue(), "restored");
  assert.equal(await free(page, "text").inputValue(), "restored too");
});

test("a form that is reset is reported", async ({ page }) => {
  await visit(page, "/fields");
  await field(page, "digits").fill("99");
  await field(page, "news").check();
  await heard(page, "news true");
  await page.locator("#controlled").evaluate((form) => form.reset());
  await expect.value(async () => (await page.locator("#heard li").allTextContents()).slice(-2), ["digits 12", "news false"]);
  assert.equal(await field(page, "digits").inputValue(), "12");
  assert.equal(await field(page, "news").isChecked(), false);
});

// To Chromium a changed document is not local, but its server is.
const changed = { context: { permissions: ["local-network-access"] } };

test("a page that starts again keeps what was entered", changed, async ({ page }) => {
  await page.route("**/fields", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    await route.fulfill({ response, body: html.replace(/<script type="application\/rally".*?<\/script>/s, "") });
  });
  const start = await open(page);
  await page.evaluate(() => (document.querySelector("main").fromServer = true));
  await field(page, "upper").fill("early");
  await enter(page);
  await start();
  await heard(page, "upper early");
  assert.equal(await page.evaluate(() => document.querySelector("main").fromServer), undefined);
  await expect.value(value(field(page, "upper")), "EARLY");
  await assertEntered(page);
});
