// Operations for view.js, written by hand. A view is `[markup, ...slots]`. A slot is a text, an
// attribute `{ value }`, a listener `null`, a list of views, an outlet `{ outlet }`, or
// `{ spread }`: a list of `[name, value]` and `[name, kind, flags]`.
import { readFile } from "node:fs/promises";

const source = new URL("../../../rally-client/src/web/view.js", import.meta.url);

/** Opens a document with view.js. Events are recorded in `calls`. */
export async function open(page, html = "") {
  await page.setContent(`<!doctype html><div id="app">${html}</div>`);
  const script = `${await readFile(source, "utf8")}
    window.calls = [];
    window.reactions = {};
    start(document.getElementById("app"), (path, data, files) => {
      calls.push([path.join(), [...data], files.length]);
      return reactions[path.join()] ?? 0;
    });
    window.perform = ({ templates, code, text }) => {
      for (const template of templates) define(...template);
      run(Uint32Array.from(code), text);
    };`;
  await page.addScriptTag({ type: "module", content: script });
  return new Operations(page);
}

class Operations {
  code = [];
  text = "";
  templates = [];
  #ids = new Map();

  constructor(page) {
    this.page = page;
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
      // An id of more than 32 bits.
      this.#ids.set(markup, [7, 0xfffffff0 + this.#ids.size]);
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
      perform(operations);
      return document.getElementById("app").innerHTML;
    }, { code, text, templates });
  }
}

/** Returns the calls since the last time: `[path, data, number of files]`. */
export async function calls(page) {
  const calls = await page.evaluate(() => calls.splice(0));
  return calls.map(([path, bytes, files]) => [path, decode(Buffer.from(bytes)), files]);
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
