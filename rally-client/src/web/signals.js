// Signals of the browser to the runtime, all by one function of the wasm. Its kinds are those of
// signals.rs.

import { entry, hasEnded } from "./ended.js";

export const RUN = 0, ANSWER = 1, OPENED = 2, CLOSED = 3, FRAME = 4, CLICKED = 5, POPPED = 6,
  SHOWN = 7, EDITED = 8, ONLINE = 9, SYSTEM_CHANGED = 10;

let receive;

/** Sets the function of the runtime: `receive(kind, number, text, data)`. */
export function attach(receiver) {
  receive = entry(receiver);
}

/**
 * Calls the runtime, unless it has ended. `number` is that of a request; for `POPPED` it is 1 for an
 * entry of the app, else 0.
 */
export function signal(kind, number = 0, text, data) {
  return !hasEnded() && receive?.(kind, number, text, data);
}

/** Lets the runtime run its tasks soon. */
export function schedule() {
  queueMicrotask(() => signal(RUN));
}
