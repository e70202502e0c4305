// Attributes, and the state of fields: the properties that the visitor changes too.
//
// `$value` of a field is the value that the view has for it, and so on for the other properties.
// `$set` is the value that was written last, and `$shown` the state of the field after that. A field
// shows the view's value
//
// - when it changes in the view,
// - after the field's own listener has handled an event that may have changed the field: the model
//   has the last word.
//
// At all other times the field keeps what the visitor has entered.

import { fieldsOf } from "./forms.js";

/** The elements with such a property. */
const live = new Map([
  ["value", /^(input|select|textarea)$/],
  ["checked", /^input$/],
  ["selected", /^option$/],
  ["open", /^(details|dialog)$/],
  ["muted", /^(audio|video)$/],
]);

const NAMES = [...live.keys()];

/** The fields that have to show values of the view, each with the names of the properties. */
const due = new Map();
/** The field in which the visitor composes a character, for example with an input method. */
let composed = null;
let timer;

export const isLive = (node, name) => live.get(name)?.test(node.localName);

/** Sets an attribute or a property. Properties are set by `showFields`. */
export function set(node, name, value) {
  if (name == "!") node.innerHTML = value ?? "";
  else if (isLive(node, name)) {
    node["$" + name] = value;
    due.set(node, [...(due.get(node) ?? []), name]);
  } else if (value == null) node.removeAttribute(name);
  else if (name.startsWith("xlink:")) node.setAttributeNS("http://www.w3.org/1999/xlink", name, value);
  else node.setAttribute(name, value);
}

/** Sets an attribute, unless it has the value: a frame would load its page again. */
export function setIfChanged(node, name, value) {
  const last = isLive(node, name) ? node["$" + name] : name != "!" && node.getAttribute(name);
  if (last !== value) set(node, name, value);
}

/**
 * Shows the values of the view. This is done after all other changes, because a value depends on
 * the limits and options of its field.
 */
export function showFields() {
  for (const [field, names] of due) {
    // A change would end the composition.
    if (field == composed && field == document.activeElement) continue;
    due.delete(field);
    if (field.$isKept) {
      [field.$isKept, field.$set] = [false, field.$value];
      continue;
    }
    const isFirst = field.$shown === undefined;
    for (const name of names) {
      const value = field["$" + name];
      if (value === undefined) continue;
      if (isFirst) setDefault(field, name, value);
      if (name == "value") showValue(field);
      else if (field[name] != (value != null)) field[name] = value != null;
    }
    field.$shown = stateOf(field);
  }
}

/** Sets the value that a field has after its form is reset. The server's document has it already. */
function setDefault(field, name, value) {
  if (name == "checked") field.defaultChecked = value != null;
  else if (name == "selected") field.defaultSelected = value != null;
  else if (name == "value" && "defaultValue" in field && value != null && field.defaultValue != value) {
    field.defaultValue = value;
  }
}

function showValue(field) {
  const { $value: value, $set: last, localName, type } = field;
  field.$set = value;
  // An absent value is no value to go back to.
  if (type == "file" || (value ?? last) == null || isShown(field, last)) return;
  if (localName == "select") {
    if (value != null) field.value = value;
    // Without such an option, a new document would select the first one.
    if (field.selectedIndex < 0 && type == "select-one" && field.size < 2) field.selectedIndex = 0;
    return;
  }
  // The cursor keeps its distance to the end: the visitor types before it.
  const isActive = field == document.activeElement && field.selectionEnd != null;
  const after = isActive ? field.value.length - field.selectionEnd : 0;
  field.value = value ?? "";
  // The value of a checkbox or button is its attribute.
  if (value == null) field.removeAttribute("value");
  const cursor = Math.max(0, field.value.length - after);
  if (isActive) field.setSelectionRange(cursor, cursor);
}

/** Returns `true` if a field shows its value already, or a text that is going to be this number. */
function isShown(field, last) {
  const { $value, value, type } = field;
  // A browser may change a value, for example to a number within the limits.
  if (value === $value || (last === $value && stateOf(field) === field.$shown)) return true;
  if (type != "number" || field != document.activeElement || $value == null) return false;
  return field.validity.badInput || (value && +value == +$value);
}

/** The part of a field's state that the visitor changes. */
export const stateOf = (field) => {
  if (field.options) return JSON.stringify([...field.selectedOptions].map(({ value }) => value));
  if (field.localName == "details") return field.open;
  return /^(checkbox|radio)$/.test(field.type) ? field.checked : field.value;
};

/**
 * Called before the options of a `<select>` change. Browsers then select another option, but
 * keep the one that the visitor has chosen.
 */
export function optionsChange(node) {
  const select = /^(select|optgroup|option)$/.test(node?.localName) && node.closest("select");
  if (select?.$value == null) return;
  if (select.value == select.$value || stateOf(select) === select.$shown) {
    select.$shown = null;
    due.set(select, NAMES);
  }
}

/** Called when the listener of a node has handled an event: the field shows the view's value. */
export function handled(node, event) {
  const { type, localName } = node;
  const isChoice = localName == "input" && /^(checkbox|radio)$/.test(type);
  if (!/^(input|change|toggle|volumechange)$/.test(event.type) && !(isChoice && event.type == "click")) return;
  for (const field of group(node)) due.set(field, NAMES);
  if (isChoice && event.defaultPrevented) {
    // The browser is going to take the click back, after all listeners.
    setTimeout(() => {
      for (const field of group(node)) due.set(field, NAMES);
      showFields();
    });
  }
}

