// Requests of the runtime that the browser answers later: timers, HTTP requests, copies to the
// clipboard, and changes of the local storage. The runtime numbers them.

import { find } from "./files.js";
import { ANSWER, signal } from "./signals.js";

/** The functions that cancel the requests, by their numbers. */
const pending = new Map();
/** The HTTP request that is being described. */
let draft;

/** Returns the milliseconds since a moment that is the same for all documents. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/** Ends a request: it has no more answers. */
export function cancel(number) {
  pending.get(number)?.();
  pending.delete(number);
}

function answer(number, text, data) {
  if (pending.has(number)) signal(ANSWER, number, text, data);
}

/** Answers once after a time. */
export function sleep(number, milliseconds) {
  const timer = setTimeout(answer, milliseconds, number);
  pending.set(number, () => clearTimeout(timer));
}

/** Answers each time another tab changes the key, with its new value. */
export function listenToKey(number, key) {
  const heard = (event) => {
    // The event of `clear()` has no key, because all keys are removed.
    if ((event.key ?? key) == key) answer(number, event.newValue);
  };
  addEventListener("storage", heard);
  pending.set(number, () => removeEventListener("storage", heard));
}

/** Copies a text to the clipboard. The answer has a text if the browser has allowed it. */
export async function copy(number, text) {
  let copied;
  pending.set(number, () => {});
  try {
    // Over plain HTTP, there is no clipboard.
    await navigator.clipboard.writeText(text);
    copied = "";
  } catch {}
  answer(number, copied);
}

/** Begins an HTTP request. Nothing is sent before `send`. */
export function beginRequest(method, url) {
  draft = { url, method, headers: [] };
}

/** Adds a header. */
export function header(name, value) {
  draft.headers.push([name, value]);
}

/** Sets the body. */
export function body(bytes) {
  draft.body = bytes.slice();
}

/** Adds a part with bytes to a multipart form, with a file name unless that is undefined. */
export function part(name, bytes, type, fileName) {
  append(name, new Blob([bytes], { type }), fileName);
}

/** Adds a part with a kept file. Returns `false` if there is no such file. */
export function filePart(name, number) {
  const file = find(number);
  if (file) append(name, file, file.name);
  return !!file;
}

/** Adds a part to a multipart form. The form is the body. */
function append(name, file, fileName) {
  draft.body ??= new FormData();
  if (fileName === undefined) draft.body.append(name, file);
  else draft.body.append(name, file, fileName);
}

/**
 * Sends the request. The answer is the response's body as data, and as text its status and its
 * headers, each in a line; or without data the message of an error.
 */
export async function send(number) {
  const { url, headers, ...init } = draft, abort = new AbortController();
  draft = undefined;
  let text, data;
  pending.set(number, () => abort.abort());
  try {
    // The content type of a form contains a boundary, so the browser must set the header.
    const isKept = ([name]) =>
      !(init.body instanceof FormData) || name.toLowerCase() != "content-type";
    // `credentials` is not set: by default, cookies are sent to this origin, and its cookies are
    // stored.
    init.headers = new Headers(headers.filter(isKept));
    const response = await fetch(url, { ...init, signal: abort.signal });
    data = new Uint8Array(await response.arrayBuffer());
    const lines = [...response.headers].map(([name, value]) => `\n${name}:${value}`);
    text = response.status + lines.join("");
  } catch (error) {
    text = String(error?.message ?? error);
  }
  answer(number, text, data);
}
