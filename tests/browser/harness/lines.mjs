// Lines of a stream that a test waits for, to know the state of the server.
import { createInterface } from "node:readline";

const TIMEOUT = 15_000;

export class Lines {
  all = [];
  #fresh = [];
  #waiting = [];

  constructor(stream) {
    createInterface({ input: stream }).on("line", (line) => {
      this.all.push(line);
      const index = this.#waiting.findIndex((waiting) => waiting.pattern.test(line));
      if (index < 0) return this.#fresh.push(line);
      const [waiting] = this.#waiting.splice(index, 1);
      clearTimeout(waiting.timer);
      waiting.resolve(line.match(waiting.pattern));
    });
  }

  /** Waits for the next line that matches. Each line is returned once. */
  take(pattern) {
    const index = this.#fresh.findIndex((line) => pattern.test(line));
    if (index >= 0) return Promise.resolve(this.#fresh.splice(index, 1)[0].match(pattern));
    return new Promise((resolve, reject) => {
      const late = new Error(`no line ${pattern} within ${TIMEOUT} ms`);
      const timer = setTimeout(() => reject(late), TIMEOUT);
      this.#waiting.push({ pattern, resolve, timer });
    });
  }
}
