// The events of the window and the document, passed to the runtime.

import { listen } from "./ended.js";
import { keep, leave, localUrl, popped } from "./history.js";
import { attributeOf } from "./view/forms.js";
import { CLICKED, EDITED, ONLINE, POPPED, SHOWN, signal, SYSTEM_CHANGED } from "./signals.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Returns `true` if the system prefers a dark theme. */
export function prefersDark() {
  return dark.matches;
}

/** Adds the listeners. The end of the runtime removes them. */
export function listenToEvents() {
  listen(document, "click", click);
  listen(document, "submit", submit);
  listen(window, "popstate", ({ state }) => {
    const isKnown = popped(state);
    signal(POPPED, Number(isKnown), localUrl(location));
  });
  listen(window, "pagehide", leave);
  // The browser may show this document again from the back/forward cache, in its old state.
  listen(window, "pageshow", () => {
    keep();
    signal(SHOWN);
  });
  // Listen in the capture phase, because a handler of the page may stop the event. Events from
  // scripts are ignored, because they are no input of the visitor.
  listen(window, "input", (event) => event.isTrusted && signal(EDITED), true);
  listen(window, "online", () => signal(ONLINE));
  listen(dark, "change", () => signal(SYSTEM_CHANGED));
}

/**
 * Sets whether the browser asks the visitor before it leaves the document. There is a listener only
 * while it asks: with one, some browsers do not keep the document in the back/forward cache.
 */
export function askBeforeLeaving(asks) {
  if (asks) listen(window, "beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

function ask(event) {
  event.preventDefault();
  // For browsers before 2024.
  event.returnValue = true;
}

/**
 * Handles a plain click on a link to a page. The browser handles all other clicks, such as those
 * with a modifier key, and those on links to another window, a download or an external document.
 */
function click(event) {
  const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!(event instanceof MouseEvent) || event.defaultPrevented || event.button || isModified) return;
  const link = event.target.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement)) return;
  if (link.target && link.target != "_self") return;
  if (link.hasAttribute("download") || link.rel.split(" ").includes("external")) return;
  const url = localUrl(link.href);
  // If the app panics here, the browser follows the link.
  if (url !== undefined && signal(CLICKED, 0, url)) event.preventDefault();
}

/**
 * Handles a form with the method GET like a link to the URL with its fields. The browser handles all
 * other forms without a listener.
 */
function submit(event) {
  const { target: form, submitter: button } = event;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
  const [action, method, target] = ["action", "method", "target"].map(
    (name) => button?.getAttribute("form" + name) ?? attributeOf(form, name) ?? "",
  );
  if (!/^(get)?$/i.test(method) || !/^(_self)?$/i.test(target)) return;
  if (!URL.canParse(action, document.baseURI)) return;
  const url = new URL(action || location.href, document.baseURI);
  // A URL contains only the name of a file.
  const fields = [...new FormData(form, button)].map(([name, value]) => [name, value.name ?? value]);
  url.search = new URLSearchParams(fields);
  const local = localUrl(url.href);
  if (local !== undefined && signal(CLICKED, 0, local)) event.preventDefault();
}
