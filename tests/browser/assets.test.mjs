// The files of the browser build: caching, and texts that must not be in them.
import assert from "node:assert/strict";
import { test as nodeTest } from "node:test";
import { checkSecrets, named, types } from "./harness/assets.mjs";
import { testsOf } from "./harness/browser.mjs";
import { build } from "./harness/builds.mjs";

const test = testsOf("fixture");

// wasm-bindgen names the directories of snippets after a crate's version alone.
const cached = (path) =>
  path.startsWith("/snippets/") ? "no-cache" : "public, max-age=31536000, immutable";

test("files with a hash in their name are immutable, and no others", async ({ server }) => {
  for (const path of await named(server, "/")) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 200, path);
    const type = response.headers.get("content-type");
    assert.ok(type.startsWith(types[path.split(".").pop()]), `${path}: ${type}`);
    assert.equal(response.headers.get("cache-control"), cached(path), path);
  }
});

test("other files are revalidated", async ({ server }) => {
  const response = await fetch(`${server.url}/note.txt`);
  assert.equal(response.headers.get("cache-control"), "no-cache");
});

test("an unknown file is not found", async ({ server }) => {
  for (const path of ["/gone-0123456789abcdef.js", "/..%2fCargo.toml", "/.trunk-lock", "/index.html"]) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 404, path);
  }
});

for (const app of ["counter", "fixture"]) {
  nodeTest(`what stands in a server body of ${app} is not in its browser build`, async () => {
    const { binary, dist } = build(app, "debug");
    await checkSecrets(app, dist, binary);
  });
}
