// The test function of a file: one browser for the process, and a server, a context and a page for
// each test. A test fails if there is any output on the browser's console.
import assert from "node:assert/strict";
import { after, test as nodeTest } from "node:test";
import { close, isFirefox, launch, named } from "./launch.mjs";
import { Proxy } from "./proxy.mjs";
import { Server } from "./server.mjs";

// The default language is that of the machine. Tests of other languages set one.
const defaults = { locale: "en-US" };

/**
 * Returns the test function for an app. A test gets `{ page, context, server, proxy }`. Options:
 *
 * - `allow`: patterns of console lines that the test causes,
 * - `proxied`: `true` for a proxy between browser and server,
 * - `context`: options of the browser context.
 */
export function testsOf(app, kind = "debug") {
  after(close);

  return function test(name, ...rest) {
    const run = rest.pop();
    const [{ allow = [], proxied = false, context: options = {} } = {}] = rest;
    nodeTest(named(name), { timeout: 60_000 }, async () => {
      const server = await Server.start(app, kind);
      // Firefox ignores this option: scripts run unless they cannot be loaded.
      const isBlocked = isFirefox() && options.javaScriptEnabled === false;
      const proxy = proxied || isBlocked ? await Proxy.start(server.url) : undefined;
      if (isBlocked) proxy.block(/^GET \S+\.js /);
      const baseURL = (proxy ?? server).url;
      const browser = await launch();
      const context = await browser.newContext({ baseURL, ...defaults, ...options });
      const said = listen(context);
      try {
        context.setDefaultTimeout(10_000);
        const page = await context.newPage();
        await run({ page, context, server, proxy });
        const unexpected = said.filter((text) => !allow.some((known) => known.test(text)));
        assert.deepEqual(unexpected, [], "unexpected lines on the browser's console");
      } catch (error) {
        const log = server.log.all.filter((line) => !/path="\/.*\.(css|js|wasm)"/.test(line));
        console.error([`${name}: the console`, ...said].join("\n  "));
        console.error([`${name}: the server's log`, ...log].join("\n  "));
        throw error;
      } finally {
        // In Firefox these routes would stop the requests of later contexts.
        await context.unrouteAll();
        await context.close();
        await proxy?.close();
        await server.close();
      }
    });
  };
}

/** The console lines of all pages of the context. A correct app writes none. */
function listen(context) {
  const said = [];
  context.on("console", (message) => {
    said.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => said.push(`uncaught: ${error.error()}`));
  return said;
}
