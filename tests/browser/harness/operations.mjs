// Operations for view.js, written by hand. A view is `[markup, ...slots]`. A slot is a text, an
// attribute `{ value }`, a listener `null`, a list of views, an outlet `{ outlet }`, or
// `{ spread }`: a list of `[name, value]` and `[name, kind, flags]`.
import { readFile } from "node:fs/promises";

const sources = new URL("../../../rally-client/src/web/", import.meta.url);
const ORIGIN = "http://view.test/";

/** Opens a document with view.js. Events are recorded in `calls`. */
export async function open(page, html = "") {
  return (await openMany(page)).open(html);
}

/** Returns `{ open(html) }`, which shows documents one after the other, without loading a page. */
export async function openMany(page) {
  await page.route(`${ORIGIN}**`, async (route) => {
    const path = route.request().url().slice(ORIGIN.length);
    const body = path ? await readFile(new URL(path, sources)) : "<!doctype html><div id=app></div>";
    await route.fulfill({ contentType: path ? "text/javascript" : "text/html", body });
  });
  await page.goto(ORIGIN);
  await page.evaluate(prepare);
  const ids = new Map();
  return {
    async open(html) {
      await page.evaluate((html) => show(html), html);
      return new Operations(page, ids);
    },
  };
}

/** Runs in the page. */
async function prepare() {
  const view = await import("/view.js");
  const { define } = await import("/view/templates.js");
  const { enable } = await import("/view/reports.js");
  const app = document.getElementById("app");
  enable();
  Object.assign(window, { calls: [], reactions: {} });
  const receive = (path, data, files) => {
    calls.push([path.join(), [...data], files.length]);
    // The app renders later, even if nothing has changed.
    queueMicrotask(() => view.run(new Uint32Array(), ""));
    return reactions[path.join()] ?? 0;
  };
  let isStarted;
  window.show = (html) => {
    app.innerHTML = html;
    isStarted = false;
  };
  window.reportEarlyInput = view.reportEarlyInput;
  window.perform = ({ templates, code, text }) => {
    // Changes by a test before the first operations come before the start of the app.
    if (!isStarted) view.start(app, receive);
    isStarted = true;
    for (const template of templates) define(...template);
    return view.run(Uint32Array.from(code), text);
  };
}

class Operations {
  code = [];
  text = "";
  templates = [];
  #ids;

  constructor(page, ids) {
    this.page = page;
    this.#ids = ids;
  }

  /** Adds an operation. Texts are counted, and values are `{ value }`. */
  add(...operands) {
    for (const operand of operands) {
      if (typeof operand === "number") this.code.push(operand);
      else if (typeof operand === "string") this.#string(operand, 0);
      else this.#value(operand.value);
    }
    return this;
  }

  tree = (id) => this.add(0, id);
  in = (slot, index) => this.add(1, slot, index);
  out = () => this.add(2);
  setText = (slot, text) => this.add(3, slot, text);
  set = (slot, value) => this.add(4, slot, { value });

  spread(slot, parts) {
    this.add(5, slot);
    this.#parts(parts);
    return this;
  }

  #parts(parts) {
    this.add(parts.length);
    for (const [name, second, flags] of parts) {
      if (flags === undefined) this.add(0, name, { value: second });
      else this.add(1, name, second, flags);
    }
  }

  /** Changes a list: each run is `["stay" | "move", from, count]` or a list of new views. */
  list(slot, ...runs) {
    this.add(6, slot, runs.length);
    const isNew = (run) => Array.isArray(run[0]);
    for (const run of runs) {
      if (isNew(run)) this.add(2, 0, run.length);
      else this.add(["stay", "move"].indexOf(run[0]), run[1], run[2]);
    }
    runs.filter(isNew).flat().forEach((view) => this.view(view));
    return this;
  }

  adopt(...views) {
    this.add(7, views.length);
    views.forEach((view) => this.view(view));
    return this;
  }

  view([markup, ...slots]) {
    const [, namespace, content] = /^(svg:|)([^]*)$/.exec(markup);
    if (!this.#ids.has(markup)) {
      // Ids of more than 32 bits.
      const id = 0x7fffffff8 + this.#ids.size;
      this.#ids.set(markup, [Math.floor(id / 2 ** 32), id % 2 ** 32]);
      this.templates.push([...this.#ids.get(markup), namespace ? 1 : 0, content]);
    }
    this.add(...this.#ids.get(markup));
    slots.forEach((slot) => this.#slot(slot));
  }

  #slot(slot) {
    if (slot === null) return;
    if (typeof slot === "string" || "value" in slot) this.add(slot);
    else if ("outlet" in slot) this.add(0xffffffff, slot.outlet);
    else if (Array.isArray(slot)) {
      this.add(slot.length);
      slot.forEach((view) => this.view(view));
    } else {
      this.#parts(slot.spread);
    }
  }

  #string(text, offset) {
    this.code.push(text.length + offset);
    this.text += text;
  }

  #value(value) {
    if (value === null) this.code.push(0);
    else this.#string(value, 1);
  }

  /** Performs the operations, and returns the HTML of the app. */
  async perform() {
    const { code, text, templates } = this;
    [this.code, this.text, this.templates] = [[], "", []];
    return this.page.evaluate((operations) => {
      if (!perform(operations)) throw new Error("the document is damaged");
      return document.getElementById("app").innerHTML;
    }, { code, text, templates });
  }
}

/** Returns the calls since the last time: `[path, data, number of files]`. */
export async function calls(page) {
  // The bytes are sent as letters: Firefox sends a list of 300,000 numbers for half a minute.
  const taken = await page.evaluate(() => {
    const letters = (data) => data.map((byte) => String.fromCharCode(byte)).join("");
    return calls.splice(0).map(([path, data, files]) => [path, letters(data), files]);
  });
  return taken.map(([path, data, files]) => [path, decode(Buffer.from(data, "latin1")), files]);
}

/** Decodes MessagePack. */
function decode(bytes) {
  let at = 0;
  const take = (length) => bytes.subarray(at, (at += length));
  const list = (length) => Array.from({ length }, value);
  function value() {
    const tag = bytes[at++];
    if (tag < 0x80) return tag;
    if (tag < 0xa0) return list(tag & 15);
    if (tag < 0xc0) return take(tag & 31).toString();
    if (tag === 0xc0) return null;
    if (tag < 0xc4) return tag === 0xc3;
    if (tag === 0xcb) return take(8).readDoubleBE();
    if (tag === 0xd3) return Number(take(8).readBigInt64BE());
    if (tag === 0xdb) return take(take(4).readUInt32BE()).toString();
    if (tag === 0xdd) return list(take(4).readUInt32BE());
    throw new Error(`unknown tag ${tag}`);
  }
  const decoded = value();
  if (at !== bytes.length) throw new Error("bytes after the value");
  return decoded;
}
