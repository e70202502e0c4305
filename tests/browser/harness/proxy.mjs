// A TCP proxy between browser and server, which can cut, refuse and hold connections, and block
// requests.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Proxy {
  #listener;
  #pairs = new Set();
  #held = false;
  #refusing = false;
  #blocked;

  /** Starts a proxy for a server's URL. */
  static async start(target) {
    const proxy = new Proxy();
    const port = Number(new URL(target).port);
    proxy.#listener = createServer((browser) => proxy.#accept(browser, port));
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#listener.address().port}`;
    return proxy;
  }

  #accept(browser, port) {
    if (this.#refusing) return browser.destroy();
    const server = connect(port, "127.0.0.1");
    const pair = { browser, server };
    this.#pairs.add(pair);
    if (this.#blocked) {
      browser.on("data", (request) => {
        if (this.#blocked.test(request.toString("latin1"))) browser.destroy();
      });
    }
    for (const [from, to] of [[browser, server], [server, browser]]) {
      from.setNoDelay(true);
      from.pipe(to);
      // Connections are cut on purpose here. The other half is closed too.
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#held) this.#hold(pair);
  }

  /** Cuts every connection, and accepts new ones. */
  cut() {
    for (const { browser, server } of this.#pairs) {
      browser.destroy();
      server.destroy();
    }
  }

  /** Cuts every connection, and refuses new ones. */
  refuse() {
    this.#refusing = true;
    this.cut();
  }

  /** Accepts connections again. */
  accept() {
    this.#refusing = false;
  }

  /** Cuts each later connection at a request that begins with this pattern. */
  block(pattern) {
    this.#blocked = pattern;
  }

  /** Holds all data in both directions until `release`. */
  hold() {
    this.#held = true;
    this.#pairs.forEach((pair) => this.#hold(pair));
  }

  #hold({ browser, server }) {
    browser.unpipe(server);
    server.unpipe(browser);
    browser.pause();
    server.pause();
  }

  release() {
    this.#held = false;
    for (const { browser, server } of this.#pairs) {
      browser.pipe(server);
      server.pipe(browser);
    }
  }

  async close() {
    this.refuse();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
