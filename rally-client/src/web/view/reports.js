// Reports for developers about documents that do not fit the view.

import { nameOf } from "./forms.js";
import { setReports } from "./hydration.js";

/** Reports of one document. More would hide the first ones. */
const MAX = 5;
let count = 0;

/** Turns the reports on. */
export const enable = () => setReports({ children, attribute, damage, forms });

/** Reports that the children of an element are not the expected ones. */
function children(parent, expected, actual) {
  const [view, sent] = [expected.map(expectedText), actual.map(text)];
  let start = 0;
  while (start < view.length && view[start] == sent[start]) start++;
  const part = (all) => all.slice(start, start + 3).join(" ") || "nothing";
  warn(parent, `the view has ${part(view)}, and the document has ${part(sent)}`);
}

function attribute(node, name, value) {
  const show = (value) => (value == null ? `no ${name}` : `${name}=${JSON.stringify(value)}`);
  warn(node, `the view has ${show(value)}, and the document has ${show(node.getAttribute(name))}`);
}

/** Reports that a node of the views is not in its place. */
function damage(root, error) {
  warn(root, `a script or an extension has changed nodes of the app (${error.message})`);
  console.debug(error);
}

/** The names of forms that are reported. */
const ambiguous = new Set();

/** Reports forms of one name: without script, the server would find none of them. */
function forms(root) {
  const names = [...root.querySelectorAll("form, [formaction]")].map(nameOf);
  for (const [index, name] of names.entries()) {
    if (name === undefined || names.indexOf(name) == index || ambiguous.has(name)) continue;
    ambiguous.add(name);
    console.error(
      `Rally: several forms of this page have the name "${name}". Give each form a key, as in ` +
        "`dispatch.form(Msg::Removed).key(id)`.",
    );
  }
}

function warn(node, text) {
  if (++count > MAX) return;
  console.warn(`Rally repairs the document of ${location.pathname}, in ${path(node)}: ${text}.`, node);
}

const expectedText = ({ name, text }) => (name ? show(name, text) : "a page");
const text = (node) => show(node.nodeName, node.textContent);

function show(name, text) {
  const short = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
  if (name == "#text") return short;
  return name == "#comment" ? `<!--${text}-->` : `<${name.toLowerCase()}> with ${short}`;
}

function path(node) {
  const names = [];
  for (; node && node.id != "app"; node = node.parentElement) names.unshift(node.localName);
  return ["#app", ...names].join(" > ");
}
