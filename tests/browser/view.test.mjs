// view.js: operations written by hand, in a document without an app.
import assert from "node:assert/strict";
import { after } from "node:test";
import { close } from "./harness/launch.mjs";
import { calls, open } from "./harness/operations.mjs";
import { LI, OUTLET, TEXT, WRAP, adopt, item, test, words } from "./harness/view.mjs";

after(close);

test("a view is static markup with the values of its slots", async (page) => {
  const ops = await open(page);
  const markup = '<p $="class id #t" title="x"></p><b>!</b><!--t--><!---->';
  ops.tree(0).list(0, [[markup, { value: "a" }, { value: null }, "text \u{1f600}", "end"]]);
  const html = await ops.perform();
  assert.equal(html, '<p title="x" class="a">text \u{1f600}</p><b>!</b>end<!---->');
});

test("attributes and texts change in place", async (page) => {
  const ops = await open(page);
  const markup = '<p $="class hidden"><i>x</i><!--t--><b></b></p>';
  ops.tree(0).list(0, [[markup, { value: "a" }, { value: null }, "one"]]);
  await ops.perform();
  await page.evaluate(() => (document.querySelector("p").kept = true));
  ops.tree(0).in(0, 0).set(0, "b").set(1, "").setText(2, "two");
  assert.equal(await ops.perform(), '<p class="b" hidden=""><i>x</i>two<b></b></p>');
  ops.tree(0).in(0, 0).set(0, null);
  assert.equal(await ops.perform(), '<p hidden=""><i>x</i>two<b></b></p>');
  assert.ok(await page.evaluate(() => document.querySelector("p").kept));
});

test("lists nest, and stand anywhere in their parent", async (page) => {
  const ops = await open(page);
  const markup = "<ul><li>0</li><!--c--><li>9</li><!--l--></ul>";
  ops.tree(0).list(0, [[markup, [[WRAP, words("ab")]], words("xy")]]);
  const li = (text) => [...text].map((each) => `<li>${each}</li>`).join("");
  const html = (one, other) => `<ul>${li("0")}<!---->${one}<!----><!---->${li("9")}${other}</ul>`;
  assert.equal(await ops.perform(), html(li("ab"), li("xy")));
  ops.tree(0).in(0, 0).list(1, [item("w")], ["stay", 0, 2]);
  ops.in(0, 0).list(0, ["stay", 1, 1], [item("c")]).out();
  assert.equal(await ops.perform(), html(li("bc"), li("wxy")));
  ops.tree(0).in(0, 0).list(1).list(0);
  assert.equal(await ops.perform(), `<ul>${li("0")}<!---->${li("9")}</ul>`);
});

test("any change of a list keeps the nodes of its items", async (page) => {
  const ops = await open(page);
  // Items of one node and of several nodes, in a list at the end and in one before an anchor.
  const several = "<!----><!--c--><li>-</li><!--t--><!---->";
  const view = (text) => (text.charCodeAt(0) % 2 ? item(text) : [several, [item(text)], text]);
  let old = [];
  ops.tree(0).list(0, [["<div><ul><!--l--></ul><ol><!--c--><b></b></ol></div>", [], []]]);
  await ops.perform();
  let seed = 7;
  const random = (limit) => (seed = (seed * 48271) % 0x7fffffff) % limit;
  for (let round = 0; round < 60; round++) {
    const letters = [..."abcdefghij"].filter(() => random(3));
    const next = letters.map((each) => [random(100), each]).sort().map(([, each]) => each);
    // Every old item is one run of its own, which moves unless it is the first one.
    const runs = next.map((each, index) => {
      const from = old.indexOf(each);
      if (from < 0) return [view(each)];
      const first = next.findIndex((each) => old.includes(each));
      return [index === first ? "stay" : "move", from, 1];
    });
    ops.tree(0).in(0, 0).list(0, ...runs).list(1, ...runs);
    const before = await page.evaluate(() => {
      window.known ??= new Map();
      return [...document.querySelectorAll("li")].length;
    });
    assert.equal(before > 0, old.length > 0);
    await ops.perform();
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll("ul, ol")].map((list) => {
        const items = [...list.querySelectorAll("li")].filter((li) => li.textContent !== "-");
        return items.map((li) => {
          const key = list.localName + li.textContent;
          const isKept = known.get(key) === li;
          known.set(key, li);
          return li.textContent + (isKept ? "=" : "+");
        });
      }),
    );
    const expected = next.map((each) => each + (old.includes(each) ? "=" : "+"));
    assert.deepEqual(shown, [expected, expected]);
    await page.evaluate((shown) => {
      for (const key of known.keys()) if (!shown.includes(key.slice(2))) known.delete(key);
    }, next);
    old = next;
  }
});

