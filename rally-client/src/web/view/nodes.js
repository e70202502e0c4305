// The nodes of views.
//
// A mounted view is `{ template, slots, list, first, last }`. `slots` has, for each slot, a node, a
// list, or a spread `{ node, view, index, own, names }`. `list` is the list that the view is in. A
// list is `{ items, owner, slot, tree, parent, before, anchor }`: its items stand before the comment
// `anchor`, or are the last nodes in `parent`. The items of an outlet stand after `before`.

import { attach, hear } from "./listeners.js";
import { optionsChange, set, setIfChanged } from "./fields.js";
import { number, string, value } from "./operations.js";
import { ANCHORED, LAST, TEXT, template } from "./templates.js";
import { inPlace } from "./translators.js";

// Kinds of runs of a changed list, and the count of a list that shows another tree.
const MOVE = 1, NEW = 2;
export const OUTLET = 0xffffffff;

/** The list of each tree, by the tree's number. */
const trees = [];

export const list = (fields) => ({
  items: [], owner: null, slot: 0, tree: -1, parent: null, before: null, anchor: null, ...fields,
});
export const parentOf = (list) => (list.anchor ? list.anchor.parentNode : list.parent);

/** Returns the list of a tree. A tree that is not in the document is in a fragment. */
export const tree = (id) => (trees[id] ??= list({ tree: id, parent: new DocumentFragment() }));

export const isComment = (node, data) => node?.nodeType == 8 && node.data == data;

/** Makes an element the parent of a tree. */
export function showTree(id, parent) {
  trees[id] = list({ tree: id, parent });
}

/** Mounts the next view of the code before a node. */
export function mount(list, parent, before) {
  const from = template();
  const view = { template: from, slots: [], list, first: null, last: null };
  const copy = (from.single ?? from.content).cloneNode(true);
  if (from.single) {
    view.first = view.last = copy;
    fillNode(from.steps[0], copy, view);
  } else {
    view.first = copy.firstChild;
    view.last = copy.lastChild;
    fill(from.steps, copy, view);
  }
  parent.insertBefore(copy, before);
  return view;
}

/** Puts the next values of the code into the copied children of a node. */
function fill(steps, parent, view) {
  let node = parent.firstChild;
  for (let index = 0; index < steps.live; index++) {
    const step = steps[index];
    if (step.kind == LAST) fillList(view, parent, null);
    else {
      if (!step.isStill) fillNode(step, node, view);
      // The items of a list are before its anchor.
      node = node.nextSibling;
    }
  }
}

export function fillNode(step, node, view) {
  if (step.kind == TEXT) {
    node.data = string(number());
    view.slots.push(node);
  } else if (step.kind == ANCHORED) {
    fillList(view, null, node);
  } else {
    attach(step, node, view);
    for (const name of step.own) {
      if (name == "..") spread(step, node, view, set);
      else {
        view.slots.push(node);
        if (name[0] != "@") set(node, name, value());
      }
    }
    fill(step.steps, node, view);
  }
}

function fillList(owner, parent, anchor) {
  let count = number();
  if (count == OUTLET) return owner.slots.push(takeTree(number(), anchor));
  const filled = list({ owner, slot: owner.slots.length, parent, anchor });
  owner.slots.push(filled);
  parent ??= anchor.parentNode;
  while (count--) filled.items.push(mount(filled, parent, anchor));
}

/** Moves a tree before an anchor. */
function takeTree(id, anchor) {
  const taken = tree(id);
  [taken.before, taken.anchor] = [anchor.previousSibling, anchor];
  for (const view of taken.items) move(view, anchor.parentNode, anchor);
  return taken;
}

// ---- Spreads

/** Adds a slot of attributes and listeners to spread. `setAttribute` sets one. */
export function spread({ listeners }, node, view, setAttribute) {
  const slot = { node, view, index: view.slots.length, own: listeners ?? [], names: [] };
  view.slots.push(slot);
  readSpread(slot, setAttribute);
}

function readSpread({ node, view, index, own, names }, setAttribute) {
  const listeners = [...own];
  // A change of the attributes must not move the listeners, so only these are counted.
  for (let count = number(), sub = 0; count--; ) {
    const isListener = number();
    const name = string(number());
    if (isListener) {
      const [kind, flags] = [number(), number()];
      const [isCapture, isPassive] = [!!(flags & 1), !!(flags & 2)];
      listeners.push({ event: name, kind, isCapture, isPassive, slot: index, sub: sub++ });
      hear(name, isPassive);
    } else {
      names.push(name);
      setAttribute(node, name, value());
    }
  }
  // The listeners of the template are shared by all of its views.
  if (listeners.length > own.length || node.$listeners) attach({ listeners }, node, view);
}

export function changeSpread(slot) {
  const { node, names } = slot;
  slot.names = [];
  readSpread(slot, setIfChanged);
  for (const name of names) if (!slot.names.includes(name)) set(node, name, null);
}

// ---- Lists

export function changeList(list) {
  const parent = parentOf(list);
  const { items: old, anchor } = list;
  const runs = [];
  for (let count = number(); count--; ) {
    runs.push({ kind: number(), from: number(), count: number(), before: null });
  }
  const isKept = new Uint8Array(old.length);
  optionsChange(parent);
  let before = anchor;
  for (const run of runs.toReversed()) {
    run.before = before;
    if (run.kind != NEW) isKept.fill(1, run.from, run.from + run.count);
    if (run.kind < MOVE) before = inPlace(old[run.from].first);
  }
  removeItems(old, isKept, parent, anchor);
  list.items = [];
  for (const { kind, from, count, before } of runs) {
    if (kind == NEW) {
      // Several views become part of the document at once.
      const to = count > 1 ? new DocumentFragment() : parent;
      for (let n = count; n--; ) list.items.push(mount(list, to, count > 1 ? null : before));
      if (count > 1) parent.insertBefore(to, before);
    } else {
      const kept = old.slice(from, from + count);
      if (kind == MOVE) for (const view of kept) move(view, parent, before);
      list.items.push(...kept);
    }
  }
}

function removeItems(items, isKept, parent, anchor) {
  const areAll = items.length && !anchor && !isKept.includes(1) && parent.firstChild == items[0].first;
  if (areAll && !trees.some(({ anchor }) => anchor?.parentNode == parent)) {
    parent.textContent = "";
  } else {
    items.forEach((view, index) => {
      if (isKept[index]) return;
      const [first, last] = ends(view, parent);
      removeNodes(first, last.nextSibling);
    });
  }
}

/**
 * Returns the first and the last node of a view. Throws if something has put one of them elsewhere:
 * the nodes from one to the other would be those of other views.
 */
function ends(view, parent) {
  const [first, last] = [inPlace(view.first), inPlace(view.last)];
  if (first.parentNode != parent || last.parentNode != parent) throw new TypeError("a node has moved");
  return [first, last];
}

/** Removes nodes together, because a tree among them keeps its nodes: its outlet may be shown again. */
export function removeNodes(node, end) {
  const removed = new DocumentFragment();
  while (node && node != end) {
    const next = node.nextSibling;
    removed.append(node);
    node = next;
  }
}

/** Moves the nodes of a view. */
function move(view, parent, before) {
  const [first, last] = ends(view, inPlace(view.first).parentNode);
  for (let node = first, next; node; node = next) {
    next = node == last ? null : node.nextSibling;
    put(parent, node, before);
  }
}

/** Moves a node. It keeps focus and state, if the browser can do it. */
export function put(parent, node, before) {
  if (parent.moveBefore && parent.isConnected && node.isConnected) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}
