// The files of an app's browser build, as a browser gets them and as they are on disk.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export const types = {
  css: "text/css",
  js: "text/javascript",
  wasm: "application/wasm",
};

/** The paths of the files that a page names. */
export async function named(server, url) {
  const html = await (await fetch(server.url + url)).text();
  const paths = [...html.matchAll(/["'](\/[^"']+\.(?:css|js|wasm))["']/g)].map(([, path]) => path);
  assert.ok(paths.length >= 3, html);
  return [...new Set(paths)];
}

/** Whether any file of the browser build holds a text. */
export async function holds(dist, text) {
  const names = await readdir(dist, { recursive: true });
  const files = names.filter((name) => /\.(css|html|js|wasm)$/.test(name));
  assert.ok(files.some((name) => name.endsWith(".wasm")), `no .wasm in ${dist}`);
  for (const name of files) {
    if ((await readFile(join(dist, name))).includes(text)) return true;
  }
  return false;
}

/**
 * Texts of the client, which the browser has, and of the server, which it must not have; and
 * descriptions of types, of which only the fingerprints are there.
 */
export const texts = {
  counter: {
    client: ["All counters", "Saving ..."],
    server: ["INSERT INTO counter", "SELECT id, value FROM counter"],
    described: ["struct Save{", "Save{id"],
  },
  fixture: {
    client: ["control-string-of-the-client"],
    server: ["secret-string-of-the-server", "the key is under the doormat"],
    described: ["struct Shout{", "Shout{text"],
  },
};

/** Fails when the browser build of an app holds what stands in a server body. */
export async function checkSecrets(app, dist, binary) {
  const native = await readFile(binary);
  for (const text of texts[app].client) assert.ok(await holds(dist, text), `no "${text}"`);
  for (const text of texts[app].server) {
    assert.ok(native.includes(text), `the server has "${text}"`);
    assert.equal(await holds(dist, text), false, `the browser has "${text}"`);
  }
  for (const text of texts[app].described) {
    assert.equal(await holds(dist, text), false, `the browser has "${text}"`);
  }
}
