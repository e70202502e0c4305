// The table without a framework: a copied template for each row, one listener for all rows, and
// only the changes that an operation needs.
import { nextLabel } from "./labels.js";

const body = document.querySelector("tbody");
const template = document.createElement("template");
template.innerHTML =
  '<tr><td class="col-md-1"> </td><td class="col-md-4"><a class="lbl"> </a></td>' +
  '<td class="col-md-1"><a class="remove"><span class="remove glyphicon glyphicon-remove" aria-hidden="true"></span></a></td>' +
  '<td class="col-md-6"></td></tr>';
const model = template.content.firstChild;

/** The rows in their order: `{ id, label, node, text }`. */
let rows = [];
let selected = null;
let lastId = 0;

function add(count) {
  const added = document.createDocumentFragment();
  for (let n = 0; n < count; n++) {
    const [id, label] = [++lastId, nextLabel()];
    const node = model.cloneNode(true);
    const number = node.firstChild;
    const text = number.nextSibling.firstChild.firstChild;
    number.firstChild.nodeValue = id;
    text.nodeValue = label;
    const row = { id, label, node, text };
    node.row = row;
    rows.push(row);
    added.appendChild(node);
  }
  body.appendChild(added);
}

function clear() {
  rows = [];
  selected = null;
  body.textContent = "";
}

function replace(count) {
  clear();
  add(count);
}

function update() {
  for (let index = 0; index < rows.length; index += 10) {
    const row = rows[index];
    row.text.nodeValue = row.label += " !!!";
  }
}

function swap() {
  if (rows.length < 999) return;
  const [first, last] = [rows[1], rows[998]];
  [rows[1], rows[998]] = [last, first];
  const after = last.node.nextSibling;
  body.insertBefore(last.node, first.node.nextSibling);
  body.insertBefore(first.node, after);
}

function select(row) {
  if (selected) selected.node.className = "";
  selected = row;
  row.node.className = "danger";
}

function remove(row) {
  rows.splice(rows.indexOf(row), 1);
  if (selected === row) selected = null;
  row.node.remove();
}

body.addEventListener("click", ({ target }) => {
  const link = target.closest("a");
  const row = target.closest("tr")?.row;
  if (!link || !row) return;
  if (link.className === "lbl") select(row);
  else remove(row);
});

const buttons = {
  run: () => replace(1_000),
  runlots: () => replace(10_000),
  add: () => add(1_000),
  update,
  clear,
  swaprows: swap,
};
for (const [id, run] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", run);
