// The server of an app, with its own process, port and directory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./builds.mjs";
import { Lines } from "./lines.mjs";

export class Server {
  #files;
  #directory;
  #process;
  #said;
  #port = 0;

  /** Starts an app, and returns once it listens. */
  static async start(app, kind = "debug") {
    const server = new Server();
    server.#files = build(app, kind);
    server.#directory = await mkdtemp(join(tmpdir(), `rally-${app}-`));
    await server.start();
    return server;
  }

  /** Starts the process, on the same port and in the same directory as before. */
  async start() {
    const child = spawn(this.#files.binary, {
      cwd: this.#directory,
      env: {
        RALLY_ADDRESS: `127.0.0.1:${this.#port}`,
        RALLY_DIST: this.#files.dist,
        COUNTER_DB: "counter.db",
        NO_COLOR: "1",
      },
    });
    this.#process = { child, exited: once(child, "exit") };
    this.#said = new Lines(child.stdout);
    this.log = new Lines(child.stderr);
    const listening = this.log.take(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
    const ended = this.#process.exited.then(() => {
      throw new Error(`the server did not start:\n${this.log.all.join("\n")}`);
    });
    const [, port] = await Promise.race([listening, ended]);
    this.#port = Number(port);
  }

  /**
   * Stops the app, and starts another one on the same port. `dist` is the app
   * whose files are served to browsers.
   */
  async deploy(app, dist = app) {
    await this.stop();
    this.#files = { binary: build(app, "debug").binary, dist: build(dist, "debug").dist };
    await this.start();
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get dist() {
    return this.#files.dist;
  }

  /** The working directory, which is removed at the end. */
  get directory() {
    return this.#directory;
  }

  /** Stops the process, and returns its exit code and signal. */
  async stop(signal = "SIGTERM") {
    const { child, exited } = this.#process;
    child.kill(signal);
    return exited;
  }

  /** Sends SIGTERM. Returns a promise of the exit code and signal. */
  terminate() {
    this.#process.child.kill("SIGTERM");
    return this.#process.exited;
  }

  /** The lines on standard output since the start. */
  get output() {
    return this.#said.all;
  }

  /** Returns once a handler of the fixture waits at this gate. */
  reached(gate) {
    return this.#said.take(new RegExp(`^reached ${gate}$`));
  }

  /** Returns once the fixture has written this line. */
  said(line) {
    return this.#said.take(new RegExp(`^${line}$`));
  }

  /** Opens this gate of the fixture for one handler. */
  open(gate) {
    this.#process.child.stdin.write(`open ${gate}\n`);
  }

  /** Kills the process, and removes its directory. */
  async close() {
    if (this.#process.child.exitCode === null && this.#process.child.signalCode === null) {
      await this.stop("SIGKILL");
    }
    await rm(this.#directory, { recursive: true });
  }
}
