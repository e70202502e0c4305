// The document: performs the operations of rally-core/src/view/ops.rs, and reports events.
//
// A template is compiled once, into steps: one for each of its nodes. A mounted view is
// `{ template, slots, list, first, last }`. `slots` has, for each slot, a node, a list, or a spread
// `{ node, view, index, own, names }`. `list` is the list that the view is in. A list is
// `{ items, owner, slot, tree, parent, anchor }`: its items stand before the comment `anchor`, or
// are the last nodes in `parent`.

// Kinds of steps.
const NODE = 0, TEXT = 1, ANCHORED = 2, LAST = 3;
// Kinds of runs of a changed list, and the count of a list that shows another tree.
const MOVE = 1, NEW = 2, OUTLET = 0xffffffff;

const templates = new Map();
/** The list of each tree, by the tree's number. */
const trees = [];
/** Fields whose value has to be set at the end: their options and limits come first. */
const values = new Map();
/** The DOM events that the root listens to. `true` if all of their handlers are passive. */
const heard = new Map();

let root, send;
// The operations, and the positions in them.
let code, text, at, read;
let isRunning = false;
let hasWarned = false;

/** Sets the root of all trees, and the function that receives events: `send(path, data, files)`. */
export function start(element, receive) {
  root = element;
  send = receive;
  trees[0] = list({ tree: 0, parent: root });
}

/** Performs operations. */
export function run(newCode, newText) {
  [code, text, at, read, isRunning] = [newCode, newText, 0, 0, true];
  try {
    perform();
    values.forEach(showValue);
  } finally {
    values.clear();
    isRunning = false;
  }
}

function perform() {
  const around = [];
  let view;
  while (at < code.length) {
    const op = number();
    const slot = op == 2 ? 0 : number();
    if (op == 0) view = { slots: [tree(slot)] };
    else if (op == 1) {
      around.push(view);
      view = view.slots[slot].items[number()];
    } else if (op == 2) view = around.pop();
    else if (op == 3) {
      view.slots[slot].data = string(number());
      optionChanged(view.slots[slot].parentNode);
    } else if (op == 4) {
      set(view.slots[slot], view.template.slots[slot].name, value());
      optionChanged(view.slots[slot]);
    } else if (op == 5) changeSpread(view.slots[slot]);
    else if (op == 6) changeList(view.slots[slot]);
    else adoptTree(view.slots[0], slot);
  }
}

const number = () => code[at++];
const string = (length) => text.slice(read, (read += length));
const value = () => {
  const length = number();
  return length ? string(length - 1) : null;
};
const template = () => templates.get(number() * 2 ** 32 + number());
const list = (fields) => ({ items: [], owner: null, slot: 0, tree: -1, parent: null, anchor: null, ...fields });
const parentOf = (list) => (list.anchor ? list.anchor.parentNode : list.parent);

// ---- Templates

