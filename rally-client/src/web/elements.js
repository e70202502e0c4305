// Actions of effects on elements, after a render.

/** Performs an action on the element with an id. Returns `false` if there is none. */
export function act(action, id) {
  const element = document.getElementById(id);
  if (action == 0 || action == 4) element?.focus();
  if (action == 4) element?.select?.();
  else if (action == 1) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  // An open dialog cannot be opened, and throws.
  else if (action == 2) element?.open || element?.showModal?.();
  else if (action == 3) element?.close?.();
  return !!element;
}
