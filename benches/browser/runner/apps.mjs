// The apps: where they are built, and their servers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { serveApp, serveFiles } from "./serve.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR || "target");
const out = join(target, "bench-browser");

export async function build() {
  const script = fileURLToPath(new URL("../build.sh", import.meta.url));
  const [code] = await once(spawn(script, [target], { stdio: "inherit" }), "exit");
  if (code !== 0) throw new Error("the apps could not be built");
}

const files = (name) => () => serveFiles(join(out, name));
const rally = (base, name) => () =>
  serveApp(join(base, "release", name), join(base, "rally/release", name));
const rows = rally(join(out, "cargo-rally"), "rows");

/** Servers and paths of the table, of 1,000 rows to hydrate, and of the counter. */
const apps = {
  vanilla: { url: [files("vanilla"), "/"] },
  leptos: {
    url: [files("leptos-rows"), "/"],
    hydration: [files("leptos-hydrate"), "/"],
    counter: [files("leptos-hydrate_counter"), "/"],
  },
  dioxus: { url: [files("dioxus-rows"), "/"], counter: [files("dioxus-counter"), "/"] },
  rally: {
    url: [rows, "/"],
    hydration: [rows, "/full"],
    counter: [rally(target, "counter"), "/counters/1"],
  },
  "rally-memo": { url: [rows, "/memo"] },
  "leptos-csr": { counter: [files("leptos-counter"), "/"] },
};

export const names = Object.keys(apps);

/**
 * Starts the servers of apps. Returns a list of `{ name, url, hydration, counter }`, with the URLs
 * that an app has, and a function that stops the servers.
 */
export async function serve(chosen) {
  const started = new Map();
  const start = (server) => {
    if (!started.has(server)) started.set(server, server());
    return started.get(server);
  };
  const close = async () => {
    const servers = await Promise.allSettled(started.values());
    await Promise.all(servers.map(({ value }) => value?.close()));
  };
  try {
    const served = [];
    for (const name of chosen) {
      const app = { name };
      for (const [kind, [server, path]] of Object.entries(apps[name])) {
        app[kind] = (await start(server)).url + path;
      }
      served.push(app);
    }
    return { apps: served, close };
  } catch (error) {
    await close();
    throw error;
  }
}
