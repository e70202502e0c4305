// The document as the runtime sees it. Elements and files stay on this side: each kind of object that
// the wasm handled would add imports to it.

import { empty } from "./ended.js";
import { keep } from "./files.js";
import { run, start } from "./view.js";

let root;

/** Finds the element of the app. Returns `false` if the document has none. */
export function findRoot() {
  root = document.getElementById("app");
  return !!root;
}

/** Removes an element, and returns its text. */
export function takeText(id) {
  const element = document.getElementById(id);
  element?.remove();
  return element?.textContent;
}

/** Empties the element of the app for its first page. */
export function emptyRoot() {
  empty(root);
}

/** Shows views in the element of the app. `receive(path, data, files)` gets the numbers of files. */
export function startView(receive) {
  start(root, (path, data, files) => receive(path, data, Uint32Array.from(files, keep)));
}

/**
 * Performs operations, see `run`. The code is copied: while it runs, a script of the page may call the
 * runtime, which may move its memory.
 */
export function perform(code, text) {
  return run(code.slice(), text);
}
