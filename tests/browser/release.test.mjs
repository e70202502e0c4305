// The release builds: small, precompressed, and like the debug builds in what they do.
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

  counter("a counter is turned, saved, and still there after a reload", async ({ page }) => {
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

  fixture("a handler that panics costs one answer, not the socket", async ({ page, server }) => {
    const opened = sockets(page);
    await visit(page, "/calls");
    await page.getByRole("button", { name: "Panic" }).click();
    await expect.text(page.locator("ol li"), /^Something went wrong on the server \(reference .+\)\.$/);
    await server.log.take(/the key is under the doormat/);
    await page.getByRole("button", { name: "Shout" }).click();
    await expect.text(page.locator("ol li").last(), "HELLO");
    assert.equal(opened.length, 1);
  });

  fixture("a loader that panics is a document", { allow: [/500/] }, async ({ page }) => {
    const response = await visit(page, "/ends/panic");
    assert.equal(response.status(), 500);
    await shows(page, "Fixture: 500");
  });

  for (const encoding of ["br", "gzip"]) {
    fixture(`files are served compressed with ${encoding}`, async ({ server }) => {
      const paths = (await named(server, "/")).filter((path) => /\/fixture-/.test(path));
      assert.equal(paths.length, 2, "script and wasm");
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

  fixture("a browser without compression is served too", async ({ server }) => {
    for (const path of await named(server, "/")) {
      const response = await fetch(server.url + path, { headers: { "accept-encoding": "identity" } });
      assert.equal(response.headers.get("content-encoding"), null, path);
    }
  });

  fixture("the document is asked for again", async ({ server }) => {
    const response = await fetch(`${server.url}/calls`);
    assert.equal(response.headers.get("cache-control"), "private, no-cache");
  });

  for (const app of ["counter", "fixture"]) {
    nodeTest(`what stands in a server body of ${app} is not in its browser build`, async () => {
      const { binary, dist } = build(app, "release");
      await checkSecrets(app, dist, binary);
    });
  }
}
