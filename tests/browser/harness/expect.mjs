// Assertions that wait: a page changes when it is ready to.
import assert from "node:assert/strict";

const PATIENCE = 10_000;

/** Looks again until `check` throws no more; in the end its error is the test's. */
async function eventually(check) {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export const expect = {
  eventually,

  /** The element's text comes to be this. */
  text: (locator, expected) =>
    eventually(async () => {
      const text = await locator.textContent({ timeout: PATIENCE });
      if (expected instanceof RegExp) assert.match(text, expected);
      else assert.equal(text, expected);
    }),

  /** The texts of all elements come to be these. */
  texts: (locator, expected) =>
    eventually(async () => assert.deepEqual(await locator.allTextContents(), expected)),

  /** There come to be so many. */
  count: (locator, expected) =>
    eventually(async () => assert.equal(await locator.count(), expected)),

  /** A value comes to be this. */
  value: (read, expected) => eventually(async () => assert.deepEqual(await read(), expected)),

  /** The path, query and fragment of the page's URL come to be this. */
  url: (page, expected) =>
    eventually(() => {
      const { pathname, search, hash } = new URL(page.url());
      assert.equal(pathname + search + hash, expected);
    }),
};
