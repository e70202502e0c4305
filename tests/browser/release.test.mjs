// The release builds: small, precompressed, and with the behaviour of the debug builds.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test as nodeTest } from "node:test";
import { checkSecrets, named, types } from "./harness/assets.mjs";
import { testsOf } from "./harness/browser.mjs";
import { build, hasRelease, howToRelease } from "./harness/builds.mjs";
import { expect } from "./harness/expect.mjs";
import { shows, sockets, visit } from "./harness/page.mjs";

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
    const opened = sockets(page);
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
