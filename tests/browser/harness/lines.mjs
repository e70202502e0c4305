// Lines of a stream, to be waited for: what tells a test that the server got somewhere.
import { createInterface } from "node:readline";

const PATIENCE = 15_000;

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

  /** The next line like this. Each line is found once. */
  take(pattern) {
    const index = this.#fresh.findIndex((line) => pattern.test(line));
    if (index >= 0) return Promise.resolve(this.#fresh.splice(index, 1)[0].match(pattern));
    return new Promise((resolve, reject) => {
      const late = new Error(`no line ${pattern} within ${PATIENCE} ms`);
      const timer = setTimeout(() => reject(late), PATIENCE);
      this.#waiting.push({ pattern, resolve, timer });
    });
  }
}
