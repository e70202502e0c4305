// Tests of view.js: operations written by hand, in a document without an app.
import assert from "node:assert/strict";
import { after, test as nodeTest } from "node:test";
import { close, launch, named } from "./launch.mjs";
import { open } from "./operations.mjs";

// One page for all tests, because in Firefox each page is a window, which takes a second to open.
let page;

/** A test gets a page, and the warnings of view.js. */
export function test(name, run) {
  nodeTest(named(name), { timeout: 30_000 }, async () => {
    page ??= await (await launch()).newPage();
    await page.goto("about:blank");
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(`uncaught: ${error.stack}`));
    try {
      await run(page, said);
      assert.deepEqual(said, []);
      page.removeAllListeners();
    } catch (error) {
      // The next test gets a new page.
      await page.close();
      page = undefined;
      throw error;
    }
  });
}

export const LI = '<li $="#t"></li>';
export const TEXT = "<!--t-->";
export const WRAP = "<!----><!--c-->";
export const OUTLET = "<!--[--><!--c]-->";
export const item = (text) => [LI, text];
export const words = (text) => text.split("").map(item);

/** Adopts the nodes of a document, and returns those that are not the server's. */
export async function adopt(page, html, ...views) {
  const ops = await open(page, html);
  await page.evaluate(() => {
    const nodes = document.createTreeWalker(document.getElementById("app"));
    while (nodes.nextNode()) nodes.currentNode.fromServer = true;
  });
  ops.tree(0).adopt(...views);
  const adopted = await ops.perform();
  const made = await page.evaluate(() => {
    const nodes = document.createTreeWalker(document.getElementById("app"));
    const made = [];
    while (nodes.nextNode()) {
      const node = nodes.currentNode;
      if (!node.fromServer) made.push(node.outerHTML ?? node.data);
    }
    return made;
  });
  return { ops, adopted, made };
}
