// The paths of the built apps. `cargo rally test` sets them by environment variables; without it
// the debug builds of the checkout are used.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const inCheckout = {
  counter: "examples/counter/dist",
  fixture: "tests/fixture/dist",
  "fixture-next": "tests/next/dist",
  site: "tests/site/dist",
};
const { env } = process;
const target = resolve(root, env.CARGO_TARGET_DIR || "target");

export const howToRelease =
  "release builds are tested with RALLY_TEST_RELEASE_BIN=directory of the binaries and " +
  "RALLY_TEST_RELEASE_DIST=directory of a dist for each app; cargo rally test sets both";

/** `true` if this run has release builds. */
export const hasRelease = Boolean(env.RALLY_TEST_RELEASE_BIN || env.RALLY_TEST_RELEASE_DIST);

/** The server binary and the browser's files of an app; `kind` is "debug" or "release". */
export function build(app, kind) {
  const found = kind === "release" ? released(app) : debug(app);
  for (const file of [found.binary, join(found.dist, "index.html")]) {
    if (!existsSync(file)) {
      throw new Error(`the ${kind} build of ${app} does not exist: ${file}. Run cargo rally test`);
    }
  }
  return found;
}

function debug(app) {
  const { RALLY_TEST_DEBUG_BIN: bin, RALLY_TEST_DEBUG_DIST: dist } = env;
  return {
    binary: join(bin ?? join(target, "debug"), app),
    dist: dist ? join(dist, app) : join(root, inCheckout[app]),
  };
}

function released(app) {
  const { RALLY_TEST_RELEASE_BIN: bin, RALLY_TEST_RELEASE_DIST: dist } = env;
  if (!bin || !dist) throw new Error(howToRelease);
  return { binary: join(bin, app), dist: join(dist, app) };
}
