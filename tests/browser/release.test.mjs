// The release builds: small, precompressed, and with the behaviour of the debug builds.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test as nodeTest } from "node:test";
import { checkLoad, checkSecrets, loadOf, named, types } from "./harness/assets.mjs";
import { testsOf } from "./harness/browser.mjs";
import { build, hasRelease, howToRelease } from "./harness/builds.mjs";
import { expect } from "./harness/expect.mjs";
import { isMarked, mark, shows, sockets, visit } from "./harness/page.mjs";

/**
 * The bytes that a browser loads to show a counter, compressed with brotli. Lower them after a
 * saving. The sum may grow by 3 %.
 */
const LOAD = { html: 507, css: 186, js: 13_810, wasm: 60_431 };

if (!hasRelease) console.log(howToRelease);
else define();

function define() {
  const counter = testsOf("counter", "release");
  const fixture = testsOf("fixture", "release");

  counter("a counter is changed, saved, and kept over a reload", async ({ page }) => {
    await visit(page, "/counters/1");
    await page.getByRole("button", { name: "+1" }).click();
    await expect.text(page.locator("output"), "1");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.text(page.locator("main [role=status]"), "Saved 1.");
    await page.reload();
    await expect.text(page.locator("output"), "1");
    await page.getByRole("link", { name: "All counters" }).click();
    await expect.texts(page.locator("li"), ["Counter 1: 1"]);
  });

  fixture("a handler that panics fails one call, and the socket stays open", async ({ page, server }) => {
    const opened = await sockets(page);
    await visit(page, "/calls");
    await page.getByRole("button", { name: "Panic" }).click();
    await expect.text(page.locator("ol li"), /^Something went wrong on the server \(reference .+\)\.$/);
    await server.log.take(/the key is under the doormat/);
    await page.getByRole("button", { name: "Shout" }).click();
    await expect.text(page.locator("ol li").last(), "HELLO");
    assert.equal(opened.length, 1);
  });

  fixture("a loader that panics is an error page", { allow: [/500/] }, async ({ page }) => {
    const response = await visit(page, "/ends/panic");
    assert.equal(response.status(), 500);
    await shows(page, "Fixture: 500");
  });

  const failures = { allow: [/panicked at/, /uncaught: RuntimeError: unreachable/] };

  fixture("a panic is a notice without its message, and links are the browser's", failures, async ({ page }) => {
    await visit(page, "/faults");
    await page.getByRole("button", { name: "Index" }).click();
    const notice = page.locator(".rally-banner--ended[role=alert]");
    await expect.text(notice, "Something went wrong.Reload");
    await mark(page);
    await page.getByRole("link", { name: "Home" }).click();
    await shows(page, "Fixture");
    assert.equal(await isMarked(page), false);
    await visit(page, "/faults");
    await page.getByRole("button", { name: "Panic" }).click();
    await mark(page);
    await notice.getByRole("button", { name: "Reload" }).click();
    await expect.count(notice, 0);
    assert.equal(await isMarked(page), false);
  });

  fixture("a page whose view fails after a navigation is loaded", failures, async ({ page }) => {
    await visit(page, "/faults");
    await mark(page);
    await page.getByRole("link", { name: "Faulty view" }).click();
    await shows(page, "Faulty view");
    await expect.url(page, "/faults/view");
    assert.equal(await isMarked(page), false);
    // The view fails in the loaded document too, which is not loaded again.
    await expect.text(page.locator(".rally-banner--ended"), "Something went wrong.Reload");
  });

  counter("a counter's page is small", async ({ page }) => {
    checkLoad(await loadOf(page, "/counters/1"), LOAD);
  });

  for (const app of ["counter", "fixture"]) {
    nodeTest(`${app} has one script, without comments`, async () => {
      const { dist } = build(app, "release");
      const scripts = (await readdir(dist, { recursive: true })).filter((name) => /\.m?js$/.test(name));
      assert.equal(scripts.length, 1, scripts.join(", "));
      const script = await readFile(join(dist, scripts[0]), "utf8");
      assert.doesNotMatch(script, /\/\/ |\/\*|__wbg_/);
      const html = await readFile(join(dist, "index.html"), "utf8");
      assert.ok(html.includes(`<script type="module" src="/${scripts[0]}"></script>`), html);
      assert.doesNotMatch(html, /modulepreload|snippets/);
    });
  }

  for (const encoding of ["br", "gzip"]) {
    fixture(`files are served compressed with ${encoding}`, async ({ server }) => {
      const paths = (await named(server, "/")).filter((path) => /\/fixture-/.test(path));
      assert.equal(paths.length, 2, "expected the script and the wasm file");
      for (const path of paths) {
        const response = await fetch(server.url + path, { headers: { "accept-encoding": encoding } });
        const { headers } = response;
        assert.equal(headers.get("content-encoding"), encoding, path);
        assert.ok(headers.get("content-type").startsWith(types[path.split(".").pop()]), path);
        assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
        assert.match(headers.get("vary") ?? "", /accept-encoding/i);
        const bytes = Buffer.from(await response.arrayBuffer());
        assert.ok(bytes.equals(await readFile(join(server.dist, path))), path);
      }
    });
  }

  fixture("a browser without compression gets uncompressed files", async ({ server }) => {
    for (const path of await named(server, "/")) {
      const response = await fetch(server.url + path, { headers: { "accept-encoding": "identity" } });
      assert.equal(response.headers.get("content-encoding"), null, path);
    }
  });

  fixture("the document is revalidated", async ({ server }) => {
    const response = await fetch(`${server.url}/calls`);
    assert.equal(response.headers.get("cache-control"), "private, no-cache");
  });

  for (const app of ["counter", "fixture"]) {
    nodeTest(`texts of handlers of ${app} are not in its browser build`, async () => {
      const { binary, dist } = build(app, "release");
      await checkSecrets(app, dist, binary);
    });
  }
}
