// Random views for the operations of `operations.mjs`, and their HTML as the server writes it.

/** Returns the HTML of a view, with the comments for hydration. */
export function htmlOf(view) {
  // \x01 and \x02 surround the texts of slots, until the separators are known.
  const html = write(view).replace(/([^>])\x01/g, "$1<!--,-->\x01").replace(/\x02(?=[^<\x01])/g, "\x02<!--,-->");
  return html.replaceAll("\x02\x01", "<!--,-->").replaceAll(/\x01|\x02/g, "");
}

function write([markup, ...slots]) {
  const text = () => `\x01${escape(slots.shift())}\x02`;
  return markup.replace(/<!--([tlc])-->| \$="([^"]*)">/g, (_, mark, attributes) => {
    if (mark === "t") return text();
    if (mark) return slots.shift().map(write).join("") + (mark === "c" ? "<!---->" : "");
    let [start, content] = ["", ""];
    for (const name of attributes.split(" ")) {
      if (name === "#t") content = text();
      else {
        const value = slots.shift()?.value ?? null;
        if (name === "value" && markup.startsWith("<textarea")) content = escape(value);
        else if (value !== null) start += ` ${name}="${escape(value)}"`;
      }
    }
    return `${start}>${content}`;
  });
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Returns the view of a seed. */
export function randomView(seed) {
  let state = seed * 7919;
  const random = (limit) => (state = (state * 48271) % 0x7fffffff) % limit;
  let names = 0;
  const word = () => ["", "a", "bc", "d & e", "f\n", "<g>", "é"][random(7)];
  const list = (limit, level) => Array.from({ length: random(limit) }, () => part(level));
  const option = (value) => ['<option $="value #t"></option>', { value }, value];

  function part(level) {
    switch (random(level ? 13 : 8)) {
      case 0: return ["<!--t-->", word()];
      case 1: return ['<p $="class #t"></p>', { value: random(2) ? word() : null }, word()];
      case 2: return ["<b>static</b> text <i>more</i>"];
      case 3: return ['<input $="name value">', { value: `n${names++}` }, { value: word() }];
      case 4: return ['<input type="checkbox" $="name checked">', { value: `n${names++}` }, { value: random(2) ? "" : null }];
      case 5: return ['<textarea $="name value"></textarea>', { value: `n${names++}` }, { value: word() }];
      case 6: return ['<button type="button" $="@click:1 #t"></button>', null, word()];
      case 7: return ['<label>x<select $="name"><!--l--></select></label>', { value: `n${names++}` }, ["one", "two"].map(option)];
      case 8: return ['<section $="id"><h2 $="#t"></h2><!--c--><hr></section>', { value: word() }, word(), list(4, level - 1)];
      case 9: return ["<ul><!--l--></ul>", Array.from({ length: random(6) }, () => ['<li><!--t-->, <!--t--><!--c-->!</li>', word(), word(), list(2, level - 1)])];
      case 10: return ["<!----><!--c--><!---->", list(4, level - 1)];
      case 11: return ["<div>one<!--t-->two<!--c--><!--t--></div>", word(), list(3, level - 1), word()];
      default: return ["<table><thead><tr><th>h</th></tr></thead><tbody><!--l--></tbody></table>", Array.from({ length: random(4) }, () => ['<tr $="class"><td $="#t"></td><td><!--l--></td></tr>', { value: word() }, word(), list(2, level - 1)])];
    }
  }
  return ["<main><!--c--></main><footer><!--t--></footer>", Array.from({ length: 2 + random(4) }, () => part(3)), word()];
}

/** Returns a view with other texts, classes and lists, and the function that adds the operations. */
export function changedView(view) {
  const changes = [];
  const change = ([markup, ...slots], path) => {
    const names = namesOf(markup);
    const changed = slots.map((slot, index) => {
      const name = names[index];
      if (name === "t") {
        changes.push((ops) => enter(ops, path, () => ops.setText(index, `${slot}*`)));
        return `${slot}*`;
      }
      if (name === "class" || name === "id") {
        changes.push((ops) => enter(ops, path, () => ops.set(index, "changed")));
        return { value: "changed" };
      }
      if (!Array.isArray(slot)) return slot;
      const items = slot.map((item, at) => change(item, [...path, [index, at]]));
      // An item goes, and a new one comes.
      if (!/^[lc]$/.test(name) || /^<(ul|label|table)/.test(markup)) return items;
      changes.push((ops) => enter(ops, path, () => {
        const added = ["<em>new</em>"];
        if (items.length > 1) ops.list(index, [added], ["stay", 1, items.length - 1]);
        else ops.list(index, [added]);
      }));
      return [["<em>new</em>"], ...items.slice(1)];
    });
    return [markup, ...changed];
  };
  const changed = change(view, [[0, 0]]);
  return { view: changed, change: (ops) => changes.forEach((change) => (ops.tree(0), change(ops))) };
}

function enter(ops, path, change) {
  path.forEach(([slot, index]) => ops.in(slot, index));
  change();
  path.forEach(() => ops.out());
}

/** The names of the slots of a template. */
function namesOf(markup) {
  return [...markup.matchAll(/<!--([tlc])-->| \$="([^"]*)"/g)].flatMap(([, mark, attributes]) =>
    mark ? [mark] : attributes.split(" ").map((name) => (name === "#t" ? "t" : name)),
  );
}
