// The history: URLs, page loads, scroll positions and focus.
//
// The `state` of a history entry is its number. `positions` has the scroll positions `[x, y]` of
// the entries by number, also of those that earlier documents of this tab have made.

import { pageShown } from "./ended.js";
import { announce } from "./notices.js";

const KEY = "rally-scroll";

let positions = new Map();
/** Number of the entry whose URL is in the address bar. */
let current = 0;
/** Number of the entry whose page is shown. Differs from `current` while a page loads after Back. */
let shown = 0;

/**
 * Removes the name of a form (`?/name`) from the address bar. A document that answers a form's POST
 * has this name in its URL. Later requests for the URL are GET requests, for which the name would be
 * wrong. rally-core/src/form/url.rs has the format. Returns the URL of the document.
 */
export function dropForm() {
  const parts = location.search.slice(1).split("&"), kept = parts.filter((part) => part[0] != "/");
  if (kept.length < parts.length) {
    const query = kept.join("&") && "?" + kept.join("&");
    write(history.state, location.pathname + query + location.hash);
  }
  return localUrl(location);
}

/** Takes over the history. Called once, after `dropForm`. */
export function start() {
  quietly(() => (positions = new Map(JSON.parse(sessionStorage.getItem(KEY)))));
  const { state } = history;
  shown = current = typeof state == "number" ? state : Math.max(-1, ...positions.keys()) + 1;
  write(current);
  keep();
}

/** Returns path, query and fragment of a URL of this origin, or of the document. */
export function localUrl(url) {
  const parsed = parse(url);
  if (parsed?.origin != location.origin) return;
  // `hash` is empty for an empty fragment (`#`), and also without a fragment.
  const { href, pathname, search } = parsed, hash = href.indexOf("#");
  return pathname + search + (hash < 0 ? "" : href.slice(hash));
}

/** Writes a URL to the address bar, into a new entry or the current one. */
export function writeHistory(url, replaces) {
  if (!replaces) {
    save();
    current += 1;
  }
  write(current, url, replaces);
}

function write(state, url, replaces = true) {
  // Browsers limit the number of calls within some seconds.
  quietly(() => history[replaces ? "replaceState" : "pushState"](state, "", url));
}

/** Scrolls and moves the focus, as a page load would, and tells screen readers the page. */
export function arrived(fragment, isReturn) {
  shown = current;
  const saved = isReturn && positions.get(current);
  const target = find(fragment);
  if (saved) scrollTo(...saved);
  else if (target) target.scrollIntoView();
  else scrollTo(0, 0);
  focus(target || document.querySelector("#app [autofocus]") || document.getElementById("app"));
  pageShown();
  announce();
}

/**
 * Takes over a new URL of the page that is shown already. The focus stays, and so does the scroll
 * position, except after the back or forward button, and for a fragment.
 */
export function arrivedInPlace(fragment, isReturn) {
  shown = current;
  pageShown();
  const saved = isReturn && positions.get(current);
  const target = !isReturn && find(fragment);
  if (saved) scrollTo(...saved);
  else if (target) {
    target.scrollIntoView();
    focus(target);
  }
}

function find(fragment) {
  let id = "";
  quietly(() => (id = decodeURIComponent(fragment.slice(1))));
  return id && document.getElementById(id);
}

function focus(element) {
  if (!(element instanceof HTMLElement)) return;
  if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) {
    // Makes the element focusable by script but not by the tab key, and removes its outline.
    element.tabIndex = -1;
    element.style.outline = "none";
  }
  element.focus({ preventScroll: true });
}

/**
 * Handles `popstate`: the page of the entry before is still shown, so its scroll position is saved
 * now. Returns `false` for an entry that the browser has added for a link to a fragment: the
 * browser has scrolled already.
 */
export function popped(state) {
  save();
  if (typeof state == "number") {
    current = state;
    return true;
  }
  shown = current += 1;
  positions.delete(current);
  write(current);
  return false;
}

function save() {
  positions.set(shown, [Math.trunc(scrollX), Math.trunc(scrollY)]);
}

/** While the document is shown, the runtime scrolls once the page is shown. */
export function keep() {
  quietly(() => (history.scrollRestoration = "manual"));
}

/** Stores the positions for the next document of this tab. After that, the browser scrolls. */
export function leave() {
  // If the storage is full or forbidden, the positions are lost.
  quietly(() => sessionStorage.setItem(KEY, JSON.stringify([...positions])));
  quietly(() => (history.scrollRestoration = "auto"));
}

/** Lets the browser load a URL. */
export function loadDocument(url, replaces) {
  // A `javascript:` URL would run in this page, and the URL may be a visitor's input.
  if (/^(https?|mailto|tel):$/.test(parse(url)?.protocol)) {
    location[replaces ? "replace" : "assign"](url);
  }
}

/** The scroll position is kept, as with the browser's reload button. */
export function reload() {
  location.reload();
}

function parse(url) {
  try {
    return new URL(url, location);
  } catch {}
}

/** Ignores what a browser refuses. */
function quietly(run) {
  try {
    run();
  } catch {}
}
