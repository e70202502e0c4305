// Hydration: the nodes of the document become those of the views.
//
// Usually all nodes fit. If one does not, the whole tree is adopted again, and before the children
// of an element are adopted, `alignment.js` makes them fit. Nodes that fit are kept.

import { align, expect, expectView } from "./alignment.js";
import { attach } from "./listeners.js";
import { carryOver, fieldsIn, isLive, set, showUnchanged } from "./fields.js";
import { OUTLET, fillNode, isComment, list, mount, parentOf, removeNodes, spread, tree } from "./nodes.js";
import { number, position, seek, string, value } from "./operations.js";
import { ANCHORED, LAST, TEXT, template } from "./templates.js";

/** Thrown if the nodes do not fit the view. */
const MISFIT = Symbol();

/** In development: reports the nodes that do not fit. */
export let reports = null;
export const setReports = (to) => (reports = to);

/** `true` if the nodes of the tree do not all fit. */
let isRepairing = false;
/** The nodes that this hydration has made and removed. */
let made = new Set();
let removed = [];
/** The properties of adopted fields: `{ node, name, before }`. */
let fields = [];
/** The element that had the focus. */
let active = null;

/** Adopts the nodes of a tree. */
export function adoptTree(list, count) {
  const parent = parentOf(list);
  active ??= document.activeElement;
  const adoptViews = (node) => {
    list.items = [];
    for (let n = count; n--; ) node = adoptView(list, parent, node);
    return node;
  };
  const expectViews = (to) => {
    for (let n = count; n--; ) expectView(to);
  };
  const start = position();
  const adopt = () => adoptChildren(parent, list.before, list.anchor, adoptViews, expectViews);
  const fits = () => {
    seek(start);
    try {
      adopt();
      return true;
    } catch (error) {
      if (error != MISFIT) throw error;
    }
  };
  const known = fields.length;
  if (fits()) return;
  // Some of these nodes are perhaps not those of the views.
  for (const { node, name, before } of fields.splice(known).reverse()) node[name] = before;
  isRepairing = true;
  const isRepaired = fits();
  isRepairing = false;
  if (isRepaired) return;
  seek(start);
  renew(list, count, parent);
}

/** Makes all nodes of a tree anew. */
function renew(list, count, parent) {
  const first = list.before ? list.before.nextSibling : parent.firstChild;
  removed.push(...between(first, list.anchor));
  removeNodes(first, list.anchor);
  list.items = [];
  while (count--) list.items.push(mount(list, parent, list.anchor));
  made.add(parent);
}

/** Returns the nodes from a node up to another one. */
function between(node, end) {
  const nodes = [];
  for (; node && node != end; node = node.nextSibling) nodes.push(node);
  return nodes;
}

/**
 * Adopts the nodes between two nodes. `adopt(node)` adopts from a node on and returns the node
 * after the last one. `expect(to)` reads the same operations.
 */
function adoptChildren(parent, before, end, adopt, expect) {
  const first = () => (before ? before.nextSibling : parent.firstChild);
  if (isRepairing) {
    const start = position();
    const expected = [];
    expect(expected);
    seek(start);
    const isNothing = (node) => isComment(node, ",") || (node.nodeType == 3 && !node.data);
    for (const node of between(first(), end)) if (isNothing(node)) node.remove();
    const actual = between(first(), end);
    const misfits = () => reports?.children(parent, expected, actual);
    align(parent, before, end, actual, expected, { made, removed, misfits });
  }
  if (adopt(first()) != end) throw MISFIT;
}

/** Adopts nodes for the next view of the code. Returns the node after them. */
function adoptView(list, parent, node) {
  const from = template();
  const view = { template: from, slots: [], list, first: null, last: null };
  list.items.push(view);
  const before = node ? node.previousSibling : parent.lastChild;
  node = adopt(from.steps, parent, node, view);
  view.first = before ? before.nextSibling : parent.firstChild;
  view.last = node ? node.previousSibling : parent.lastChild;
  return node;
}

function adopt(steps, parent, node, view) {
  for (const step of steps) {
    if (step.kind >= ANCHORED) node = adoptList(step, parent, node, view);
    else {
      if (step.kind == TEXT) view.slots.push((node = adoptText(parent, node, string(number()))));
      else node = adoptNode(step, parent, node, view);
      node = node.nextSibling;
    }
  }
  return node;
}