test("an item that moves keeps the focus", async (page) => {
  const ops = await open(page);
  const view = (name) => ['<input $="name">', { value: name }];
  ops.tree(0).list(0, [view("a"), view("b"), view("c")]);
  await ops.perform();
  await page.locator("[name=c]").focus();
  ops.tree(0).list(0, ["move", 2, 1], ["stay", 0, 2]);
  await ops.perform();
  assert.equal(await page.evaluate(() => document.activeElement.name), "c");
  assert.equal(await page.locator("input").first().getAttribute("name"), "c");
});

test("svg and mathml have their namespaces", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<svg $="viewBox"><!--l--></svg>', { value: "0 0 1 1" }, [
    ['svg:<path $="d"></path>', { value: "M0 0" }],
    ['svg:<use $="xlink:href"></use>', { value: "#a" }],
  ]]]);
  const html = '<svg viewBox="0 0 1 1"><path d="M0 0"></path><use xlink:href="#a"></use></svg>';
  assert.equal(await ops.perform(), html);
  assert.deepEqual(
    await page.evaluate(() => [
      document.querySelector("path").namespaceURI,
      document.querySelector("use").href.baseVal,
      document.querySelector("svg").viewBox.baseVal.width,
    ]),
    ["http://www.w3.org/2000/svg", "#a", 1],
  );
});

test("a spread sets and removes its attributes and listeners", async (page) => {
  const ops = await open(page);
  const markup = '<input $="id .. title">';
  const spread = { spread: [["class", "a"], ["lang", null], ["click", 1, 0], ["value", "v"]] };
  ops.tree(0).list(0, [[markup, { value: "i" }, spread, { value: "t" }]]);
  assert.equal(await ops.perform(), '<input id="i" class="a" title="t" value="v">');
  assert.equal(await page.locator("input").inputValue(), "v");
  ops.tree(0).in(0, 0).spread(1, [["lang", "de"], ["class", null], ["click", 1, 0]]);
  assert.equal(await ops.perform(), '<input id="i" title="t" lang="de">');
  assert.equal(await page.locator("input").inputValue(), "");
  await page.locator("input").click();
  const [[path]] = await calls(page);
  assert.equal(path, "0,0,0,1,0");
  ops.tree(0).in(0, 0).spread(1, [["lang", "de"]]);
  await ops.perform();
  await page.locator("input").click();
  assert.equal((await calls(page)).length, 0);
});

test("fields show their values", async (page) => {
  const ops = await open(page);
  const markup = `<form><input $="value max" type="range"><input $="value type">
    <textarea $="value"></textarea><input $="checked" type="checkbox">
    <select $="value"><!--l--></select></form>`;
  const option = (value) => ['<option $="value #t"></option>', { value }, value];
  const values = [{ value: "150" }, { value: "200" }, { value: "x" }, { value: "text" }];
  ops.tree(0).list(0, [[markup, ...values, { value: "one\ntwo" }, { value: "" }, { value: "b" }, [
    option("a"), option("b"),
  ]]]);
  await ops.perform();
  const shown = () =>
    page.evaluate(() => {
      const fields = [...document.querySelectorAll("input, textarea, select")];
      return fields.map((field) => (field.type === "checkbox" ? field.checked : field.value));
    });
  assert.deepEqual(await shown(), ["150", "x", "one\ntwo", true, "b"]);
  ops.tree(0).in(0, 0).set(4, null).set(5, null).set(6, "c").list(7, [option("c")], ["stay", 0, 2]);
  await ops.perform();
  assert.deepEqual(await shown(), ["150", "x", "", false, "c"]);
  // The first option goes, and comes back.
  ops.tree(0).in(0, 0).list(7, ["stay", 1, 2]);
  await ops.perform();
  assert.equal((await shown())[4], "a");
  ops.tree(0).in(0, 0).list(7, ["stay", 0, 2], [option("c")]);
  await ops.perform();
  assert.equal((await shown())[4], "c");
});

