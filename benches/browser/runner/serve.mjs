// Servers of the apps: one for directories of files, and Rally's own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { brotliCompressSync, constants } from "node:zlib";

const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files of a directory, compressed. Returns `{ url, close }`. */
export async function serveFiles(directory) {
  const files = new Map();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    const body = brotliCompressSync(bytes, { params });
    files.set(path.slice(directory.length), { body, type: types[extname(path)] ?? "text/plain" });
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = files.get(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": file.type,
      "content-encoding": "br",
      "content-length": file.body.length,
    });
    response.end(file.body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Starts the server of a Rally app. Returns `{ url, close }`. */
export async function serveApp(binary, dist) {
  const cwd = await mkdtemp(join(tmpdir(), "rally-bench-"));
  const env = { RALLY_ADDRESS: "127.0.0.1:0", RALLY_DIST: dist, COUNTER_DB: "counter.db", NO_COLOR: "1" };
  const child = spawn(binary, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "exit");
  const lines = [];
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      if (lines.length < 20) lines.push(line);
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (found) resolve(found[1]);
    });
    exited.then(() => reject(new Error(`${binary} did not start:\n${lines.join("\n")}`)), reject);
  });
  const close = async () => {
    child.kill();
    await exited;
    await rm(cwd, { recursive: true });
  };
  return { url, close };
}
