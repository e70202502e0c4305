// Assertions that wait until they hold.
import assert from "node:assert/strict";

const TIMEOUT = 10_000;

/** Repeats `check` until it does not throw. After the timeout it throws the last error. */
async function eventually(check) {
  const deadline = performance.now() + TIMEOUT;
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

  /** Waits until the element has this text. */
  text: (locator, expected) =>
    eventually(async () => {
      const text = await locator.textContent({ timeout: TIMEOUT });
      if (expected instanceof RegExp) assert.match(text, expected);
      else assert.equal(text, expected);
    }),

  /** Waits until the elements have these texts. */
  texts: (locator, expected) =>
    eventually(async () => assert.deepEqual(await locator.allTextContents(), expected)),

  /** Waits until there are this many elements. */
  count: (locator, expected) =>
    eventually(async () => assert.equal(await locator.count(), expected)),

  /** Waits until `read` returns this value. */
  value: (read, expected) => eventually(async () => assert.deepEqual(await read(), expected)),

  /** Waits until the page's URL has this path, query and fragment. */
  url: (page, expected) =>
    eventually(() => {
      const { pathname, search, hash } = new URL(page.url());
      assert.equal(pathname + search + hash, expected);
    }),
};