test("a change of one property keeps what was entered in the others", async (page) => {
  const ops = await open(page);
  const spread = (text) => ({ spread: [["class", text], ["value", "init"]] });
  const markup = '<input $=".."><input type="checkbox" $="value checked">';
  ops.tree(0).list(0, [[markup, spread("a"), { value: "1" }, { value: null }]]);
  await ops.perform();
  await page.locator("input").first().fill("typed");
  await page.locator("[type=checkbox]").check();
  ops.tree(0).in(0, 0).spread(0, spread("b").spread).set(1, "2");
  await ops.perform();
  assert.equal(await page.locator(".b").inputValue(), "typed");
  assert.equal(await page.locator("[value='2']").isChecked(), true);
});

test("another choice is kept while the options change", async (page) => {
  const ops = await open(page);
  const option = (value) => ['<option $="value #t"></option>', { value }, value];
  ops.tree(0).list(0, [['<select $="value"><!--l--></select>', { value: "a" }, [..."abc"].map(option)]]);
  await ops.perform();
  await page.locator("select").selectOption("b");
  for (const change of [["stay", 1, 2], [[option("z")], ["stay", 0, 2]]]) {
    const runs = Array.isArray(change[0]) ? change : [change];
    ops.tree(0).in(0, 0).list(1, ...runs);
    await ops.perform();
    assert.equal(await page.locator("select").inputValue(), "b");
  }
});

test("a reset shows the values that a field had at first", async (page) => {
  const ops = await open(page);
  const markup = `<form><input $="value"><textarea $="value"></textarea>
    <input type="checkbox" $="checked"></form>`;
  ops.tree(0).list(0, [[markup, { value: "x" }, { value: "t" }, { value: "" }]]);
  await ops.perform();
  await page.locator("input").first().fill("typed");
  await page.locator("textarea").fill("typed");
  await page.locator("[type=checkbox]").uncheck();
  await page.locator("form").evaluate((form) => form.reset());
  assert.equal(await page.locator("input").first().inputValue(), "x");
  assert.equal(await page.locator("textarea").inputValue(), "t");
  assert.equal(await page.locator("[type=checkbox]").isChecked(), true);
});

test("a value that the field has already leaves the cursor", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<input $="value">', { value: "abc" }]]);
  await ops.perform();
  const cursor = () => page.evaluate(() => document.querySelector("input").selectionStart);
  await page.evaluate(() => document.querySelector("input").setSelectionRange(1, 1));
  ops.tree(0).in(0, 0).set(0, "abc");
  await ops.perform();
  assert.equal(await cursor(), 1);
});

test("inner HTML is set as it is", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<div $="!"></div>', { value: "<b>x</b>" }]]);
  assert.equal(await ops.perform(), "<div><b>x</b></div>");
  ops.tree(0).in(0, 0).set(0, null);
  assert.equal(await ops.perform(), "<div></div>");
});

test("an outlet takes over the nodes of its page", async (page) => {
  const ops = await open(page);
  const wide = ["<main><!--l--></main>", [[OUTLET, { outlet: 1 }]]];
  const narrow = ["<aside><!--l--></aside>", [[OUTLET, { outlet: 1 }]]];
  ops.tree(0).list(0, [wide]).tree(1).list(0, [item("a")]);
  assert.equal(await ops.perform(), "<main><!--[--><li>a</li><!--]--></main>");
  await page.evaluate(() => (document.querySelector("li").kept = true));
  ops.tree(0).list(0, [narrow]).tree(1).list(0, ["stay", 0, 1], [item("b")]);
  assert.equal(await ops.perform(), "<aside><!--[--><li>a</li><li>b</li><!--]--></aside>");
  assert.ok(await page.evaluate(() => document.querySelector("li").kept));
  // A page without an outlet lives on.
  ops.tree(0).list(0).tree(1).in(0, 0).setText(0, "A").out().list(0, ["stay", 0, 2], [item("c")]);
  assert.equal(await ops.perform(), "");
  ops.tree(0).list(0, [[OUTLET, { outlet: 1 }]]);
  assert.equal(await ops.perform(), "<!--[--><li>A</li><li>b</li><li>c</li><!--]-->");
  ops.tree(0).list(0).tree(1).list(0, ["stay", 1, 1]).tree(0).list(0, [wide]);
  assert.equal(await ops.perform(), "<main><!--[--><li>b</li><!--]--></main>");
});