/** Returns the fields that change with a field. */
function group(field) {
  if (field.localName == "select") return [...field.options, field];
  if (field.type != "radio" || !field.name) return [field];
  const radios = field.getRootNode().querySelectorAll("input[type=radio]");
  return [...radios].filter(({ name, form }) => name == field.name && form == field.form);
}

/**
 * Empties a field: it shows the view's value, or else that of the document. `sent` has the states of
 * the fields that may be emptied: a field with another state keeps it.
 */
export function empty(field, sent) {
  const isKept = !!sent && sent.get(field) !== stateOf(field);
  if (!isKept) setToDefault(field);
  for (const each of [...(field.options ?? []), field]) {
    // The options of a kept field are kept too.
    each.$isKept = isKept;
    due.set(each, NAMES);
  }
}

function setToDefault(field) {
  if (field.type == "file") field.value = "";
  else if (/^(checkbox|radio)$/.test(field.type)) field.checked = field.defaultChecked;
  else if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
  // The value of an `output` is its children, which belong to the view.
  else if (/^(input|textarea)$/.test(field.localName)) field.value = field.defaultValue;
}

/** Observes composition in the fields of the root, and forms that are reset. */
export function observeFields(root) {
  root.addEventListener("compositionstart", ({ target }) => {
    clearTimeout(timer);
    composed = target;
  }, true);
  root.addEventListener("compositionend", () => {
    // Some browsers send the last `input` after this event.
    timer = setTimeout(() => {
      composed = null;
      showFields();
    });
  }, true);
  // The fields change after the event, and have no events of their own.
  root.addEventListener("reset", (event) => {
    setTimeout(() => event.defaultPrevented || reportChanged(fieldsOf(event.target)));
  });
}

// ---- Fields that the visitor has changed before the app has started

/** Returns the fields among the descendants of a node, and the node if it is one. */
export function fieldsIn(node) {
  const selector = "input, select, textarea, details";
  const fields = [...(node.querySelectorAll?.(selector) ?? [])];
  if (node.matches?.(selector)) fields.unshift(node);
  return fields;
}

/** Returns `true` if the visitor has changed a field since it was shown, or since it was parsed. */
function isChanged(field) {
  const { localName, type } = field;
  if (field.$shown != null) return stateOf(field) !== field.$shown;
  if (localName == "option") return field.closest("select") && isChanged(field.closest("select"));
  if (localName == "details") return field.$open !== undefined && field.open != (field.$open != null);
  if (type == "file") return field.files.length > 0;
  if (/^(checkbox|radio)$/.test(type)) return field.checked != field.defaultChecked;
  if (localName == "select") {
    const wasSelected = ({ $shown, $selected, defaultSelected }) =>
      $shown != null && $selected !== undefined ? $selected != null : defaultSelected;
    if ([...field.options].every((option) => option.selected == wasSelected(option))) return false;
  } else if (field.value == field.defaultValue) return false;
  // The browser chooses a value if the document has none.
  const fresh = Object.assign(document.createElement("template"), { innerHTML: field.outerHTML });
  return stateOf(field) !== stateOf(fresh.content.firstChild);
}

/** Shows the view's values in the adopted fields, except in those that the visitor has changed. */
export function showUnchanged(fields) {
  for (const field of fields) if (!isChanged(field)) due.set(field, NAMES);
  showFields();
}

/** Reports the changed fields to the listeners. Returns `true` if there are any. */
export function reportChanged(fields) {
  const changed = fields.filter(isChanged);
  for (const field of changed) {
    // Of a group of radio buttons, only the chosen one has events.
    if (field.type == "radio" && !field.checked) continue;
    for (const type of eventsOf(field)) {
      field.dispatchEvent(new Event(type, { bubbles: type != "toggle" }));
    }
  }
  return changed.length > 0;
}

function eventsOf(field) {
  if (field.localName == "details") return ["toggle"];
  // The browser sends `change` when the visitor leaves a text.
  const isTyping = field == document.activeElement && field.selectionEnd != null;
  return isTyping ? ["input"] : ["input", "change"];
}

/**
 * Copies what the visitor has entered into removed fields to those that replace them. `active` had
 * the focus.
 */
export function carryOver(removed, made, active) {
  const to = made.flatMap(fieldsIn);
  for (const old of removed.flatMap(fieldsIn)) {
    const isSame = (name) => (field) => field[name] == old[name];
    const isChoice = /^(checkbox|radio)$/.test(old.type);
    const same = ["localName", "type", "name", "id", ...(isChoice ? ["value"] : [])].map(isSame);
    const index = to.findIndex((field) => same.every((isSame) => isSame(field)));
    if (index < 0) continue;
    const [field] = to.splice(index, 1);
    // It is unknown if the visitor has opened `details` before the start.
    if (isChanged(old) || old.localName == "details") copyState(old, field);
    if (old == active) field.focus({ preventScroll: true });
  }
}

function copyState(from, to) {
  if (from.type == "file") to.files = from.files;
  else if (from.localName == "details") to.open = from.open;
  else if (/^(checkbox|radio)$/.test(from.type)) to.checked = from.checked;
  else if (from.options) {
    for (const [index, option] of [...to.options].entries()) option.selected = !!from.options[index]?.selected;
  } else to.value = from.value;
}
