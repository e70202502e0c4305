// The guestbook with and without script: signing in and out, and writing entries.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("guestbook");

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const alert = (page) => page.locator("[role=alert]");
const button = (page, name) => page.getByRole("button", { name, exact: true });

async function fill(page, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
}

/** Creates an account, which signs in. */
async function join(page, name) {
  await page.goto("/join");
  await fill(page, { Name: name, Password: "correct horse" });
  await button(page, "Join").click();
  await page.getByText(`Sign out ${name}`).waitFor();
  await expect.url(page, "/");
}

const sessions = async (context) =>
  (await context.cookies()).filter(({ name }) => name === "rally_session");

/** Runs a test with script and without, where a form that fails is a document with status 422. */
function both(name, run) {
  test(`with script: ${name}`, (given) => run({ ...given, isScripted: true }));
  const options = { context: { javaScriptEnabled: false }, allow: [/status of 422/] };
  test(`without script: ${name}`, options, (given) => run({ ...given, isScripted: false }));
}

both("joining signs in with a new session", async ({ page, context }) => {
  await page.goto("/");
  const [before] = await sessions(context);
  assert.match(before.value, /^[0-9a-f]{32}$/);
  assert.deepEqual([before.httpOnly, before.sameSite, before.path], [true, "Lax", "/"]);
  await join(page, "Ann");
  const [now] = await sessions(context);
  assert.notEqual(now.value, before.value);
});

both("a form that fails shows the error and keeps its values", async ({ page, isScripted }) => {
  await page.goto("/join");
  if (isScripted) {
    await hydrated(page);
    await mark(page);
  }
  await fill(page, { Name: "Bo", Password: "short" });
  // Otherwise the browser itself refuses the password, because the field has `minlength`.
  await page.locator("main form").evaluate((form) => (form.noValidate = true));
  await button(page, "Join").click();
  await expect.texts(alert(page), ["Write at least 8 characters."]);
  assert.equal(await page.getByLabel("Name").inputValue(), "Bo");
  await expect.url(page, isScripted ? "/join" : "/join?/NewAccount");
  if (isScripted) assert.ok(await isMarked(page), "there was a page load");
});

both(
  "a page for those who have signed in leads there and back",
  async ({ page, context, isScripted }) => {
    await join(page, "Cy");
    await context.clearCookies();
    await page.goto("/mine");
    await shows(page, "Sign in");
    await expect.url(page, "/sign-in?return_to=%2Fmine");
    if (isScripted) await hydrated(page);
    await fill(page, { Name: "Cy", Password: "wrong horse" });
    await button(page, "Sign in").click();
    await expect.text(alert(page), "Name or password is wrong.");
    assert.equal(await page.getByLabel("Name").inputValue(), "Cy");
    await fill(page, { Name: "Cy", Password: "correct horse" });
    await button(page, "Sign in").click();
    await shows(page, "My entries");
    await expect.url(page, "/mine");
  },
);

both("an entry with a picture", async ({ page, server, isScripted }) => {
  await join(page, "Di");
  if (isScripted) await hydrated(page);
  const write = async (text, name, buffer) => {
    await page.getByLabel("Your entry").fill(text);
    await page
      .getByLabel("A picture, if you like")
      .setInputFiles({ name, mimeType: "image/png", buffer });
    await button(page, "Sign").click();
  };
  await write("Lovely <b>place</b>", "a.png", Buffer.from("this is no picture at all"));
  await expect.text(alert(page), "Choose a PNG, JPEG, GIF or WebP.");
  assert.equal(await page.getByLabel("Your entry").inputValue(), "Lovely <b>place</b>");

  await write("Lovely <b>place</b>", "b.png", PNG);
  await expect.texts(page.locator("article p"), ["Lovely <b>place</b>"]);
  await expect.texts(page.locator("article footer"), ["Di"]);
  const source = await page.locator("article img").getAttribute("src");
  const picture = await fetch(server.url + source);
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), PNG);
  assert.equal(picture.headers.get("content-type"), "image/png");

  await page.getByRole("link", { name: "My entries" }).click();
  await shows(page, "My entries");
  page.once("dialog", (dialog) => dialog.accept());
  await button(page, "Remove").click();
  await page.getByText("You have not written anything yet.").waitFor();
  // A job removes the file.
  await expect.value(async () => (await fetch(server.url + source)).status, 404);
});