test("a page of several nodes lives on while its outlet is not there", async (page) => {
  const ops = await open(page);
  const shown = [OUTLET, { outlet: 1 }];
  const several = ['<b $="#t"></b><!--t--><!---->', "a", "b"];
  // The outlet comes later than the page.
  ops.tree(1).list(0, [several, item("c")]);
  await ops.perform();
  ops.tree(0).list(0, [shown]);
  const html = "<!--[--><b>a</b>b<!----><li>c</li><!--]-->";
  assert.equal(await ops.perform(), html);
  await page.evaluate(() => (document.querySelector("b").kept = true));
  // Alone in its list, or with others, which are removed or stay.
  for (const [before, after] of [[[], []], [[item("x")], [item("y")]], [[], [item("y")]]]) {
    ops.tree(0).list(0, [...before, shown, ...after]);
    await ops.perform();
    ops.tree(0).list(0, ...(after.length ? [["stay", before.length + 1, 1]] : []));
    ops.tree(1).in(0, 0).setText(1, "B");
    assert.equal(await ops.perform(), after.length ? "<li>y</li>" : "");
    ops.tree(0).list(0, [shown]);
    assert.equal(await ops.perform(), html.replace("b<!--", "B<!--"));
  }
  ops.tree(0).list(0, [item("x"), shown, item("y")]);
  await ops.perform();
  ops.tree(0).list(0);
  assert.equal(await ops.perform(), "");
  ops.tree(0).list(0, [shown]).tree(1).list(0, ["stay", 0, 1]);
  assert.equal(await ops.perform(), "<!--[--><b>a</b>B<!----><!--]-->");
  assert.ok(await page.evaluate(() => document.querySelector("b").kept));
});

const NESTED =
  '<section $="@click:1 @click:1c @focus:7"><div $="@click:1"><button $="@click:1 @focus:7">x</button></div></section>';
const nested = [NESTED, null, null, null, null, null, null];

test("handlers are called in the order of the DOM", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [item("x"), nested]);
  await ops.perform();
  const click = async (reactions = {}) => {
    await page.evaluate((reactions) => (window.reactions = reactions), reactions);
    await page.locator("button").click();
    return (await calls(page)).map(([path]) => path);
  };
  // The focus does not bubble.
  assert.deepEqual(await click(), ["0,0,1,5,0", "0,0,1,1,0", "0,0,1,4,0", "0,0,1,3,0", "0,0,1,0,0"]);
  const stopped = await click({ "0,0,1,3,0": 2 });
  assert.deepEqual(stopped, ["0,0,1,1,0", "0,0,1,4,0", "0,0,1,3,0"]);
  assert.deepEqual(await click({ "0,0,1,1,0": 2 }), ["0,0,1,1,0"]);
});

test("the path of an event follows the items of lists", async (page) => {
  const ops = await open(page);
  const button = (text) => ['<button $="@click:1 #t"></button>', null, text];
  ops.tree(0).list(0, [["<p><!--l--></p>", [[OUTLET, { outlet: 1 }]]]]);
  ops.tree(1).list(0, [item(""), [WRAP, [button("a"), button("b")]]]);
  await ops.perform();
  const click = async (name) => {
    await page.getByRole("button", { name }).click();
    return (await calls(page)).map(([path]) => path);
  };
  assert.deepEqual(await click("b"), ["1,0,1,0,1,0,0"]);
  ops.tree(1).in(0, 1).list(0, ["move", 1, 1], ["stay", 0, 1]);
  await ops.perform();
  assert.deepEqual(await click("b"), ["1,0,1,0,0,0,0"]);
  assert.deepEqual(await click("a"), ["1,0,1,0,1,0,0"]);
});

