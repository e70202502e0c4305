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
  try {
    return part && decodeURIComponent(part.slice(1));
  } catch {
    // The app has written this action.
  }
}

/** Returns the button of a submit, if it has a listener in place of that of the form. */
export function submitter({ submitter: button }) {
  if (button?.$listeners?.some(({ event }) => event == "submit")) return button;
}

/** Called after the app has received a submit. Notes the values, for `RESET_SENT`. */
export function submitted(form) {
  form.$sent = new Map(fieldsOf(form).map((field) => [field, stateOf(field)]));
}

/** Performs an action of the app in the forms of a name. The numbers are those of web/view.rs. */
export function act(name, action) {
  for (const owner of document.querySelectorAll("form[action], [formaction]")) {
    if (nameOf(owner) != name) continue;
    const form = owner instanceof HTMLFormElement ? owner : owner.form;
    // A button may be outside of a form.
    if (!form) continue;
    // The errors are shown by the next render, which is a microtask.
    if (action == 2) setTimeout(() => focusInvalid(form));
    else for (const field of fieldsOf(form)) empty(field, action == 1 && form.$sent);
  }
}

const focusInvalid = (form) => fieldsOf(form).find((field) => field.ariaInvalid == "true")?.focus();
