// Listeners: the root listens to events, and calls the listeners of the views.

import { data } from "./data.js";
import { handled } from "./fields.js";
import { submitted, submitter } from "./forms.js";
import { isRunning } from "./operations.js";

/** The DOM events that the root listens to. `true` if all of their handlers are passive. */
const heard = new Map();

let root, send;

/** Sets the root of all trees, and the function that receives events: `send(path, data, files)`. */
export function listenAt(element, receive) {
  [root, send] = [element, receive];
}

/** Stops listening. No more events are sent. */
export function stop() {
  heard.forEach((_, event) => {
    root.removeEventListener(event, captured, true);
    root.removeEventListener(event, bubbled, false);
  });
  // An event may be queued.
  send = () => 0;
}

/** Makes the listeners of a step those of a node. */
export function attach({ listeners }, node, view) {
  if (listeners) [node.$listeners, node.$view] = [listeners, view];
}

/** Makes the root listen to an event. */
export function hear(event, isPassive) {
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
  if (isRunning()) return queueMicrotask(() => deliver(event, isCapture));
  const path = [];
  for (let node = event.target; node && node != root; node = node.parentNode) {
    if (node.$listeners) path.push(node);
  }
  if (isCapture) path.reverse();
  const isSubmit = event.type == "submit" && !isCapture;
  const button = isSubmit && submitter(event);
  // The form may have no listener.
  if (button) path.splice(0, path[0] == event.target ? 1 : 0, button);
  for (const node of path) {
    let isStopped = false;
    for (const listener of node.$listeners) {
      if (listener.event != event.type || !isDue(listener, node, event, isCapture)) continue;
      const reaction = call(listener, node, event);
      if (reaction & 1 && !listener.isPassive) event.preventDefault();
      if (reaction & 2) isStopped = true;
      if (node == event.target) handled(node, event);
    }
    // The app ignores a submit by stopping it.
    if (isSubmit && node == path[0] && !isStopped) submitted(event.target);
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
  const files = [];
  return send(Uint32Array.from(path), data(listener.kind, event, node, files), files);
}
