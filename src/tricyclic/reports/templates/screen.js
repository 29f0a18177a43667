"use strict";
// Sorts, filters and opens what the page contains; nothing is fetched.
const number = text => { const value = parseFloat(text.replace(/^[<>]\s*/, "")); return Number.isNaN(value) ? null : value; };
const compare = (a, b, down) => a === null ? 1 : b === null ? -1 : (typeof a === "number" ? a - b : a.localeCompare(b, undefined, {numeric: true})) * (down ? -1 : 1);

function sortRows(rows, key, down) {
  return rows.map((row, place) => [key(row), place, row])
    .sort((a, b) => (a[0] === null && b[0] === null ? 0 : compare(a[0], b[0], down)) || a[1] - b[1])
    .map(item => item[2]);
}
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("num");
      const was = head.getAttribute("aria-sort");
      const down = was ? was === "ascending" : head.dataset.first === "down";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const key = row => { const cell = row.cells[column], text = cell.dataset.v ?? cell.textContent.trim(); return numeric ? number(text) : text; };
      body.append(...sortRows([...body.rows], key, down));
    });
  });
}
function filter(tools, items, matches) {
  const output = tools.querySelector("output");
  const apply = () => {
    let shown = 0;
    for (const item of items()) { const good = matches(item, tools); item.hidden = !good; shown += good; }
    output.textContent = `${shown} shown`;
  };
  tools.addEventListener("input", apply);
  return apply;
}
const wanted = (tools, name) => (tools.querySelector(`[name=${name}]`)?.value ?? "").trim().toLowerCase();
const plates = document.getElementById("plate-table");
if (plates) {
  const rows = [...plates.tBodies[0].rows];
  filter(document.getElementById("plate-tools"), () => rows, (row, tools) =>
    row.dataset.n.includes(wanted(tools, "find")) && (!wanted(tools, "level") || row.dataset.l === wanted(tools, "level")))();
}
// The curves are in a template until they are opened.
const holder = document.getElementById("curves-holder");
if (holder) {
  const open = () => {
    if (!holder.open || holder.dataset.filled) return;
    holder.dataset.filled = "yes";
    const list = holder.querySelector("ul.gallery"), tools = holder.querySelector(".tools");
    list.append(document.getElementById("curves-template").content);
    const items = [...list.children];
    const keys = {p: i => number(i.dataset.p), ic50: i => number(i.dataset.x), hill: i => number(i.dataset.h), name: i => i.dataset.n, plate: i => i.dataset.t, kind: i => i.dataset.k};
    filter(tools, () => items, (item, tools) => item.dataset.n.includes(wanted(tools, "find")) && (!wanted(tools, "kind") || item.dataset.k === wanted(tools, "kind")))();
    tools.querySelector("[name=order]").addEventListener("change", event => list.append(...sortRows(items, keys[event.target.value], false)));
  };
  holder.addEventListener("toggle", open);
  open();
}
