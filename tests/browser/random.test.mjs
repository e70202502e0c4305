// Random views: the server's text, hydration and changes in place agree in a real browser.
import assert from "node:assert/strict";
import { testsOf } from "./harness/browser.mjs";
import { visit } from "./harness/page.mjs";

const test = testsOf("fixture");

// The views of eight seeds in a row are similar. Nine changes lead to the next eight.
const [VISITS, DISTANCE, CHANGES] = [16, 40, 9];

test("random views are hydrated, and changed in place", async ({ page }) => {
  await page.addInitScript(prepare);
  for (let visits = 0; visits < VISITS; visits++) {
    const seed = visits * DISTANCE;
    await visit(page, `/random/${seed}`);
    const { warnings, sent, hydrated, areKept } = await page.evaluate(() => hydration());
    assert.deepEqual(warnings, [], `hydration of the view ${seed} warns`);
    assert.deepEqual(hydrated, sent, `hydration changes the view ${seed}`);
    assert.ok(areKept, `hydration replaces nodes of the view ${seed}`);
    const changes = await page.evaluate((count) => change(count), CHANGES);
    assert.equal(changes.length, CHANGES);
    for (const { seed, shown, fresh, lost } of changes) {
      assert.deepEqual(shown, fresh, `the change to the view ${seed}`);
      assert.deepEqual(lost, [], `keys that got new elements by the change to the view ${seed}`);
    }
  }
});

/** Runs in the page, before its scripts. */
function prepare() {
  const find = (selector) => document.querySelector(`#app ${selector}`);
  const warnings = [];
  console.warn = (text, node) => warnings.push(`${text} ${node?.outerHTML ?? node?.data}`);

  // The document is parsed, and its scripts have not run.
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    const app = document.getElementById("app");
    window.server = { nodes: nodes(app), content: content(app) };
  });

  window.hydration = () => {
    const app = document.getElementById("app");
    const now = nodes(app);
    const isSame = (node, index) => node === server.nodes[index];
    const areKept = now.length === server.nodes.length && now.every(isSame);
    return { warnings, sent: server.content, hydrated: content(app), areKept };
  };

  /** Changes to the following seeds. */
  window.change = async (count) => {
    const changes = [];
    while (count--) {
      const seed = Number(find("output").textContent) + 1;
      const before = keyed();
      find("button").click();
      while (find("output").textContent !== `${seed}`) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      const after = keyed();
      const isLost = (key) => before.has(key) && before.get(key) !== after.get(key);
      const response = await fetch(`/random/${seed}`);
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      changes.push({
        seed,
        shown: content(document.getElementById("app")),
        fresh: content(parsed.getElementById("app")),
        lost: [...after.keys()].filter(isLost),
      });
    }
    return changes;
  };

  /** The elements of the keyed list by their keys. */
  function keyed() {
    const items = document.querySelectorAll("#keyed > li");
    return new Map([...items].map((item) => [item.dataset.key, item]));
  }

  /** The elements and texts in a node. */
  function nodes(parent) {
    return [...parent.childNodes].flatMap((node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data ? [node] : [];
      return node.nodeType === Node.ELEMENT_NODE ? [node, ...nodes(node)] : [];
    });
  }

  /** The content of a node as plain data: without comments, with adjacent texts as one. */
  function content(parent) {
    const all = [];
    for (const node of parent.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) all.push(element(node));
      else if (node.nodeType !== Node.TEXT_NODE || !node.data) continue;
      else if (typeof all.at(-1) === "string") all.push(all.pop() + node.data);
      else all.push(node.data);
    }
    return all;
  }

  function element(node) {
    const { localName, namespaceURI, value, checked, selected } = node;
    // The visitor changes the state of a field, and its attributes are only the default.
    const isField = /^(input|option|select|textarea)$/.test(localName);
    const state = isField ? { value, checked, selected } : {};
    const isState = ({ name }) => name in state && !(localName === "option" && name === "value");
    const attributes = [...node.attributes].filter((attribute) => !isState(attribute));
    return {
      name: `${namespaceURI.split("/").at(-1)} ${localName}`,
      attributes: attributes.map((it) => `${it.namespaceURI ?? ""} ${it.name}=${it.value}`).sort(),
      ...state,
      content: localName === "textarea" ? [] : content(node),
    };
  }
}