test("adopted nodes have their listeners", async (page) => {
  const html = "<section><div><button>x</button></div></section>";
  const { made } = await adopt(page, html, nested);
  assert.deepEqual(made, []);
  await page.locator("button").click();
  assert.equal((await calls(page)).length, 5);
});

test("prevent_default and stop_propagation reach the browser", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<a $="@click:1" href="#x">x</a>', null]]);
  await ops.perform();
  await page.evaluate(() => document.addEventListener("click", () => (window.heard = true)));
  const click = async (reaction) => {
    await page.evaluate((reaction) => (window.reactions = { "0,0,0,0,0": reaction }), reaction);
    await page.locator("a").click();
    return page.evaluate(() => {
      const result = [location.hash, window.heard];
      history.replaceState(null, "", "#");
      window.heard = false;
      return result;
    });
  };
  assert.deepEqual(await click(3), ["", undefined]);
  assert.deepEqual(await click(1), ["", true]);
  assert.deepEqual(await click(0), ["#x", true]);
});

test("a listener is passive unless another handler of the event is not", async (page) => {
  const ops = await open(page);
  await page.evaluate(() => {
    const add = EventTarget.prototype.addEventListener;
    window.passive = [];
    EventTarget.prototype.addEventListener = function (event, listener, options) {
      if (event === "wheel") passive.push(`${event} ${options.passive}`);
      return add.call(this, event, listener, options);
    };
  });
  ops.tree(0).list(0, [['<p $="@wheel:9p">x</p>', null], ['<p $="@wheel:9p">y</p>', null]]);
  await ops.perform();
  ops.tree(0).list(0, ["stay", 0, 2], [['<p $="@wheel:9">z</p>', null]]);
  await ops.perform();
  const added = ["wheel true", "wheel true", "wheel false", "wheel false"];
  assert.deepEqual(await page.evaluate(() => passive), added);
  await page.evaluate(() => (window.reactions = { "0,0,0,0,0": 1, "0,0,2,0,0": 1 }));
  const wheel = (index) =>
    page.evaluate((index) => {
      const event = new WheelEvent("wheel", { bubbles: true, cancelable: true, deltaY: 1.5 });
      document.querySelectorAll("p")[index].dispatchEvent(event);
      return event.defaultPrevented;
    }, index);
  assert.deepEqual([await wheel(0), await wheel(2)], [false, true]);
  const [[, data]] = await calls(page);
  assert.deepEqual(data.slice(1), [0, 1.5, 0, 0]);
});

test("a disabled button has no clicks", async (page) => {
  const ops = await open(page);
  const markup = '<p $="@click:1"><button $="@click:1" disabled><b>x</b></button></p>';
  ops.tree(0).list(0, [[markup, null, null]]);
  await ops.perform();
  await page.evaluate(() => document.querySelector("b").click());
  assert.ok((await calls(page)).every(([path]) => path === "0,0,0,0,0"));
});

test("an event that a change of the document causes comes after it", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<p $="@focusout:7 @focusin:7"><!--l--></p>', null, null, [["<input>"]]]]);
  await ops.perform();
  await page.locator("input").focus();
  assert.equal((await calls(page)).length, 1);
  ops.tree(0).in(0, 0).list(2);
  await ops.perform();
  await page.evaluate(() => Promise.resolve());
  // The input is no longer in the document, so no element around it hears of it.
  assert.deepEqual(await calls(page), []);
});

test("mouse and key events have their data", async (page) => {
  const ops = await open(page);
  const style = "position:fixed; left:10px; top:20px; width:50px; height:50px; padding:0; border:0";
  ops.tree(0).list(0, [[`<button $="@click:1 @keydown:2" style="${style}">x</button>`, null, null]]);
  await ops.perform();
  await page.locator("button").click({ position: { x: 5, y: 6 }, modifiers: ["Shift"] });
  const [[, mouse]] = await calls(page);
  assert.deepEqual(mouse.toSpliced(2, 1), [[15, 26], [15, 26], [5, 6], 0, 0, 2, 1]);
  await page.keyboard.press("Control+a");
  const [, [, key]] = await calls(page);
  assert.deepEqual(key, ["a", "KeyA", 1, false, false]);
});

