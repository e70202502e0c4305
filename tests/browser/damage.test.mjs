// Hydration of documents that were damaged before the app started: by a proxy, an extension, a
// translator or a person.
import assert from "node:assert/strict";
import { after, test as nodeTest } from "node:test";
import { close, launch, named } from "./harness/launch.mjs";
import { openMany } from "./harness/operations.mjs";
import { htmlOf, randomView, changedView } from "./harness/views.mjs";

after(close);

// More documents: DOCUMENTS=3000 node --test damage.test.mjs
const DOCUMENTS = Number(process.env.DOCUMENTS ?? 60);

test("random documents are adopted", 0);
test("random documents with one damage are repaired", 1);
test("random documents with many damages are repaired", 5);

/** Defines a test of documents with this number of damages. */
function test(name, damages) {
  nodeTest(named(name), { timeout: 600_000 }, async () => {
    const page = await (await launch()).newPage();
    await repair(page, damages);
    await page.close();
  });
}

async function repair(page, damages) {
  const documents = await openMany(page);
  await page.evaluate(prepare);
  for (let seed = 1; seed <= DOCUMENTS; seed++) {
    const view = randomView(seed);
    const html = htmlOf(view);
    const ops = await documents.open(html);
    const damaged = await page.evaluate(([seed, count]) => damage(seed, count), [seed, damages]);
    const about = `document ${seed}:\n${html}\nwith damages:\n${damaged}`;

    ops.tree(0).adopt(view);
    await ops.perform();
    const { content, lost, removed } = await page.evaluate((html) => check(html), html);
    assert.deepEqual(content.shown, content.right, about);
    assert.deepEqual(lost, [], `what was entered is lost in ${about}`);
    // Of several damages, one may hide from where the nodes of another one come.
    if (damages < 2) assert.deepEqual(removed, [], `nodes are lost in ${about}`);

    // Every slot has its node, and every listener is alive.
    const changed = changedView(view);
    changed.change(ops);
    await ops.perform();
    const after = await page.evaluate((html) => check(html), htmlOf(changed.view));
    assert.deepEqual(after.content.shown, after.content.right, `changes of ${about}`);
    const [heard, buttons] = await page.evaluate(() => clickAll());
    assert.equal(heard, buttons, `listeners of ${about}`);
  }
}

