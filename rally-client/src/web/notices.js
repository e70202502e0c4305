// The elements that the runtime adds to the document: banners, progress bar, and the announcer for
// screen readers.
//
// The styles are set by script, which a strict content security policy allows. An app can override
// the styles of a class with `!important`.

const BANNER =
  "position:fixed;inset:auto 0 0 0;z-index:2147483647;padding:.5rem 1rem;background:#8a1c1c;" +
  "color:#fff;text-align:center;font:1rem system-ui,sans-serif;white-space:pre-line";
const BUTTON =
  "margin-left:1rem;padding:.25rem .75rem;border:1px solid;border-radius:.25rem;background:none;" +
  "color:inherit;font:inherit;cursor:pointer";
const BAR =
  "position:fixed;inset:0 0 auto 0;z-index:2147483647;height:3px;background:currentColor;" +
  "transform-origin:0 0";
const VISUALLY_HIDDEN =
  "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";

/** The shown notices, by their names. */
const notices = new Map();

/** An invisible element whose text screen readers read aloud. */
let announcer;

/** Shows or hides the banner that says that the connection is lost. */
export function showDisconnected(isShown) {
  const text = "Disconnected from server. Reconnecting...";
  show("disconnected", isShown, () => banner("disconnected", "status", text));
}

/** Shows or hides the banner that says that the page is out of date. */
export function showOutdated(isShown) {
  show("outdated", isShown, () => bannerWithReload("outdated", "status", "This page is out of date."));
}

/** Shows the banner that says that the runtime has failed. Removes the other notices, which no longer apply. */
export function showEnded(text) {
  for (const name of [...notices.keys()]) show(name, false);
  bannerWithReload("ended", "alert", text);
}

/** Shows or hides the bar of a navigation that takes long. */
export function showProgress(isShown) {
  show("progress", false);
  show("progress", isShown, () => {
    const attributes = { role: "progressbar", "aria-label": "Loading" };
    const bar = add(document.body, "div", "rally-progress", BAR, attributes);
    grow(bar);
    return bar;
  });
}

/** Lets the bar grow to only 95 %, because the end of the navigation is not known. */
function grow(bar) {
  bar.style.transform = "scaleX(.1)";
  // Reading the width makes the browser apply the first style, so that the transition starts there.
  void bar.offsetWidth;
  bar.style.transition = "transform 10s cubic-bezier(0,.7,.3,1)";
  bar.style.transform = "scaleX(.95)";
}

/**
 * Adds the announcer without a text. The text follows later, because some screen readers do not
 * read an element that is added together with its text.
 */
export function prepare() {
  const attributes = { "aria-live": "assertive", "aria-atomic": "true" };
  announcer = add(document.body, "div", "rally-announcer", VISUALLY_HIDDEN, attributes);
}

/**
 * Announces the page that was just shown. Without a page load, screen readers would not notice the
 * new page.
 */
export function announce() {
  if (!announcer) return;
  // The heading within `main` is preferred, because the layout may have its own heading.
  const find = (selector) => document.querySelector(selector);
  const name = (find("#app main h1") ?? find("#app h1"))?.textContent ?? document.title;
  // The text is emptied now and set after 50 ms, because screen readers do not read an unchanged
  // text.
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = name), 50);
}

function show(name, isShown, make) {
  if (!isShown) {
    notices.get(name)?.remove();
    notices.delete(name);
  } else if (!notices.has(name)) {
    notices.set(name, make());
  }
}

function banner(name, role, text) {
  const banner = add(document.body, "div", `rally-banner rally-banner--${name}`, BANNER, { role });
  banner.textContent = text;
  return banner;
}

function bannerWithReload(name, role, text) {
  const made = banner(name, role, text);
  const button = add(made, "button", "rally-reload", BUTTON, { type: "button" });
  button.textContent = "Reload";
  button.onclick = () => location.reload();
  return made;
}

function add(parent, tag, className, style, attributes) {
  const element = document.createElement(tag);
  element.className = className;
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.style.cssText = style;
  return parent.appendChild(element);
}
