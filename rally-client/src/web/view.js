// The document: performs the operations of rally-core/src/view/ops.rs, and reports events.

import { entry } from "./ended.js";
import { listenAt } from "./view/listeners.js";
import { fieldsIn, observeFields, optionsChange, reportChanged, set, showFields } from "./view/fields.js";
import { adoptTree, finishAdoption, reports } from "./view/hydration.js";
import { changeList, changeSpread, parentOf, showTree, tree } from "./view/nodes.js";
import { begin, end, isMore, number, string, value } from "./view/operations.js";
import { forgetOwn, inPlace, noteForeign, observe } from "./view/translators.js";

let root;
let hasStarted = false;
/** `true` if the last operations found a damage. */
let isDamaged = false;

/** Sets the root of all trees, and the function that receives events: `send(path, data, files)`. */
export function start(element, send) {
  root = element;
  listenAt(root, entry(send));
  observeFields(root);
  observe(root);
  showTree(0, root);
}

/**
 * Sends events for the fields that the visitor has changed before the first view was shown. Returns
 * `true` if there are any.
 */
export function reportEarlyInput() {
  const isFirst = !hasStarted;
  hasStarted = true;
  return isFirst && reportChanged(fieldsIn(root));
}

/**
 * Performs operations. Returns `false` if the document is damaged, so that it does not fit the
 * views.
 */
export function run(code, text) {
  noteForeign();
  begin(code, text);
  try {
    perform();
    showFields();
    finishAdoption();
    reports?.forms(root);
    isDamaged = false;
    return true;
  } catch (error) {
    // The exceptions of the DOM for a node that is not in its place. The app repairs it, but once.
    if (isDamaged || !(error instanceof DOMException || error instanceof TypeError)) throw error;
    isDamaged = true;
    reports?.damage(root, error);
    return false;
  } finally {
    end();
    forgetOwn();
  }
}

/** Performs the operations. Their numbers are those of docs/view.md. */
function perform() {
  const around = [];
  let view, isShown;
  while (isMore()) {
    const op = number();
    const slot = op == 2 ? 0 : number();
    if (op == 0) {
      view = { slots: [tree(slot)] };
      isShown = parentOf(tree(slot)).isConnected;
    } else if (op == 1) {
      around.push(view);
      view = view.slots[slot].items[number()];
    } else if (op == 2) view = around.pop();
    else if (op == 3) {
      const node = inPlace(view.slots[slot]);
      optionsChange(node.parentNode);
      check(node, isShown);
      node.data = string(number());
    } else if (op == 4) {
      const node = view.slots[slot];
      check(node, isShown);
      optionsChange(node);
      set(node, view.template.slots[slot].name, value());
    } else if (op == 5) {
      check(view.slots[slot].node, isShown);
      changeSpread(view.slots[slot]);
    } else if (op == 6) changeList(view.slots[slot]);
    else adoptTree(view.slots[0], slot);
  }
}

/** Throws if something has replaced a node: the document has to be repaired. */
function check(node, isShown) {
  if (isShown && !node.isConnected) throw new TypeError("a node was replaced");
}