both("after signing out the visitor is anonymous", async ({ page, context }) => {
  await join(page, "Ed");
  const [before] = await sessions(context);
  await button(page, "Sign out Ed").click();
  await page.getByRole("link", { name: "Join" }).waitFor();
  await expect.url(page, "/");
  await page.goto("/");
  const [now] = await sessions(context);
  assert.notEqual(now.value, before.value);
  await page.goto("/mine");
  await shows(page, "Sign in");
});

test(
  "the menu of a narrow screen stays open after a navigation",
  { context: { viewport: { width: 400, height: 700 } } },
  async ({ page }) => {
    await visit(page, "/");
    await mark(page);
    const link = page.getByRole("link", { name: "Join" });
    assert.equal(await link.isVisible(), false);
    await page.getByText("Menu", { exact: true }).click();
    await link.click();
    await shows(page, "Join");
    assert.ok(await link.isVisible(), "the menu is closed");
    assert.equal(await link.getAttribute("aria-current"), "page");
    assert.ok(await isMarked(page));
  },
);

test("each page has its title", async ({ page }) => {
  await visit(page, "/");
  assert.equal(await page.title(), "Guestbook");
  await page.getByRole("link", { name: "Join" }).click();
  await expect.value(() => page.title(), "Join - Guestbook");
  await page.goBack();
  await expect.value(() => page.title(), "Guestbook");
});

test("the theme is remembered, and the server's document has it", async ({
  page,
  server,
  context,
}) => {
  await visit(page, "/");
  await button(page, "Dark").click();
  await button(page, "Light").waitFor();
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "dark");
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__rally_dark_mode");
  assert.equal(cookie.value, "1");
  const html = await fetch(server.url, { headers: { cookie: "__rally_dark_mode=1" } });
  assert.match(await html.text(), /<html[^>]* data-theme="dark"/);
  await page.reload();
  await hydrated(page);
  await button(page, "Light").waitFor();
});

test("after a sign-out in one tab the next call of another leads to sign-in", async ({
  page,
  context,
}) => {
  await join(page, "Flo");
  await hydrated(page);
  await page.getByLabel("Your entry").fill("First");
  await button(page, "Sign").click();
  await expect.texts(page.locator("article p"), ["First"]);
  await visit(page, "/mine");

  const other = await context.newPage();
  await visit(other, "/");
  await button(other, "Sign out Flo").click();
  await other.getByRole("link", { name: "Join" }).waitFor();

  page.once("dialog", (dialog) => dialog.accept());
  await button(page, "Remove").click();
  await shows(page, "Sign in");
  await expect.url(page, "/sign-in?return_to=%2Fmine");
});

test("what is being typed survives a change of the theme", async ({ page }) => {
  await visit(page, "/sign-in");
  await fill(page, { Name: "Di", Password: "half a passw" });
  await button(page, "Dark").click();
  await button(page, "Light").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Di");
  assert.equal(await page.getByLabel("Password").inputValue(), "half a passw");
});

test("what is typed while an entry is being sent stays", async ({ page }) => {
  await join(page, "Ed");
  await visit(page, "/");
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/rpc", async (route) => {
    await released;
    await route.continue();
  });
  const entry = page.getByLabel("Your entry");
  await entry.fill("first");
  // A message with files is sent over HTTP, which the test can delay.
  await page
    .getByLabel("A picture, if you like")
    .setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PNG });
  const sent = page.waitForRequest("**/rpc");
  await button(page, "Sign").click();
  await sent;
  await entry.fill("second, not yet sent");
  release();
  await page.getByText("Thank you.").waitFor();
  await expect.text(page.locator("article p").first(), "first");
  assert.equal(await entry.inputValue(), "second, not yet sent");
  await button(page, "Sign").click();
  await expect.text(page.locator("article p").first(), "second, not yet sent");
  await expect.value(() => entry.inputValue(), "");
});
