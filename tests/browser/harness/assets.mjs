// The files of an app's browser build, as they are served and as they are on disk.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { visit } from "./page.mjs";

export const types = {
  css: "text/css",
  js: "text/javascript",
  wasm: "application/wasm",
};

/** The paths of the files that a page refers to. */
export async function named(server, url) {
  const html = await (await fetch(server.url + url)).text();
  const paths = [...html.matchAll(/["'](\/[^"']+\.(?:css|js|wasm))["']/g)].map(([, path]) => path);
  assert.ok(paths.length >= 3, html);
  return [...new Set(paths)];
}

/** The sum of the bytes of a page may grow by this part. */
const TOLERANCE = 0.03;

/**
 * Returns the bytes that the browser loads for a page, by kind of file, with brotli. A file that
 * the server sends uncompressed is counted as a proxy would compress it.
 */
export async function loadOf(page, path) {
  const urls = [];
  page.on("request", (request) => request.url().startsWith("http") && urls.push(request.url()));
  await visit(page, path);
  const load = {};
  for (const url of new Set(urls)) {
    const response = await fetch(url, { headers: { "accept-encoding": "br" } });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isCompressed = response.headers.get("content-encoding") === "br";
    const size = isCompressed
      ? Number(response.headers.get("content-length"))
      : brotliCompressSync(bytes).length;
    const kind = /\.(css|js|wasm)$/.exec(new URL(url).pathname)?.[1] ?? "html";
    load[kind] = (load[kind] ?? 0) + size;
  }
  return load;
}

/** Fails if a page loads more than was recorded, and says which kind of file grew. */
export function checkLoad(load, recorded) {
  const sum = (sizes) => Object.values(sizes).reduce((one, other) => one + other, 0);
  const limit = Math.floor(sum(recorded) * (1 + TOLERANCE));
  const rows = Object.entries(load).map(([kind, size]) => {
    const before = recorded[kind] ?? 0;
    return `${kind.padEnd(5)} ${size} bytes, recorded ${before}, ${size - before} more`;
  });
  const failure =
    `the page loads ${sum(load)} bytes, ${sum(load) - limit} more than the limit of ${limit}:\n` +
    `${rows.join("\n")}\n` +
    "cargo rally build --release prints the bytes of the wasm by crate";
  assert.ok(sum(load) <= limit, failure);
}

/** Returns `true` if a file of the browser build contains a text. */
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
 * Texts of the client, which are in the browser build, and of the server, which must not be; and
 * descriptions of types, which are there only as fingerprints.
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

/** Fails if the browser build of an app contains texts of a handler. */
export async function checkSecrets(app, dist, binary) {
  const native = await readFile(binary);
  for (const text of texts[app].client) assert.ok(await holds(dist, text), `no "${text}"`);
  for (const text of texts[app].server) {
    assert.ok(native.includes(text), `the server does not have "${text}"`);
    assert.equal(await holds(dist, text), false, `the browser has "${text}"`);
  }
  for (const text of texts[app].described) {
    assert.equal(await holds(dist, text), false, `the browser has "${text}"`);
  }
}
