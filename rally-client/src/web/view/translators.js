// Translators and other extensions put their own nodes in the place of a text.

const observer = new MutationObserver(note);

export function observe(root) {
  observer.observe(root, { childList: true, subtree: true });
}

/** Notes the changes so far that are not those of the views. Called before the views change. */
export const noteForeign = () => note(observer.takeRecords());

/** Forgets the changes of the views. */
export const forgetOwn = () => void observer.takeRecords();

function note(records) {
  const added = new Set(records.flatMap((record) => [...record.addedNodes]));
  for (const { target, removedNodes, addedNodes, previousSibling, nextSibling } of records) {
    const [substitute] = [addedNodes[0], previousSibling, nextSibling].filter((node) => added.has(node));
    for (const node of removedNodes) {
      if (node.nodeType == 3) node.$place = { parent: target, before: nextSibling, substitute };
    }
  }
}

/** Puts a text back if something was put in its place. Returns the node. */
export function inPlace(node) {
  if (node.parentNode || !node.$place) return node;
  const { parent, before, substitute } = node.$place;
  if (substitute?.parentNode == parent) substitute.replaceWith(node);
  else if (!before || before.parentNode == parent) parent.insertBefore(node, before);
  return node;
}
