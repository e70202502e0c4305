// Alignment: makes the nodes of the document fit the nodes that a view expects.
//
// A person, an extension or a proxy may have added, removed, wrapped, moved or changed nodes. Each
// expected node gets the most similar one that is there. The others are removed, and those that
// are missing are made.
//
// An expected node is `{ name, text, attributes, model }`: its text content, its attributes as
// pairs, and a node to clone. `ANY` stands for the nodes of another tree.

import { isLive } from "./fields.js";
import { OUTLET, put } from "./nodes.js";
import { number, string, value } from "./operations.js";
import { ANCHORED, NODE, TEXT, template } from "./templates.js";

const ANY = {};
/** Above this number of pairs, only nodes at both ends are compared. */
const MAX_PAIRS = 250_000;
/** Just below the similarity of elements with equal attributes, which nodes elsewhere need. */
const MIN_SIMILARITY = 0.24;

/** Reads the next view of the code, and adds the nodes that it expects. */
export const expectView = (to) => expect(template().steps, to);

/** Reads the values of steps, and adds the nodes that they expect. */
export function expect(steps, to) {
  for (const step of steps) {
    if (step.kind == TEXT) {
      const text = string(number());
      // An empty text is made when it is adopted.
      if (text) to.push({ name: "#text", text });
    } else if (step.kind == NODE) to.push(expectNode(step));
    else {
      let count = number();
      if (count == OUTLET) to.push(ANY) && number();
      else while (count--) expectView(to);
      if (step.kind == ANCHORED) to.push({ name: "#comment", text: step.node.data, model: step.node });
    }
  }
}

function expectNode(step) {
  const { node: model, own, steps, isStill, isOpaque } = step;
  const attributes = [...(model.attributes ?? [])].map(({ name, value }) => [name, value]);
  let text = isStill ? model.textContent : "";
  for (const name of own) {
    if (name == "..") expectSpread(attributes);
    else if (isOpaque && /^(!|value)$/.test(name)) text = value() ?? "";
    else if (name[0] != "@") attributes.push([name, value()]);
  }
  const children = [];
  if (!isStill && !isOpaque) expect(steps, children);
  for (const child of children) if (child != ANY && child.name != "#comment") text += child.text;
  return { name: model.nodeName, text, attributes, model };
}

function expectSpread(attributes) {
  for (let count = number(); count--; ) {
    const isListener = number();
    const name = string(number());
    if (isListener) number(), number();
    else attributes.push([name, value()]);
  }
}

/**
 * Makes the nodes `actual`, which stand between `before` and `end`, the expected ones. Adds nodes
 * to `made` and to `removed`. Calls `misfits` before a change.
 */
export function align(parent, before, end, actual, expected, { made, removed, misfits }) {
  const { found, kept } = match(expected, actual);
  const isRight = (each, index) => each == ANY || (found[index] && isSame(each, found[index]));
  if (!actual.every((node) => kept.has(node)) || !expected.every(isRight)) misfits();
  findElsewhere(expected, actual, found, kept);
  for (const node of actual) {
    if (kept.has(node)) continue;
    removed.push(node);
    node.remove();
  }
  let next = before ? before.nextSibling : parent.firstChild;
  expected.forEach((each, index) => {
    if (each == ANY) {
      while (next != end && !found.includes(next)) next = next.nextSibling;
      return;
    }
    const node = found[index] ?? make(each, made);
    if (!isSame(each, node)) node.data = each.text;
    if (node.attributes && similarity(each, node) < 1) removeOthers(node, each.attributes);
    if (node == next) next = next.nextSibling;
    else put(parent, node, next);
  });
}

/** Returns `false` if a text differs. */
const isSame = ({ name, text }, node) => name != "#text" || node.data == text;

/** Removes the attributes of a node that was another element. Defaults of fields have no effect. */
function removeOthers(node, attributes) {
  for (const { name } of [...node.attributes]) {
    if (!isLive(node, name) && !attributes.some(([own]) => own == name)) node.removeAttribute(name);
  }
}

/** Finds missing nodes among those that nobody expects, and inside of them. */
function findElsewhere(expected, actual, found, kept) {
  const missing = expected.flatMap((each, index) => (each == ANY || found[index] ? [] : index));
  const rest = actual.filter((node) => !kept.has(node)).flatMap((node) => [node, ...descendants(node)]);
  if (missing.length * rest.length > MAX_PAIRS) return;
  for (const index of missing) {
    const node = rest.find((node) => !kept.has(node) && similarity(expected[index], node) > MIN_SIMILARITY);
    if (!node) continue;
    found[index] = node;
    kept.add(node);
  }
}

const descendants = (node) => [...node.childNodes].flatMap((child) => [child, ...descendants(child)]);

function make({ name, text, model }, made) {
  if (name == "#text") return document.createTextNode(text);
  const node = model.cloneNode(true);
  made.add(node);
  return node;
}

/** Returns the actual node of each expected one, and all nodes that are kept. */
function match(expected, actual) {
  const found = Array(expected.length);
  const kept = new Set();
  const keep = (index, node) => {
    found[index] = node;
    kept.add(node);
  };
  // Equal nodes at both ends.
  let [start, end, last] = [0, expected.length, actual.length];
  const isEqual = (index, at) => expected[index] != ANY && similarity(expected[index], actual[at]) == 1;
  for (; start < end && start < last && isEqual(start, start); start++) keep(start, actual[start]);
  for (; end > start && last > start && isEqual(end - 1, last - 1); ) keep(--end, actual[--last]);

  const [rows, columns] = [end - start, last - start];
  if (rows * columns > MAX_PAIRS) return { found, kept };
  // `best[row][column]` is the sum of the similarities of the best match of what follows.
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  const pairs = Array.from({ length: rows }, () => new Float64Array(columns));
  // Prefers to leave a node to the other tree.
  const STAY = 0.001;
  for (let row = rows; row--; ) {
    for (let column = columns; column--; ) {
      const each = expected[start + row];
      const pair = (pairs[row][column] = each == ANY ? 0 : similarity(each, actual[start + column]));
      best[row][column] = Math.max(
        best[row + 1][column],
        best[row][column + 1] + (each == ANY ? STAY : 0),
        pair && pair + best[row + 1][column + 1],
      );
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    const [each, node, sum] = [expected[start + row], actual[start + column], best[row][column]];
    if (each == ANY && sum == best[row][column + 1] + STAY) kept.add(node), column++;
    else if (pairs[row][column] && sum == pairs[row][column] + best[row + 1][column + 1]) {
      keep(start + row++, node);
      column++;
    } else if (sum == best[row + 1][column]) row++;
    else column++;
  }
  return { found, kept };
}

/**
 * Returns a number up to 1: 0 if the node cannot become the expected one, and 1 if it is equal. Two
 * similar nodes count less than an equal one.
 */
function similarity({ name, text, attributes }, node) {
  if (node.nodeName != name) return 0;
  if (name == "#comment") return node.data == text ? 1 : 0;
  if (name == "#text") return node.data == text ? 1 : node.data ? 0.1 : 0;
  const equal = attributes.filter(([name, value]) => node.getAttribute(name) == value).length;
  const share = attributes.length ? equal / attributes.length : 1;
  const isText = node.textContent == text;
  return isText && share == 1 ? 1 : 0.1 + share * 0.15 + (isText ? 0.2 : 0);
}
