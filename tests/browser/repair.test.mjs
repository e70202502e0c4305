// view.js: hydration of documents, and repair of those that do not fit.
import assert from "node:assert/strict";
import { after } from "node:test";
import { close } from "./harness/launch.mjs";
import { calls, open } from "./harness/operations.mjs";
import { OUTLET, TEXT, WRAP, adopt, item, test, words } from "./harness/view.mjs";

after(close);

const PAGE =
  '<header><a href="/">x</a></header><main $="class"><h1 $="#t"></h1><!--c--><p>a<!--c-->b</p>' +
  '<input $="value"><ul><!--l--></ul></main><!--c-->';
const page_ = [
  PAGE,
  { value: "m" },
  "Title",
  [item("1"), [TEXT, "text"]],
  [[TEXT, "x"], [TEXT, "y"], [TEXT, ""], [WRAP, [[TEXT, "z"], [TEXT, "w"]]]],
  { value: "v" },
  words("ab"),
  [],
];
const PAGE_HTML =
  '<header><a href="/">x</a></header><main class="m"><h1>Title</h1><li>1</li>text<!----><p>a' +
  "<!--,-->x<!--,-->y<!--,--><!---->z<!--,-->w<!----><!---->b</p>" +
  '<input value="v"><ul><li>a</li><li>b</li></ul></main><!---->';

test("the server's nodes are adopted", async (page) => {
  const { ops, made } = await adopt(page, PAGE_HTML, page_);
  // The empty text has no node on the server.
  assert.deepEqual(made, [""]);
  ops.tree(0).in(0, 0).setText(1, "T").in(3, 1).setText(0, "Y").out();
  ops.in(3, 3).in(0, 1).setText(0, "W").out().out().list(5, ["move", 1, 1], ["stay", 0, 1]);
  const html = await ops.perform();
  assert.match(html, /<h1>T<\/h1>/);
  assert.match(html, /<p>axY<!---->zW<!----><!---->b<\/p>/);
  assert.match(html, /<ul><li>b<\/li><li>a<\/li><\/ul>/);
});

test("a long text, which the parser splits, is one text", async (page) => {
  const long = "0123456789".repeat(20_000);
  const { adopted, made } = await adopt(page, `<p>${long}</p>`, ['<p $="#t"></p>', long]);
  assert.equal(adopted, `<p>${long}</p>`);
  assert.deepEqual(made, []);
});

test("rows in a body that the parser has added are adopted", async (page) => {
  const row = (text) => ['<tr><td $="#t"></td></tr>', text];
  const table = ["<table><!--l--></table>", [row("a"), row("b")]];
  const html = "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>";
  const { ops, made } = await adopt(page, html, table);
  assert.deepEqual(made, []);
  ops.tree(0).in(0, 0).list(0, ["stay", 1, 1], [row("c")]);
  const rows = "<tr><td>b</td></tr><tr><td>c</td></tr>";
  assert.equal(await ops.perform(), `<table><tbody>${rows}</tbody></table>`);
});

test("what the visitor has typed before hydration stays", async (page) => {
  const ops = await open(page, '<input value="v"><textarea>t</textarea>');
  await page.locator("input").fill("typed");
  await page.locator("textarea").fill("typed");
  const markup = '<input $="value"><textarea $="value"></textarea>';
  ops.tree(0).adopt([markup, { value: "v" }, { value: "t" }]);
  await ops.perform();
  assert.equal(await page.locator("input").inputValue(), "typed");
  assert.equal(await page.locator("textarea").inputValue(), "typed");
});

const damaged = {
  "an element too many": (html) => html.replace("<main", "<aside>x</aside><main"),
  "an element too few": (html) => html.replace(/<header>.*<\/header>/, ""),
  "another element": (html) => html.replace("<h1>Title</h1>", "<h2>Title</h2>"),
  "another text": (html) => html.replace("Title", "Titel"),
  "another attribute": (html) => html.replace('class="m"', 'class="n"'),
  "another static attribute": (html) => html.replace('href="/"', 'href="/x"'),
  "an item too many": (html) => html.replace("<li>b", "<li>c</li><li>b"),
  "an item too few": (html) => html.replace("<li>b</li>", ""),
  "an absent anchor": (html) => html.replace(/<!---->$/, ""),
  "an absent anchor in the middle": (html) => html.replace("text<!---->", "text"),
  "absent separators": (html) => html.replaceAll("<!--,-->", ""),
  "nothing": () => "",
  "a text instead of all": () => "text",
};

