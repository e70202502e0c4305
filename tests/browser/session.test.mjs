// Who somebody is: signing in and out over HTTP, pages that are not for everybody, and other tabs.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { hydrated, isMarked, mark, shows, sockets, visit } from "./harness/page.mjs";

const test = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name });
const link = (page, name) => page.getByRole("link", { name });
const log = (page) => page.locator("ol li");

// Chromium's own line about a document that is refused.
const forbidden = { allow: [/status of 403/, /\/club\/staff/] };

/** Opens the club, as somebody who has signed in there. */
async function signedIn(page) {
  await visit(page, "/club");
  await button(page, "Sign in").click();
  await expect.texts(log(page), ["Welcome, Ada"]);
}

/** The page where one signs in, on the way to another one. */
async function asksToSignIn(page, from) {
  await shows(page, "Sign in");
  await hydrated(page);
  await expect.url(page, `/club/sign-in?from=${from}`);
}

for (const [name, url] of [
  ["Account", "/club/account"],
  ["Vault", "/club/vault"],
]) {
  test(`${name}: a link leads to where one signs in, and then there`, async ({ page }) => {
    await visit(page, "/club");
    await link(page, name).click();
    await asksToSignIn(page, url);
    await button(page, "Sign in as Ada").click();
    await shows(page, name);
    await expect.url(page, url);
    await hydrated(page);
    await page.goBack();
    await shows(page, "Club");
  });

  test(`${name}: so does its URL`, async ({ page, server }) => {
    const answer = await fetch(`${server.url}${url}`, { redirect: "manual" });
    assert.equal(answer.status, 303);
    await visit(page, url);
    await asksToSignIn(page, url);
    await button(page, "Sign in as Ada").click();
    await shows(page, name);
  });
}

test("a call signs in: the socket is opened anew, and the next page is a document", async (the) => {
  const { page } = the;
  const opened = sockets(page);
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
  // That document is of the session: the next page needs none.
  await hydrated(page);
  await mark(page);
  await link(page, "Vault").click();
  await shows(page, "Vault");
  assert.ok(await isMarked(page));
});

test("a call of a page is for whoever is on it, however it was come to", async ({ page }) => {
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

test("a call of who has not signed in leads to where one does", async ({ page }) => {
  await visit(page, "/club");
  await button(page, "Secret").click();
  await asksToSignIn(page, "/club");
  await page.goBack();
  await shows(page, "Club");
});

test("to sign in leads to no other site, whatever the URL says", async ({ page }) => {
  for (const from of ["//evil.test/", "/\\evil.test/", "https://evil.test/", "javascript:alert(1)"]) {
    await visit(page, `/club/sign-in?from=${encodeURIComponent(from)}`);
    await button(page, "Sign in as Ada").click();
    await shows(page, "Fixture");
    await expect.url(page, "/");
  }
});

/** Two tabs of somebody who has signed in: the club, and the account. */
async function twoTabs(page, context) {
  await signedIn(page);
  const other = await context.newPage();
  await visit(other, "/club/account");
  await button(other, "Check").click();
  await expect.texts(log(other), ["Ada is on the page"]);
  return other;
}

test("signed out in one tab, a call in the other leads to where one signs in", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  await button(other, "Check").click();
  await asksToSignIn(other, "/club/account");
  await button(page, "Who am I").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell", "nobody"]);
});

test("signed out in one tab, a link in the other leads to where one signs in", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  await link(other, "Vault").click();
  await asksToSignIn(other, "/club/vault");
});

test("a page that signs out leads where it says, and back leads to no secret", async (the) => {
  const { page } = the;
  await signedIn(page);
  await visit(page, "/club/account");
  await button(page, "Sign out").click();
  await shows(page, "Club");
  await expect.url(page, "/club");
  await hydrated(page);
  await page.goBack();
  await asksToSignIn(page, "/club/account");
});

test("a page that stays after its session has ended is left for its document", async (the) => {
  const { page, context } = the;
  const other = await twoTabs(page, context);
  await button(page, "Sign out").click();
  await expect.texts(log(page), ["Welcome, Ada", "Farewell"]);
  // The page is shown anew, as after a lost connection or from the browser's cache.
  await other.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow")));
  await asksToSignIn(other, "/club/account");
});

test("a page for others is a document that says so", forbidden, async ({ page }) => {
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

const circle = { allow: [/its documents lead back to this page/] };

test("a socket that contradicts the documents leads to no circle", circle, async ({ page }) => {
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