/** Runs in the page. */
function prepare() {
  let state;
  const random = (limit) => {
    state = (state * 48271) % 0x7fffffff;
    return state % limit;
  };
  const app = () => document.getElementById("app");
  const pick = (list) => list[random(list.length)];
  const nodesIn = (parent) => [...parent.childNodes].flatMap((node) => [node, ...nodesIn(node)]);
  const elementsIn = (parent) => [...parent.querySelectorAll("*")];
  const isInner = (node) => node.nodeType === 1 && !/^(input|textarea|select|option|button)$/.test(node.localName);
  const foreign = () => {
    const kind = random(4);
    if (kind === 0) return document.createTextNode("foreign");
    if (kind === 1) return document.createTextNode(" \n ");
    if (kind === 2) return document.createComment("foreign");
    return Object.assign(document.createElement("aside"), { innerHTML: "<b>foreign</b><input>" });
  };

  // Nodes that a damage has touched need not be kept.
  let touched, entered, known;
  const touch = (node) => touched.push(node);

  const damages = [
    function insert() {
      const parent = pick([app(), ...elementsIn(app()).filter(isInner)]);
      parent.insertBefore(foreign(), pick([...parent.childNodes, null]));
    },
    function remove() {
      const node = pick(nodesIn(app()).filter((node) => isInner(node.parentNode)));
      touch(node);
      node.remove();
    },
    function wrap() {
      const node = pick(nodesIn(app()).filter((node) => isInner(node.parentNode)));
      const wrapper = document.createElement(pick(["span", "font", "div"]));
      node.replaceWith(wrapper);
      wrapper.append(node);
    },
    function translate() {
      const texts = nodesIn(app()).filter((node) => node.nodeType === 3 && isInner(node.parentNode));
      const text = pick(texts);
      if (!text) return;
      touch(text);
      const font = document.createElement("font");
      font.innerHTML = "<font>translated</font>";
      text.replaceWith(font);
    },
    function addAttribute() {
      pick(elementsIn(app())).setAttribute("data-foreign", "1");
    },
    function changeAttribute() {
      const element = pick(elementsIn(app()));
      const { name } = pick([...element.attributes]) ?? {};
      if (!name || /^(name|type|value|checked|selected)$/.test(name)) return;
      if (random(2)) element.removeAttribute(name);
      else element.setAttribute(name, "damaged");
    },
    function removeComments() {
      nodesIn(app()).filter((node) => node.nodeType === 8).forEach((node) => (touch(node), node.remove()));
    },
    function changeText() {
      const text = pick(nodesIn(app()).filter((node) => node.nodeType === 3 && isInner(node.parentNode)));
      if (text) text.data = "changed";
    },
    function mergeTexts() {
      nodesIn(app()).filter((node) => node.nodeType === 3).forEach(touch);
      app().normalize();
    },
    function swap() {
      const node = pick(nodesIn(app()).filter(({ nextSibling, parentNode }) => nextSibling && isInner(parentNode)));
      if (!node) return;
      touch(node.parentNode);
      node.before(node.nextSibling);
    },
  ];

  window.damage = (seed, count) => {
    state = seed;
    [touched, entered] = [[], new Map()];
    for (const field of app().querySelectorAll("input, textarea, select")) {
      if (random(3)) continue;
      if (field.type === "checkbox") field.checked = !field.checked;
      else if (field.localName === "select") field.selectedIndex = 1 - field.selectedIndex;
      else field.value = `entered ${random(1000)}`;
      entered.set(field, stateOf(field));
    }
    known = nodesIn(app());
    while (count-- && nodesIn(app()).length > 5) pick(damages)();
    return app().innerHTML;
  };

  window.clickAll = () => {
    calls.length = 0;
    const buttons = [...app().querySelectorAll("button")];
    buttons.forEach((button) => button.click());
    return [calls.length, buttons.length];
  };

  const stateOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

  window.check = (html) => {
    const right = Object.assign(document.createElement("template"), { innerHTML: html }).content;
    const lost = [];
    for (const [field, state] of entered) {
      const isGone = touched.some((node) => node.contains(field) && !app().contains(node));
      const now = app().querySelector(`[name=${field.name}]`);
      if (!isGone && now && stateOf(now) !== state) lost.push([field.name, state, stateOf(now)]);
    }
    const mustStay = (node) => {
      if (node.nodeType === 8 || (node.nodeType === 3 && !node.data)) return false;
      return !app().contains(node) && !touched.some((other) => other.contains(node));
    };
    return {
      content: { shown: content(app()), right: content(right) },
      lost,
      removed: known.filter(mustStay).map((node) => node.outerHTML ?? node.data),
    };
  };

  /** The content of a node as plain data: without comments, with adjacent texts as one. */
  function content(parent) {
    const all = [];
    for (const node of parent.childNodes) {
      if (node.nodeType === 1) all.push(element(node));
      else if (node.nodeType !== 3 || !node.data) continue;
      else if (typeof all.at(-1) === "string") all.push(all.pop() + node.data);
      else all.push(node.data);
    }
    return all;
  }

  function element(node) {
    // The state of fields is checked by itself. Attributes of extensions stay.
    const isOwn = ({ name }) => !/^(value|checked|selected|data-foreign)$/.test(name);
    const attributes = [...node.attributes].filter(isOwn).map(({ name, value }) => `${name}=${value}`);
    const isText = node.localName === "textarea";
    return [node.localName, attributes.sort(), isText ? [] : content(node)];
  }
}