for (const [what, change] of Object.entries(damaged)) {
  test(`a document with ${what} is repaired`, async (page, said) => {
    const { ops, adopted } = await adopt(page, change(PAGE_HTML), page_);
    const right = PAGE_HTML.replaceAll("<!--,-->", "").replace(' value="v"', "");
    assert.equal(adopted.replace(' value="v"', ""), right);
    assert.ok(said.splice(0).length > 0);
    // Every slot has its node.
    ops.tree(0).in(0, 0).set(0, "n").setText(1, "T").list(2).list(3).list(5).list(6, words("z"));
    assert.equal(
      (await ops.perform()).replace(' value="v"', ""),
      '<header><a href="/">x</a></header><main class="n"><h1>T</h1><!----><p>a<!---->b</p>' +
        "<input><ul></ul></main><li>z</li><!---->",
    );
  });
}

test("elements whose content is text, or not shown, are adopted", async (page) => {
  const html =
    "<noscript><p>a &amp; b</p></noscript><iframe>c</iframe><template><b>d</b></template>" +
    "<pre>\n\ne</pre><style>f{}</style><title>g</title><textarea>\n\nh</textarea>";
  const { made } = await adopt(page, html, [html]);
  assert.deepEqual(made, []);
});

test("white space that a proxy has added or removed is repaired", async (page, said) => {
  const view = ["<div><p>a</p> <p>b</p></div>"];
  for (const html of ["<div>\n  <p>a</p>\n  <p>b</p>\n</div>", "<div><p>a</p><p>b</p></div>"]) {
    const { adopted } = await adopt(page, html, view);
    assert.equal(adopted, view[0]);
  }
  assert.equal(said.splice(0).length, 2);
});

test("a report names the page, the element and both sides", async (page, said) => {
  await adopt(page, "<main><ul><li>a</li></ul></main>", ["<main><ul><li>b</li></ul></main>"]);
  assert.equal(
    said.splice(0).join().replace(/ (JSHandle.*|undefined)$/, ""),
    'Rally repairs the document of /, in #app > main > ul > li: the view has "b", and the document has "a".',
  );
});

test("attributes that an extension has added stay", async (page) => {
  const html = '<main data-x="1"><p data-y="2">x</p></main>';
  const { adopted, made } = await adopt(page, html, ["<main><p>x</p></main>"]);
  assert.equal(adopted, html);
  assert.deepEqual(made, []);
});

test("characters that HTML cannot have are no difference", async (page) => {
  const html = '<p title="a\ufffd\nb">a\nb</p>';
  const view = ['<p $="title #t"></p>', { value: "a\0\r\nb" }, "a\0\r\nb"];
  const { adopted, made } = await adopt(page, html, view);
  assert.equal(adopted, html);
  assert.deepEqual(made, []);
});

test("the page in its layout is adopted by itself", async (page) => {
  const html = "<nav>n</nav><!--[--><h1>a</h1><p>b</p><!--]--><footer></footer>";
  const layout = ["<nav>n</nav><!--c--><footer></footer>", [[OUTLET, { outlet: 1 }]]];
  const { ops, made } = await adopt(page, html.replace("<footer>", "<!----><footer>"), layout);
  ops.tree(1).adopt(['<h1 $="#t"></h1><p>b</p>', "a"]);
  await ops.perform();
  assert.deepEqual(made, []);
  ops.tree(1).in(0, 0).setText(0, "A").out().list(0, ["stay", 0, 1], [item("new")]);
  const expected = "<nav>n</nav><!--[--><h1>A</h1><p>b</p><li>new</li><!--]--><!----><footer></footer>";
  assert.equal(await ops.perform(), expected);
});

test("a text that a translator has replaced changes", async (page) => {
  const ops = await open(page);
  const markup = "<p>Hello <!--t-->, you have <b><!--t--></b></p>";
  ops.tree(0).list(0, [[markup, "Ada", "1"], [TEXT, "end"]]);
  await ops.perform();
  const translate = (how) =>
    page.evaluate((how) => {
      const texts = document.createTreeWalker(document.getElementById("app"), NodeFilter.SHOW_TEXT);
      const all = [];
      while (texts.nextNode()) all.push(texts.currentNode);
      for (const text of all) {
        const font = Object.assign(document.createElement("font"), { innerHTML: `<font>T ${text.data}</font>` });
        if (how === "replace") text.replaceWith(font);
        else {
          text.before(font);
          text.remove();
        }
      }
    }, how);
  for (const how of ["replace", "insert"]) {
    await translate(how);
    ops.tree(0).in(0, 0).setText(0, `Bob ${how}`).out().in(0, 1).setText(0, `end ${how}`);
    const html = await ops.perform();
    assert.match(html, new RegExp(`</font>Bob ${how}<font>.*</font></b></p>end ${how}$`));
  }
  // The first and the last node of a view are texts.
  ops.tree(0).list(0, ["move", 1, 1], ["stay", 0, 1], [[TEXT, "new"]]);
  assert.match(await ops.perform(), /^end insert<p>.*<\/p>new$/);
  await translate("replace");
  ops.tree(0).list(0, ["stay", 1, 1]);
  assert.match(await ops.perform(), /^<p>.*<\/p>$/);
});

