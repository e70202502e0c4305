// Forms: which listener a submit has, and how their fields are emptied and found.
//
// A field may be named as a property of its form, such as `action`, and then hides it. So the
// properties of forms are read from the prototypes.

import { empty, stateOf } from "./fields.js";

const { get: elements } = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements");

/** Returns the fields of a form, also those outside of it. */
export const fieldsOf = (form) => [...elements.call(form)];

/** Returns an attribute of a form. */
export const attributeOf = (form, name) => Element.prototype.getAttribute.call(form, name);

/**
 * Returns the name of a form, or of a button that is one, from the action. rally-core/src/form/url.rs
 * has the format.
 */
export function nameOf(form) {
  const action = attributeOf(form, "formaction") ?? attributeOf(form, "action");
  const part = /^\?/.test(action) ? action.slice(1).split("&").findLast((part) => part[0] == "/") : undefined;
  return part && decodeURIComponent(part.slice(1));
}

/**
 * Called before the listeners of a submit. Returns the button if it has a listener in place of that
 * of the form; null if there is none; undefined if the visitor has refused.
 */
export function submitter({ target: form, submitter: button }) {
  const isOwn = button?.$listeners?.some(({ event }) => event == "submit");
  const question = attributeOf(isOwn ? button : form, "data-rally-confirm");
  if (question == null || confirm(question)) return isOwn ? button : null;
}

/** Called after the app has received a submit. Notes the values, for `RESET_SENT`. */
export function submitted(form) {
  form.$sent = new Map(fieldsOf(form).map((field) => [field, stateOf(field)]));
}

/** Performs an action of the app in the forms of a name. The numbers are those of web/view.rs. */
export function act(name, action) {
  for (const form of document.querySelectorAll("form[action]")) {
    if (nameOf(form) != name) continue;
    // The errors are shown by the next render, which is a microtask.
    if (action == 2) setTimeout(() => focusInvalid(form));
    else for (const field of fieldsOf(form)) empty(field, action == 1 && form.$sent);
  }
}

const focusInvalid = (form) => fieldsOf(form).find((field) => field.ariaInvalid == "true")?.focus();
