// The help desk with and without script: accounts, tickets, comments, attachments and roles.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, visit } from "./harness/page.mjs";

const test = testsOf("desk");

const button = (page, name) => page.getByRole("button", { name, exact: true });
const flash = (page) => page.locator("p[role=status]");
const alert = (page) => page.locator("[role=alert]");

async function fill(page, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text);
}

/** Opens a page, and waits until the app runs in it if it has script. */
async function open(page, url, isScripted) {
  await page.goto(url);
  if (isScripted) await hydrated(page);
}

/** Creates an account, which signs in. */
async function join(page, name, isScripted) {
  await open(page, "/join", isScripted);
  await fill(page, { Name: name, Password: "correct horse" });
  await button(page, "Join").click();
  await button(page, `Sign out ${name}`).waitFor();
}

/** Opens a ticket, and returns its URL. */
async function ticket(page, title, isScripted) {
  await open(page, "/tickets/new", isScripted);
  await fill(page, { Title: title, Description: "It does not work." });
  await button(page, "Open").click();
  await shows(page, title);
  return new URL(page.url()).pathname;
}

/** Runs `use` with a page of another browser. */
async function inAnotherBrowser({ context, server, isScripted }, use) {
  const options = { baseURL: server.url, javaScriptEnabled: isScripted, locale: "en-US" };
  const other = await context.browser().newContext(options);
  try {
    await use(await other.newPage());
  } finally {
    await other.close();
  }
}

/** Runs a test with script and without, where a form that fails is a document with status 422. */
function both(name, run) {
  test(`with script: ${name}`, (given) => run({ ...given, isScripted: true }));
  const options = { context: { javaScriptEnabled: false }, allow: [/status of (422|403)/] };
  test(`without script: ${name}`, options, (given) => run({ ...given, isScripted: false }));
}

both("joining greets, and the greeting is gone on the next page", async ({ page, isScripted }) => {
  await join(page, "Ann", isScripted);
  await expect.text(flash(page), "Welcome.");
  await page.getByRole("link", { name: "About" }).click();
  await shows(page, "About");
  await expect.count(flash(page), 0);
});

both("errors stand at their fields", async ({ page, isScripted }) => {
  await join(page, "Bo", isScripted);
  await button(page, "Sign out Bo").click();
  await shows(page, "Sign in");
  await open(page, "/join", isScripted);
  await fill(page, { Name: "bo", Password: "correct horse" });
  await button(page, "Join").click();
  await expect.text(alert(page), "This name is taken.");
  const name = page.getByLabel("Name");
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  assert.equal(await name.inputValue(), "bo");
});

both("a ticket has its files, and is opened again by an answer", async ({ page, isScripted }) => {
  await join(page, "Cy", isScripted);
  await open(page, "/tickets/new", isScripted);
  await fill(page, { Title: "The printer burns", Description: "Really." });
  await page.getByLabel("Files").setInputFiles([
    { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("one") },
    { name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("two") },
  ]);
  await button(page, "Open").click();
  await shows(page, "The printer burns");
  await expect.text(flash(page), "Your ticket is open.");
  const file = await page.request.get(await page.getByRole("link", { name: "b.txt" }).getAttribute("href"));
  assert.equal(await file.text(), "two");
  await button(page, "Mark as solved").click();
  await page.getByText("Cy, Solved").waitFor();
  await fill(page, { Answer: "It still burns." });
  await button(page, "Send").click();
  await page.getByText("It still burns.").waitFor();
});

const scriptless = { context: { javaScriptEnabled: false } };
test("without script: a double click shows the page after the first click", scriptless, async ({ page }) => {
  await join(page, "Dee", false);
  await ticket(page, "No paper", false);
  await button(page, "Mark as solved").dblclick();
  await page.getByText("Dee, Solved").waitFor();
  await button(page, "Open again").waitFor();
});

both("a customer sees only their own tickets", async (given) => {
  const { page, isScripted } = given;
  await join(page, "Agent", isScripted);
  const url = await ticket(page, "Secret", isScripted);
  await inAnotherBrowser(given, async (other) => {
    await join(other, "Dee", isScripted);
    const refused = await other.goto(url);
    assert.equal(refused.status(), 403);
    await shows(other, "403");
    await button(other, "Sign out Dee").waitFor();
  });
});

test("typing filters the list, and the field keeps the focus", async ({ page }) => {
  await join(page, "Eve", true);
  await ticket(page, "Alpha", true);
  await ticket(page, "Beta", true);
  await open(page, "/", true);
  await mark(page);
  await page.getByLabel("Search").pressSequentially("alp");
  await expect.count(page.locator("tbody tr"), 1);
  await expect.url(page, "/?search=alp");
  assert.equal(await page.evaluate(() => document.activeElement.name), "search");
  await page.getByLabel("Status").selectOption("closed");
  await page.getByText("There are no such tickets.").waitFor();
  await expect.url(page, "/?search=alp&status=closed");
  await page.goBack();
  await expect.count(page.locator("tbody tr"), 1);
  assert.ok(await isMarked(page), "there was a page load");
});

test("a search that is typed while another list is loading stays", { proxied: true }, async ({ page, proxy }) => {
  await join(page, "Ida", true);
  await ticket(page, "Gamma", true);
  await ticket(page, "Delta", true);
  await open(page, "/", true);
  proxy.hold();
  await page.getByLabel("Status").selectOption("open");
  await page.getByRole("link", { name: "Desk", exact: true }).click();
  await page.getByLabel("Search").pressSequentially("del");
  proxy.release();
  await expect.count(page.locator("tbody tr"), 1);
  await expect.url(page, "/?search=del&status=open");
  assert.equal(await page.getByLabel("Search").inputValue(), "del");
});

test("the status changes at once, and is taken back if the call fails", { proxied: true }, async (given) => {
  const { page, proxy } = given;
  await join(page, "Flo", true);
  await ticket(page, "Gamma", true);
  proxy.hold();
  await button(page, "Mark as solved").click();
  await page.getByText("Flo, Solved").waitFor();
  proxy.refuse();
  await page.getByText("Flo, Open").waitFor();
  await expect.text(flash(page), "The connection to the server was lost. Try again.");
});

both("an agent changes roles", async (given) => {
  const { page, isScripted } = given;
  await join(page, "Gil", isScripted);
  await inAnotherBrowser(given, (other) => join(other, "Hal", isScripted));
  await open(page, "/people", isScripted);
  await page.locator("form", { hasText: "Hal" }).getByRole("button").click();
  await page.getByText("Hal, agent").waitFor();
  await expect.text(flash(page), "The role has changed.");
});