test("form events have the values of their fields", async (page) => {
  const ops = await open(page);
  const markup = `<form $="@submit:4 @input:3">
    <input name="text" $="@input:3"><input type="checkbox" name="box" $="@change:3" value="yes">
    <input type="file" name="file" $="@change:3" multiple><input type="file" name="none">
    <select multiple name="many" $="@change:3"><option>a<option>b<option>c</select>
    <button name="by" value="save">Save</button></form>`;
  ops.tree(0).list(0, [[markup, null, null, null, null, null, null]]);
  await ops.perform();
  await page.evaluate(() => {
    window.reactions = { "0,0,0,0,0": 1 };
  });
  const data = async (slot) => {
    const all = await calls(page);
    return all.filter(([path]) => path === `0,0,0,${slot},0`).map(([, data, files]) => [...data, files]);
  };
  await page.locator("[name=text]").fill("A\u{e9}");
  assert.deepEqual(await data(2), [["A\u{e9}", false, [["text", "A\u{e9}", null]], 0]]);
  await page.locator("[name=box]").check();
  assert.deepEqual(await data(3), [["yes", true, [["box", "yes", null]], 0]]);
  await page.locator("[name=box]").uncheck();
  assert.deepEqual(await data(3), [["yes", false, [], 0]]);
  await page.locator("[name=box]").check();
  await page.locator("[name=many]").selectOption(["a", "c"]);
  const chosen = [["many", "a", null], ["many", "c", null]];
  assert.deepEqual(await data(5), [["a", false, chosen, 0]]);
  const files = ["a.txt", "b.txt"].map((name) => {
    return { name, mimeType: "text/plain", buffer: Buffer.from(name.repeat(20)) };
  });
  await page.locator("[name=file]").setInputFiles(files);
  const sent = [
    ["file", null, ["a.txt", "text/plain", 100, 0]],
    ["file", null, ["b.txt", "text/plain", 100, 1]],
  ];
  assert.deepEqual((await data(4)).map((data) => data.slice(2)), [[sent, 2]]);
  await page.locator("button").click();
  const values = [["text", "A\u{e9}", null], ["box", "yes", null], ...sent, ["none", null, null]];
  assert.deepEqual(await data(0), [["", false, [...values, ...chosen, ["by", "save", null]], 2]]);
  await page.locator("[name=text]").fill("b".repeat(70_000));
  const [[value, , all]] = await data(1);
  assert.equal(value.length, 70_000);
  assert.equal(all.length, 8 - 1);
});

test("pasted and dropped texts and files are told", async (page) => {
  const ops = await open(page);
  ops.tree(0).list(0, [['<p $="@paste:10 @drop:6">x</p>', null, null]]);
  await ops.perform();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "text");
    data.items.add(new File(["abc"], "a.txt", { type: "text/plain" }));
    const options = { bubbles: true, dataTransfer: data };
    // In Firefox a script cannot make an event with a clipboard.
    const paste = new ClipboardEvent("paste", options);
    Object.defineProperty(paste, "clipboardData", { value: data });
    document.querySelector("p").dispatchEvent(paste);
    document.querySelector("p").dispatchEvent(new DragEvent("drop", options));
  });
  const [[, paste, pasted], [, drop, dropped]] = await calls(page);
  const files = [["a.txt", "text/plain", 3, 0]];
  assert.deepEqual([paste, pasted], [["text", files], 1]);
  assert.deepEqual([drop.slice(1), dropped], [[["text/plain", "Files"], "text", files], 1]);
});

test("an event that a script makes without data can be encoded", async (page) => {
  const ops = await open(page);
  const events = ["click:1", "keydown:2", "input:3", "pointerdown:5", "drop:6", "focus:7", "scroll:8"];
  events.push("wheel:9", "paste:10", "animationend:12", "transitionend:13", "play:14");
  events.push("compositionend:15", "select:16", "toggle:17", "cancel:18");
  const marks = events.map((event) => `@${event}`).join(" ");
  ops.tree(0).list(0, [[`<p $="${marks}">x</p>`, ...events.map(() => null)]]);
  await ops.perform();
  await page.evaluate((events) => {
    const element = document.querySelector("p");
    for (const event of events) element.dispatchEvent(new Event(event.split(":")[0]));
  }, events);
  assert.equal((await calls(page)).length, events.length);
});