function adoptText(parent, node, data) {
  if (isComment(node, ",")) {
    const separator = node;
    node = node.nextSibling;
    separator.remove();
  }
  // The server writes nothing for an empty text.
  if (!parsed(data, "")) {
    if (node?.nodeType == 3 && !node.data) return node;
    return parent.insertBefore(document.createTextNode(data), node);
  }
  if (node?.nodeType != 3) throw MISFIT;
  // Parsers split a long text.
  while (node.length < data.length && data.startsWith(node.data) && node.nextSibling?.nodeType == 3) {
    node.appendData(node.nextSibling.data);
    node.nextSibling.remove();
  }
  if (node.data != data && node.data != parsed(data, "")) throw MISFIT;
  return node;
}

/** Returns a text as a parser of HTML reads it. `nul` stands for the character that HTML cannot have. */
const parsed = (text, nul) => text?.replace(/\r\n?/g, "\n").replaceAll("\0", nul);

function adoptNode(step, parent, node, view) {
  const model = step.node;
  if (model.nodeType == 3) return adoptText(parent, node, model.data);
  if (node?.nodeName != model.nodeName || (model.nodeType == 8 && node.data != model.data)) throw MISFIT;
  if (made.has(node)) {
    if (!step.isStill) fillNode(step, node, view);
    return node;
  }
  if (model.nodeType == 8 || (step.isStill && node.isEqualNode(model))) return node;
  // Attributes that the template does not have stay: extensions add some.
  for (const { name, value } of model.attributes) adoptAttribute(node, name, value);
  attach(step, node, view);
  for (const name of step.own) {
    if (name == "..") spread(step, node, view, adoptAttribute);
    else {
      view.slots.push(node);
      if (name[0] != "@") adoptAttribute(node, name, value());
    }
  }
  if (step.isOpaque) return node;
  const adoptSteps = (first) => adopt(step.steps, node, first, view);
  adoptChildren(node, null, null, adoptSteps, (to) => expect(step.steps, to));
  return node;
}

function adoptAttribute(node, name, value) {
  if (name == "!") return;
  if (isLive(node, name)) {
    fields.push({ node, name: "$" + name, before: node["$" + name] });
    node["$" + name] = value;
    return;
  }
  const sent = node.getAttribute(name);
  if (sent !== value && sent !== parsed(value, "\ufffd")) {
    // Perhaps the node is another one of the view.
    if (!isRepairing) throw MISFIT;
    reports?.attribute(node, name, value);
    set(node, name, value);
  }
}

function adoptList(step, parent, node, owner) {
  let count = number();
  const end = step.node.data;
  if (count == OUTLET) {
    // The nodes of the other tree are adopted later.
    const shown = tree(number());
    owner.slots.push(shown);
    shown.before = node ? node.previousSibling : parent.lastChild;
    for (let depth = 0; node && (depth || !isComment(node, end)); node = node.nextSibling) {
      depth += isComment(node, "[") - isComment(node, end);
    }
    if (!node) throw MISFIT;
    shown.anchor = node;
    return node.nextSibling;
  }
  const adopted = list({ owner, slot: owner.slots.length, parent });
  owner.slots.push(adopted);
  // Parsers put the rows of a table into a `<tbody>`.
  const hasBody = count && step.kind == LAST && parent.localName == "table" && node?.localName == "tbody";
  if (hasBody && startsWithRow()) {
    adopted.parent = node;
    let row = node.firstChild;
    while (count--) row = adoptView(adopted, node, row);
    if (row) throw MISFIT;
    return node.nextSibling;
  }
  while (count--) node = adoptView(adopted, parent, node);
  if (step.kind == LAST) return node;
  if (!isComment(node, end)) throw MISFIT;
  adopted.anchor = node;
  return node.nextSibling;
}

function startsWithRow() {
  const start = position();
  const { content } = template();
  seek(start);
  return content.firstChild.localName == "tr";
}

/** Forgets the nodes of an element. The fields of the next view take over their state. */
export function forget(element) {
  active = document.activeElement;
  removed.push(...element.childNodes);
  element.textContent = "";
  made.add(element);
}

/**
 * Called after each list of operations. After a hydration or a first page, lets the fields take over
 * what was entered.
 */
export function finishAdoption() {
  if (!active) return;
  showUnchanged(fields.map(({ node }) => node));
  carryOver(removed, [...made], active);
  if (active.isConnected && document.activeElement != active) active.focus({ preventScroll: true });
  [made, removed, fields, active] = [new Set(), [], [], null];
}
