// Sessions: signing in and out over HTTP, guarded pages, and several tabs.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, sockets, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name });
const link = (page, name) => page.getByRole("link", { name });
const log = (page) => page.locator("ol li");

// Chromium logs this for a document with an error status.
const forbidden = { allow: [/status of 403/, /\/club\/staff/] };

/** Opens the club, and signs in. */
async function signedIn(page) {
  await visit(page, "/club");
  await button(page, "Sign in").click();
  await expect.texts(log(page), ["Welcome, Ada"]);
}

/** Waits for the sign-in page, with the URL to return to. */
async function expectSignIn(page, from) {
  await shows(page, "Sign in");
  await hydrated(page);
  await expect.url(page, `/club/sign-in?from=${from}`);
}

for (const [name, url] of [
  ["Account", "/club/account"],
  ["Vault", "/club/vault"],
]) {
  test(`${name}: a link leads to sign-in, and then to its page`, async ({ page }) => {
    await visit(page, "/club");
    await link(page, name).click();
    await expectSignIn(page, url);
    await button(page, "Sign in as Ada").click();
    await shows(page, name);
    await expect.url(page, url);
    await hydrated(page);
    await page.goBack();
    await shows(page, "Club");
  });

  test(`${name}: its URL leads to sign-in, and then to the page`, async ({ page, server }) => {
    const answer = await fetch(`${server.url}${url}`, { redirect: "manual" });
    assert.equal(answer.status, 303);
    await visit(page, url);
    await expectSignIn(page, url);
    await button(page, "Sign in as Ada").click();
    await shows(page, name);
  });
}

test("a call that signs in reconnects the socket, and the next page is a document", async (the) => {
  const { page } = the;
  const opened = await sockets(page);
  await visit(page, "/club");
  await button(page, "Who am I").click();
  await expect.texts(log(page), ["nobody"]);
  await button(page, "Sign in").click();
  await expect.texts(log(page), ["nobody", "Welcome, Ada"]);
  await button(page, "Who am I").click();
  await button(page, "Secret").click();
  await expect.texts(log(page), ["nobody", "Welcome, Ada", "Ada", "Ada knows it"]);
  assert.equal(opened.length, 2);
  await mark(page);
  await link(page, "Account").click();
  await shows(page, "Account");
  await expect.text(page.locator("output"), "Ada");
  assert.equal(await isMarked(page), false);
  // That document belongs to the session, so the next page needs no other.
  await hydrated(page);
  await mark(page);
  await link(page, "Vault").click();
  await shows(page, "Vault");
  assert.ok(await isMarked(page));
});

test("a call of a page is allowed on it after a navigation and after going back", async ({ page }) => {
  await signedIn(page);
  await visit(page, "/club/account");
  await button(page, "Check").click();
  await expect.texts(log(page), ["Ada is on the page"]);
  await link(page, "Vault").click();
  await shows(page, "Vault");
  await page.goBack();
  await shows(page, "Account");
  await button(page, "Check").click();
  await expect.texts(log(page), ["Ada is on the page"]);
});

test("a call of a guest leads to sign-in", async ({ page }) => {
  await visit(page, "/club");
  await button(page, "Secret").click();
  await expectSignIn(page, "/club");
  await page.goBack();
  await shows(page, "Club");
});

test("signing in never leads to another site", async ({ page }) => {
  for (const from of ["//evil.test/", "/\\evil.test/", "https://evil.test/", "javascript:alert(1)"]) {
    await visit(page, `/club/sign-in?from=${encodeURIComponent(from)}`);
    await button(page, "Sign in as Ada").click();
    await shows(page, "Fixture");
    await expect.url(page, "/");
  }
});

/** Opens two tabs that are signed in: the club, and the account. */
async function twoTabs(page, context) {
  await signedIn(page);
  const other = await context.newPage();
  await visit(other, "/club/account");
  await button(other, "Check").click();
  await expect.texts(log(other), ["Ada is on the page"]);
  return other;
}

test("after a sign-out in one tab a call in the other leads to sign-in", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  await button(other, "Check").click();
  await expectSignIn(other, "/club/account");
  await button(page, "Who am I").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell", "nobody"]);
});

test("after a sign-out in one tab a link in the other leads to sign-in", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  await link(other, "Vault").click();
  await expectSignIn(other, "/club/vault");
});

test("a page that signs out navigates on, and back leads to sign-in", async (the) => {
  const { page } = the;
  await signedIn(page);
  await visit(page, "/club/account");
  await button(page, "Sign out").click();
  await shows(page, "Club");
  await expect.url(page, "/club");
  await hydrated(page);
  await page.goBack();
  await expectSignIn(page, "/club/account");
});

test("a page whose session has ended loads its document", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  // The page is reported again, as after a lost connection or from the browser's cache.
  await other.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow")));
  await expectSignIn(other, "/club/account");
});

test("a denied page is a document with status 403", forbidden, async ({ page }) => {
  await signedIn(page);
  await link(page, "Staff").click();
  await shows(page, "Fixture: 403");
  await expect.url(page, "/club/staff");
  await page.waitForLoadState();
  await page.goBack();
  await shows(page, "Club");
  await page.goto("/club/staff");
  await shows(page, "Fixture: 403");
});

const circle = { allow: [/redirect loop: the server refuses this page/] };

test("a socket that contradicts the documents does not redirect in circles", circle, async ({ page }) => {
  let documents = 0;
  page.on("request", (request) => (documents += request.isNavigationRequest()));
  await page.routeWebSocket(/_rally\/socket/, (socket) => {
    socket.onMessage((frame) => {
      const denied = Buffer.from("\xa6denied\xa0", "latin1");
      socket.send(Buffer.concat([Buffer.from([0x94, 2, frame[2]]), denied]));
    });
  });
  const reported = page.waitForEvent("console");
  await page.goto("/club");
  await reported;
  await shows(page, "Club");
  assert.equal(documents, 4);
});
