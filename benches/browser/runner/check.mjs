// Checks that all apps behave alike: after each click their rows have the same markup.
import assert from "node:assert/strict";
import { perform, ready, withPage } from "./browser.mjs";

const label = (n) => `tbody>tr:nth-of-type(${n})>td:nth-of-type(2)>a`;
const cross = (n) => `tbody>tr:nth-of-type(${n})>td:nth-of-type(3)>a>span`;
const steps = [
  ["#run", "rows.length == 1000"],
  ["#update", 'rows[990].cells[1].textContent.endsWith("!!!")'],
  [label(5), 'rows[4].className == "danger"'],
  ["#swaprows", "rows[1].cells[0].textContent == 999"],
  [label(999), 'rows[998].className == "danger" && rows[4].className == ""'],
  [cross(4), "rows.length == 999"],
  [cross(998), "rows.length == 998"],
  ["#add", "rows.length == 1998"],
  ["#update", "rows[1990].cells[1].textContent.endsWith('!!!')"],
  ["#run", "rows.length == 1000 && rows[0].cells[0].textContent == 2001"],
  ["#clear", "rows.length == 0"],
  ["#runlots", "rows.length == 10000"],
  [label(9_999), 'rows[9998].className == "danger"'],
  ["#clear", "rows.length == 0"],
];

/** Fails if an app's rows differ from those of the first app, or if rows are not kept. */
export async function check(browser, apps, progress) {
  let expected;
  for (const app of apps) {
    progress(`check of ${app.name}`);
    const states = await withPage(browser, app.url, async (page) => {
      await ready(page);
      const states = [];
      for (const step of steps) {
        await perform(page, [step]);
        states.push(await page.evaluate(content));
      }
      await checkKeys(page, app);
      return states;
    });
    expected ??= states;
    for (const [index, state] of states.entries()) {
      compare(state, expected[index], `${app.name} differs from ${apps[0].name} after ${steps[index]}`);
    }
  }
}

/** Fails with the place of the first difference. */
function compare(actual, expected, message) {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = (text) => text.slice(Math.max(at - 80, 0), at + 80);
  throw new Error(`${message}:\n  ${around(actual)}\ninstead of\n  ${around(expected)}`);
}

/**
 * Returns the markup of the buttons and the table, without comments, empty classes and the
 * attribute by which Dioxus finds its elements.
 */
function content() {
  const copy = document.querySelector(".container").cloneNode(true);
  const comments = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (comments.nextNode()) found.push(comments.currentNode);
  for (const comment of found) comment.remove();
  for (const element of copy.querySelectorAll("*")) {
    if (element.className === "") element.removeAttribute("class");
    element.removeAttribute("data-dioxus-id");
    // The order of attributes differs.
    const attributes = [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name } of attributes) element.removeAttribute(name);
    for (const { name, value } of attributes) element.setAttribute(name, value);
  }
  return copy.innerHTML.replace(/>\s+</g, "><").trim();
}

/** Fails if swapped rows or the others are not the same nodes as before, or replaced rows are. */
async function checkKeys(page, app) {
  await perform(page, [["#run", "rows.length == 1000"]]);
  await page.evaluate(() => (window.before = [...document.querySelector("tbody").rows]));
  const first = await page.evaluate(() => before[1].cells[0].textContent);
  await perform(page, [["#swaprows", `rows[998].cells[0].textContent == ${first}`]]);
  const areKept = await page.evaluate(() => {
    const swapped = [...before];
    [swapped[1], swapped[998]] = [swapped[998], swapped[1]];
    return [...document.querySelector("tbody").rows].every((row, index) => row === swapped[index]);
  });
  assert.ok(areKept, `${app.name}: a swap makes new rows`);
  await perform(page, [["#run", `rows.length == 1000 && rows[0].cells[0].textContent > ${first}`]]);
  const areNew = await page.evaluate(() => before.every((row) => !row.isConnected));
  assert.ok(areNew, `${app.name}: is not keyed`);
}
