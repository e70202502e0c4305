// Templates: compiled once, into steps, one for each of their nodes.

import { number } from "./operations.js";
import { hear } from "./listeners.js";

// Kinds of steps.
export const NODE = 0, TEXT = 1, ANCHORED = 2, LAST = 3;

const templates = new Map();

/** Reads the id of a template, and returns the template. */
export const template = () => templates.get(number() * 2 ** 32 + number());

/** Adds a template. */
export function define(high, low, namespace, markup) {
  const { content } = Object.assign(document.createElement("template"), {
    innerHTML: ["", "<svg>", "<math>"][namespace] + markup,
  });
  if (namespace) content.replaceChildren(...content.firstChild.childNodes);
  // In a document with scripts, the content of `noscript` is text. In a template, browsers differ.
  const texts = markup.matchAll(/<noscript[^>]*>([^]*?)<\/noscript>/g);
  for (const each of content.querySelectorAll("noscript")) each.textContent = texts.next().value[1];
  const slots = [];
  const steps = compile(content, slots);
  const single = steps.length == 1 ? content.firstChild : null;
  templates.set(high * 2 ** 32 + low, { content, single, steps, slots });
}

/** Compiles the children of a node, and removes the marks of their slots. */
function compile(parent, slots) {
  const steps = [...parent.childNodes].map((node) => {
    const mark = node.nodeType == 8 ? node.data : "";
    const step = { kind: NODE, node, own: [], listeners: null, steps: [], isStill: true, isOpaque: false };
    if (node.nodeType == 1) compileElement(step, slots);
    if (!/^[tlc]/.test(mark)) return step;
    slots.push({});
    step.kind = { t: TEXT, l: LAST, c: ANCHORED }[mark[0]];
    step.isStill = false;
    if (step.kind == TEXT) node.replaceWith("");
    else if (step.kind == LAST) node.remove();
    else node.data = mark.slice(1);
    return step;
  });
  // Nothing has to be done after the last step that is not still.
  steps.live = steps.findLastIndex((step) => !step.isStill) + 1;
  return steps;
}

function compileElement(step, slots) {
  const { node } = step;
  const marks = node.getAttribute("$")?.split(" ") ?? [];
  node.removeAttribute("$");
  const isText = marks.at(-1) == "#t" && marks.pop();
  for (const name of marks) {
    const slot = slots.length;
    slots.push({ name });
    step.own.push(name);
    if (name[0] == "@") {
      const [, event, kind, flags] = /^@(.+):(\d+)(\w*)$/.exec(name);
      const [isCapture, isPassive] = [flags.includes("c"), flags.includes("p")];
      (step.listeners ??= []).push({ event, kind: +kind, isCapture, isPassive, slot, sub: 0 });
      hear(event, isPassive);
    }
    // The children are made by the value.
    if (name == "!" || (name == "value" && node.localName == "textarea")) step.isOpaque = true;
  }
  if (isText) node.append(document.createComment("t"));
  step.steps = compile(node, slots);
  step.isStill = !step.own.length && !step.steps.live;
}