/** Adds a template. */
export function define(high, low, namespace, markup) {
  const { content } = Object.assign(document.createElement("template"), {
    innerHTML: ["", "<svg>", "<math>"][namespace] + markup,
  });
  if (namespace) content.replaceChildren(...content.firstChild.childNodes);
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

// ---- New nodes

/** Mounts the next view of the code before a node. */
function mount(list, parent, before) {
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

function fillNode(step, node, view) {
  if (step.kind == TEXT) {
    node.data = string(number());
    view.slots.push(node);
  } else if (step.kind == ANCHORED) {
    fillList(view, null, node);
  } else {
    listen(step, node, view);
    for (const name of step.own) {
      if (name == "..") spread(node, view, set);
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

/** Returns the list of a tree. A tree that is not in the document is in a fragment. */
const tree = (id) => (trees[id] ??= list({ tree: id, parent: new DocumentFragment() }));

/** Moves a tree before an anchor. */
function takeTree(id, anchor) {
  const taken = tree(id);
  taken.anchor = anchor;
  for (const view of taken.items) move(view, anchor.parentNode, anchor);
  return taken;
}

// ---- Attributes

/** Returns `true` if the visitor changes the property, and the attribute is only its default. */
const isLive = (node, name) =>
  (name == "value" && /^(input|select|textarea)$/.test(node.localName)) ||
  (name == "checked" && node.localName == "input") ||
  (name == "selected" && node.localName == "option") ||
  (name == "muted" && "muted" in node);

function set(node, name, value) {
  if (name == "!") node.innerHTML = value ?? "";
  else if (isLive(node, name)) {
    if (name == "value") values.set(node, (node.$value = value));
    else if (node[name] != (value != null)) node[name] = value != null;
  } else if (value == null) node.removeAttribute(name);
  else if (name.startsWith("xlink:")) node.setAttributeNS("http://www.w3.org/1999/xlink", name, value);
  else node.setAttribute(name, value);
}

/** Sets the value of a field. A value that the field has already would move the cursor. */
function showValue(value, field) {
  if (field.localName == "select") {
    if (value == null) return;
    if (field.value != value) field.value = value;
    // Without such an option, a new document would select the first one.
    if (field.selectedIndex < 0 && field.type == "select-one" && field.size < 2) field.selectedIndex = 0;
  } else if (field.type != "file") {
    if (field.value != (value ?? "")) field.value = value ?? "";
    // The value of a checkbox or button is its attribute.
    if (value == null) field.removeAttribute("value");
  }
}

/** Selects the option of a `<select>` again, because its options have changed. */
function optionChanged(node) {
  if (/^(select|optgroup|option)$/.test(node?.localName)) {
    const select = node.closest("select");
    if (select?.$value != null) values.set(select, select.$value);
  }
}

/** Adds a slot of attributes and listeners to spread. `put` sets an attribute. */
function spread(node, view, put) {
  const slot = { node, view, index: view.slots.length, own: node.$listeners ?? [], names: [] };
  view.slots.push(slot);
  readSpread(slot, put);
}

function readSpread({ node, view, index, own, names }, put) {
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
      put(node, name, value());
    }
  }
  // The listeners of the template are shared by all of its views.
  if (listeners.length > own.length || node.$listeners) listen({ listeners }, node, view);
}

function changeSpread(slot) {
  const { node, names } = slot;
  slot.names = [];
  readSpread(slot, setIfChanged);
  for (const name of names) if (!slot.names.includes(name)) set(node, name, null);
}

/** Sets an attribute, unless it has the value: a frame would load its page again. */
function setIfChanged(node, name, value) {
  const isSame = !isLive(node, name) && name != "!" && node.getAttribute(name) === value;
  if (!isSame) set(node, name, value);
}

// ---- Lists

function changeList(list) {
  const parent = parentOf(list);
  const { items: old, anchor } = list;
  const runs = [];
  for (let count = number(); count--; ) {
    runs.push({ kind: number(), from: number(), count: number(), before: null });
  }
  const isKept = new Uint8Array(old.length);
  let before = anchor;
  for (const run of runs.toReversed()) {
    run.before = before;
    if (run.kind != NEW) isKept.fill(1, run.from, run.from + run.count);
    if (run.kind < MOVE) before = old[run.from].first;
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
  optionChanged(parent);
}

function removeItems(items, isKept, parent, anchor) {
  const areAll = items.length && !anchor && !isKept.includes(1) && parent.firstChild == items[0].first;
  if (areAll && !trees.some(({ anchor }) => anchor?.parentNode == parent)) {
    parent.textContent = "";
  } else {
    items.forEach((view, index) => isKept[index] || removeNodes(view.first, view.last.nextSibling));
  }
}

/** Removes nodes together, because a tree among them lives on: its outlet may come back. */
function removeNodes(node, end) {
  const removed = new DocumentFragment();
  while (node && node != end) {
    const next = node.nextSibling;
    removed.append(node);
    node = next;
  }
}

/** Moves the nodes of a view. They keep focus and state, if the browser can do it. */
function move(view, parent, before) {
  const keepsState = parent.moveBefore && parent.isConnected && view.first.isConnected;
  for (let node = view.first, next; node; node = next) {
    next = node == view.last ? null : node.nextSibling;
    if (keepsState) parent.moveBefore(node, before);
    else parent.insertBefore(node, before);
  }
}

// ---- Hydration: the nodes of the server become those of the views

function adoptTree(list, count) {
  const parent = parentOf(list);
  let node = list.anchor ? (list.begin ?? list.anchor) : parent.firstChild;
  while (count--) node = adoptView(list, parent, node);
  removeExtra(node, list.anchor);
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
  // The server writes nothing for an empty text: a text here is another one.
  if (!data || node?.nodeType != 3) {
    if (parsed(data, "")) warn(node ?? parent);
    return parent.insertBefore(document.createTextNode(data), node);
  }
  // Parsers split a long text.
  while (node.length < data.length && node.nextSibling?.nodeType == 3) {
    node.appendData(node.nextSibling.data);
    node.nextSibling.remove();
  }
  if (node.data != data && node.data != parsed(data, "")) {
    warn(node);
    node.data = data;
  }
  return node;
}

/** Returns a text as a parser of HTML reads it. `nul` stands for the character that HTML cannot have. */
const parsed = (text, nul) => text?.replace(/\r\n?/g, "\n").replaceAll("\0", nul);

function adoptNode(step, parent, node, view) {
  const model = step.node;
  if (!fits(node, model)) {
    warn(node ?? parent);
    if (!node || !fits(node.nextSibling, model)) {
      // Made anew. The node that is here may belong to a later step.
      const made = parent.insertBefore(model.cloneNode(true), node);
      if (!step.isStill) fillNode(step, made, view);
      return made;
    }
    node = node.nextSibling;
    node.previousSibling.remove();
  }
  if (model.nodeType == 3) return adoptText(parent, node, model.data);
  if (model.nodeType == 8 || (step.isStill && node.isEqualNode(model))) return node;
  // Attributes that the template does not have stay: extensions add some.
  for (const { name, value } of model.attributes) adoptAttribute(node, name, value);
  listen(step, node, view);
  for (const name of step.own) {
    if (name == "..") spread(node, view, adoptAttribute);
    else {
      view.slots.push(node);
      if (name[0] != "@") adoptAttribute(node, name, value());
    }
  }
  if (!step.isOpaque) removeExtra(adopt(step.steps, node, node.firstChild, view), null);
  return node;
}

const fits = (node, model) =>
  node?.nodeName == model.nodeName && (model.nodeType != 8 || node.data == model.data);

function adoptAttribute(node, name, value) {
  if (name == "value" && node.localName == "select") node.$value = value;
  // The visitor may have changed these before the app has started.
  if (name == "!" || name == "open" || isLive(node, name)) return;
  const sent = node.getAttribute(name);
  if (sent !== value && sent !== parsed(value, "\ufffd")) {
    warn(node);
    set(node, name, value);
  }
}

function adoptList(step, parent, node, owner) {
  let count = number();
  const adopted = count == OUTLET ? tree(number()) : list({ owner, slot: owner.slots.length });
  owner.slots.push(adopted);
  const end = step.node.data;
  if (count == OUTLET) {
    // The nodes of the other tree are adopted later.
    adopted.begin = node;
    for (let depth = 0; node && (depth || !isComment(node, end)); node = node.nextSibling) {
      depth += isComment(node, "[") - isComment(node, end);
    }
    count = 0;
  }
  // Parsers put the rows of a table into a `<tbody>`.
  let inner = parent;
  if (count && step.kind == LAST && parent.localName == "table" && node?.localName == "tbody") {
    const first = templates.get(code[at] * 2 ** 32 + code[at + 1]);
    if (first.content.firstChild.localName == "tr") [inner, node] = [node, node.firstChild];
  }
  while (count--) node = adoptView(adopted, inner, node);
  if (step.kind == LAST) {
    adopted.parent = inner;
    removeExtra(node, null);
    return inner == parent ? null : inner.nextSibling;
  }
  let anchor = node;
  while (anchor && !isComment(anchor, end)) anchor = anchor.nextSibling;
  if (!anchor) {
    warn(parent);
    anchor = node = parent.insertBefore(document.createComment(end), node);
  }
  removeExtra(node, anchor);
  adopted.anchor = anchor;
  return anchor.nextSibling;
}

const isComment = (node, data) => node?.nodeType == 8 && node.data == data;

function removeExtra(node, end) {
  if (node != end) warn(node);
  removeNodes(node, end);
}

function warn(node) {
  if (!hasWarned) console.warn("Rally: the server's document differs from the view and is repaired, here:", node);
  hasWarned = true;
}

// ---- Events

/** Makes the listeners of a step those of a node. */
function listen({ listeners }, node, view) {
  if (listeners) [node.$listeners, node.$view] = [listeners, view];
}

/** Makes the root listen to an event. */
function hear(event, isPassive) {
  const known = heard.get(event);
  if (known === false || known === isPassive) return;
  heard.set(event, isPassive);
  for (const [listener, capture] of [[captured, true], [bubbled, false]]) {
    root.removeEventListener(event, listener, capture);
    root.addEventListener(event, listener, { capture, passive: isPassive });
  }
}

const captured = (event) => deliver(event, true);
const bubbled = (event) => deliver(event, false);

/** Calls the handlers of one phase of an event, in the order of the DOM. */
function deliver(event, isCapture) {
  // Changes of the document cause events, such as `blur`. The app cannot handle them now.
  if (isRunning) return queueMicrotask(() => deliver(event, isCapture));
  const path = [];
  for (let node = event.target; node && node != root; node = node.parentNode) {
    if (node.$listeners) path.push(node);
  }
  if (isCapture) path.reverse();
  for (const node of path) {
    let isStopped = false;
    for (const listener of node.$listeners) {
      if (listener.event != event.type || !isDue(listener, node, event, isCapture)) continue;
      const reaction = call(listener, node, event);
      if (reaction & 1 && !listener.isPassive) event.preventDefault();
      if (reaction & 2) isStopped = true;
    }
    if (isStopped) return event.stopPropagation();
  }
}

/** An event that does not bubble reaches the root only in the capture phase. */
function isDue(listener, node, event, isCapture) {
  if (listener.kind == 1 && node.matches(":disabled")) return false;
  if (listener.isCapture) return isCapture;
  return event.bubbles ? !isCapture : isCapture && node == event.target;
}

function call(listener, node, event) {
  const path = [listener.slot, listener.sub];
  for (let { list } = node.$view, view = node.$view; ; { list } = view = list.owner) {
    const index = list.items.indexOf(view);
    // An earlier handler of this event has removed the view.
    if (index < 0) return 0;
    path.unshift(list.slot, index);
    if (list.owner) continue;
    path.unshift(list.tree);
    break;
  }
  const [files, bytes] = [[], []];
  encode(kinds[listener.kind](event, node, files), bytes);
  return send(Uint32Array.from(path), Uint8Array.from(bytes), files);
}

// ---- Data of events: the fields of the structs in rally-core/src/view/event

const float = (value) => +value || 0;
const integer = (value) => BigInt(Math.trunc(float(value)));
const string_ = (value) => `${value ?? ""}`;
const floats = (from, ...names) => names.map((name) => float(from[name]));
const point = (from, of) => floats(from, of + "X", of + "Y");
const points = (from) => ["client", "page", "screen"].map((of) => point(from, of));
const modifiers = (e) => integer(e.ctrlKey + 2 * e.shiftKey + 4 * e.altKey + 8 * e.metaKey);

const mouse = (e) => [
  ...points(e),
  point(e, "offset"),
  e.button >= 0 ? integer(e.button) : null,
  integer(e.buttons),
  modifiers(e),
  integer(e.detail),
];

const form = (e, node, files) => {
  const field = e.target;
  const isForm = field.localName == "form";
  return [isForm ? "" : string_(field.value ?? field.textContent), !!field.checked, fields(e, node, files)];
};

function fields(e, node, files) {
  const { target, target: { name, type } } = e;
  const form = [node, target].find((node) => node.localName == "form");
  let entries = [[name, string_(target.value)]];
  if (form) entries = [...new FormData(form, e.submitter)];
  else if (type == "file") entries = [...target.files].map((file) => [name, file]);
  else if (type == "select-multiple") entries = [...target.selectedOptions].map((o) => [name, o.value]);
  else if (/^(checkbox|radio)$/.test(type) && !target.checked) entries = [];
  return entries.map(([name, value]) => {
    const isFile = value instanceof File;
    // A file field without a file has one without a name.
    const isChosen = isFile && (value.name || value.size);
    return [string_(name), isFile ? null : value, isChosen ? file(value, files) : null];
  });
}

const file = (file, files) => [file.name, file.type, integer(file.size), integer(files.push(file) - 1)];
const filesOf = (transfer, files) => [...(transfer?.files ?? [])].map((each) => file(each, files));
const textOf = (transfer) => string_(transfer?.getData("text/plain"));
const touches = (list) =>
  [...list].map((touch) => [integer(touch.identifier), ...points(touch), float(touch.force)]);

/** The functions `(event, node, files) => fields`, by the number of the kind. */
const kinds = [
  ,
  mouse,
  (e) => [string_(e.key), string_(e.code), modifiers(e), !!e.repeat, !!e.isComposing],
  form,
  form,
  (e) => [
    mouse(e), integer(e.pointerId), string_(e.pointerType), !!e.isPrimary,
    ...floats(e, "pressure", "width", "height", "tiltX", "tiltY", "twist"),
  ],
  (e, _, files) => {
    const transfer = e.dataTransfer;
    return [mouse(e), [...(transfer?.types ?? [])], textOf(transfer), filesOf(transfer, files)];
  },
  () => [],
  (_, node) =>
    floats(node, "scrollLeft", "scrollTop", "scrollWidth", "scrollHeight", "clientWidth", "clientHeight"),
  (e) => [mouse(e), ...floats(e, "deltaX", "deltaY", "deltaZ"), integer(e.deltaMode)],
  (e, _, files) => [textOf(e.clipboardData), filesOf(e.clipboardData, files)],
  (e) => [touches(e.touches), touches(e.targetTouches), touches(e.changedTouches), modifiers(e)],
  (e) => [string_(e.animationName), string_(e.pseudoElement), float(e.elapsedTime)],
  (e) => [string_(e.propertyName), string_(e.pseudoElement), float(e.elapsedTime)],
  ({ target: media }) => [
    float(media.currentTime), media.duration ?? 0, float(media.volume), float(media.playbackRate),
    !!media.paused, !!media.muted, !!media.ended,
  ],
  (e) => [string_(e.data)],
  ({ target }) => [
    string_(target.value?.slice(target.selectionStart, target.selectionEnd) ?? document.getSelection()),
  ],
  (e) => [e.newState ? e.newState == "open" : !!e.target.open],
  () => [],
];

const scratch = new DataView(new ArrayBuffer(8));

/** Encodes a value as MessagePack. A number is a 64-bit float, a BigInt is an integer. */
function encode(value, to) {
  const tagged = (tag, method, number, size) => {
    scratch[method](0, number);
    to.push(tag, ...new Uint8Array(scratch.buffer, 0, size));
  };
  if (typeof value == "boolean") to.push(value ? 0xc3 : 0xc2);
  else if (typeof value == "number") tagged(0xcb, "setFloat64", value, 8);
  else if (typeof value == "bigint") tagged(0xd3, "setBigInt64", value, 8);
  else if (typeof value == "string") {
    const bytes = new TextEncoder().encode(value);
    tagged(0xdb, "setUint32", bytes.length, 4);
    for (const byte of bytes) to.push(byte);
  } else if (value) {
    tagged(0xdd, "setUint32", value.length, 4);
    for (const item of value) encode(item, to);
  } else to.push(0xc0);
}
