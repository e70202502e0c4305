// The end of the runtime. After a panic or a trap, nothing may enter the WebAssembly code again,
// because it has stopped halfway. The document stays: the browser follows its links and posts its
// forms, as it does without script.
import { showEnded } from "./notices.js";
import { stop } from "./view/listeners.js";
import { forget } from "./view/hydration.js";

const life = new AbortController();
/** The URL of the WebAssembly code, as traces of the stack have it. */
let code;
let isDevelopment;
/** `true` if the console has an error of the WebAssembly code. */
let hasFailed = false;
/** Path and query of the page that the document shows. */
let shown = here();
/** The element of the app, and the server's nodes that the first page of the app replaces. */
let root, replaced;
let socket;

/** Begins to watch the WebAssembly code that calls this function. */
export function watch(development) {
  isDevelopment = development;
  code = /[^\s(@]+:wasm-function/.exec(new Error().stack)?.[0] ?? "wasm-function";
  addEventListener("error", (event) => failed(event, event.error));
  addEventListener("unhandledrejection", (event) => failed(event, event.reason));
}

/** Ends the runtime, which has failed with a message. */
export function end(message) {
  if (hasEnded()) return;
  console.error(message);
  finish(message);
}

export const hasEnded = () => life.signal.aborted;

/** Adds a listener, which the end of the runtime removes. */
export function listen(target, event, receive, capture) {
  target.addEventListener(event, receive, { capture, signal: life.signal });
}

/** Sets the socket, which the end of the runtime closes. */
export const closeAtEnd = (opened) => (socket = opened);

/** Empties the element of the app for its first page. */
export function empty(element) {
  root = element;
  replaced = [...root.childNodes];
  forget(root);
}

/** Records that the page of the address bar is in the document. */
export function pageShown() {
  shown = here();
  replaced = null;
}

/** Returns a function that enters the WebAssembly code. An error that leaves it ends the runtime. */
export function entry(enter) {
  return (...parameters) => {
    try {
      return enter(...parameters);
    } catch (error) {
      if (!hasEnded()) finish(String(error));
      throw error;
    }
  };
}

/** Handles an error that nothing has caught. The start of the code is no `entry`, but may trap. */
function failed(event, error) {
  const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  if (!isTrap || !String(error.stack).includes(code)) return;
  // Later errors only follow from the first one.
  if (hasFailed) event.preventDefault();
  hasFailed = true;
  if (!hasEnded()) finish(String(error));
}

function finish(message) {
  life.abort();
  stop();
  closeSocket();
  if (replaced) root.replaceChildren(...replaced);
  history.scrollRestoration = "auto";
  document.documentElement.toggleAttribute("data-rally-ended", true);
  // The app has made entries of the history for pages that this document does not show.
  addEventListener("popstate", () => isElsewhere() && location.reload());
  // The address bar has the page already whose view has failed. The server can render it. Developers
  // need the message more.
  if (isElsewhere() && !isDevelopment) location.reload();
  else showEnded(isDevelopment ? `${message}\nThe console has more.` : "Something went wrong.");
}

/** Closes the socket, once it is open: the console would have a warning. */
function closeSocket() {
  if (socket?.readyState) socket.close();
  else if (socket) socket.onopen = () => socket.close();
}

function isElsewhere() {
  return here() != shown;
}

function here() {
  return location.pathname + location.search;
}