test("a document that is damaged while the app runs is repaired", async (page, said) => {
  const ops = await open(page);
  const view = (text, items) => ["<main><!--c--><b>x</b><input $=\"value\"></main><!--t-->", items, { value: "v" }, text];
  ops.tree(0).list(0, [view("one", words("ab"))]);
  await ops.perform();
  for (const damage of [
    () => document.getElementById("app").replaceChildren(),
    () => document.querySelector("li").remove(),
    () => document.querySelector("main").childNodes.forEach((node) => node.nodeType === 8 && node.remove()),
    () => document.querySelector("main").replaceWith(...document.querySelector("main").childNodes),
  ]) {
    await page.evaluate(damage);
    const typed = await page.locator("input").count() && "typed";
    if (typed) await page.locator("input").fill(typed);
    ops.tree(0).in(0, 0).list(0, ["move", 1, 1], [item("c")], ["stay", 0, 1]).setText(2, "two");
    await ops.perform().catch((error) => assert.match(error.message, /is damaged/));
    // The app hydrates the document again.
    ops.tree(0).adopt(view("two", words("bca")));
    assert.equal(await ops.perform(), "<main><li>b</li><li>c</li><li>a</li><!----><b>x</b><input value=\"v\"></main>two");
    ops.tree(0).in(0, 0).list(0, ["move", 2, 1], ["stay", 0, 1]).setText(2, "one");
    assert.equal(await ops.perform(), "<main><li>a</li><li>b</li><!----><b>x</b><input value=\"v\"></main>one");
    assert.equal(await page.locator("input").inputValue(), typed || "v");
  }
  assert.ok(said.splice(0).length > 0);
});

test("a repair attaches the listeners of a spread once", async (page, said) => {
  const view = ['<button $="..">b</button><i>x</i>', { spread: [["click", 1, 0]] }];
  const { ops } = await adopt(page, "<button>b</button><i>changed</i>", view);
  for (let repairs = 0; repairs < 2; repairs++) {
    await page.locator("button").click();
    assert.equal((await calls(page)).length, 1);
    ops.tree(0).adopt(view);
    await ops.perform();
  }
  assert.ok(said.splice(0).length > 0);
});

test("a repair gives no value to another field", async (page, said) => {
  await adopt(page, "<input>", ['<input $="value"><input>', { value: "x" }]);
  const values = await page.locator("input").evaluateAll((inputs) => inputs.map(({ value }) => value));
  assert.deepEqual(values, ["x", ""]);
  assert.ok(said.splice(0).length > 0);
});

test("an item with a wrapped node takes no other nodes with it", async (page, said) => {
  const item = (text) => ['<h2>i</h2><p $="#t"></p>', text];
  const view = (...texts) => ["<main><!--c--><footer>f</footer></main>", texts.map(item)];
  const html = (...texts) => {
    const items = texts.map((text) => `<h2>i</h2><p>${text}</p>`);
    return `<main>${items.join("")}<!----><footer>f</footer></main>`;
  };
  const ops = await open(page);
  ops.tree(0).list(0, [view("a", "b")]);
  await ops.perform();
  const changes = [[["stay", 1, 1], ["move", 0, 1]], [["stay", 1, 1]]];
  for (const [index, runs] of changes.entries()) {
    await page.evaluate(() => {
      const wrapper = document.createElement("div");
      document.querySelector("main > p").replaceWith(wrapper);
      wrapper.append(document.createElement("p"));
    });
    ops.tree(0).in(0, 0).list(0, ...runs);
    await assert.rejects(ops.perform(), /is damaged/);
    const texts = [["b", "a"], ["a"]][index];
    ops.tree(0).adopt(view(...texts));
    assert.equal(await ops.perform(), html(...texts));
  }
  assert.ok(said.splice(0).length > 0);
});

test("a change of a node that a script has replaced repairs the document", async (page, said) => {
  const view = (text) => ['<main><p $="class">a</p></main>', { value: text }];
  const ops = await open(page);
  ops.tree(0).list(0, [view("x")]);
  await ops.perform();
  await page.evaluate(() => {
    const main = document.querySelector("main");
    main.innerHTML = main.innerHTML + "";
  });
  ops.tree(0).in(0, 0).set(0, "y");
  await assert.rejects(ops.perform(), /is damaged/);
  ops.tree(0).adopt(view("y"));
  assert.equal(await ops.perform(), '<main><p class="y">a</p></main>');
  assert.ok(said.splice(0).length > 0);
});
