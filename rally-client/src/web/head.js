// Writes the document's head, and the language and theme of `<html>`. The result must be the same
// HTML as rally-server writes in `render/head.rs`, which explains the two attributes.

const OWN = "data-rally-head", SHELL = "data-rally-shell";
/** The attribute with the value of an element. The value of a title is its text. */
const VALUES = { meta: "content", link: "href" };

const all = (selector) => [...document.querySelectorAll(`head ${selector}`)];

/** Removes the head of the page before. */
export function clearHead() {
  all(`[${OWN}]`).forEach((element) => element.remove());
  for (const element of all(`[${SHELL}]`)) {
    setValue(element, element.getAttribute(SHELL));
    element.removeAttribute(SHELL);
  }
}

/** Writes the title. */
export function writeTitle(text) {
  write(all("title")[0], "title", [], text);
}

/** Writes a tag, such as `("meta", "name", "robots", "noindex")`. */
export function writeTag(name, attribute, key, text) {
  // The keys are compared here, because in a selector they would have to be escaped.
  const isSame = (element) =>
    !element.hasAttribute(SHELL) && !element.hasAttribute(OWN) &&
    lower(element.getAttribute(attribute)) === lower(key) && value(element) !== null;
  write(all(name).find(isSame), name, [[attribute, key]], text);
}

/** Writes a value into an element of `index.html`, or else into a new element of the head. */
function write(shell, name, attributes, text) {
  if (shell) {
    shell.setAttribute(SHELL, value(shell));
    return setValue(shell, text);
  }
  const element = document.createElement(name);
  for (const [name, value] of [...attributes, [OWN, ""]]) element.setAttribute(name, value);
  setValue(element, text);
  document.head.append(element);
}

/** ASCII only, as the server compares. */
const lower = (text) => text?.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function value(element) {
  const attribute = VALUES[element.localName];
  return attribute ? element.getAttribute(attribute) : element.textContent;
}

function setValue(element, value) {
  const attribute = VALUES[element.localName];
  if (attribute) element.setAttribute(attribute, value);
  else element.textContent = value;
}

/** Sets the language. If the visitor has not chosen it, a language that is declared stays. */
export function showLang(lang, isChosen) {
  const html = document.documentElement;
  if (isChosen || !html.hasAttribute("lang")) html.setAttribute("lang", lang);
}

/** Sets the theme. */
export function showTheme(isDark) {
  document.documentElement.setAttribute("data-theme", isDark ? "dark" : "light");
}

/** Returns the language of the browser. */
export function language() {
  return navigator.language;
}
