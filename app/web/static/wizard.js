// The wizard of a table: what a person chose for the values of a column comes back when the column
// does. The arrows of the keyboard pass through other columns, and each asks for values anew.
"use strict";
(() => {
  const chosen = new Map(); // field and column → value in the file → our code
  const shown = (block) => {
    const of = block && block.querySelector("input[name^='of.']");
    return of ? JSON.stringify([of.name, of.value]) : "";
  };
  const rows = (block) => [...block.querySelectorAll("tbody tr")].map((row) =>
    [row.querySelector("input[name^='t.']").value, row.querySelector("select")]);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const block = event.detail.target;
    const column = block && block.matches(".wizard .values") && shown(block);
    if (column) chosen.set(column, new Map(rows(block).map(([value, select]) => [value, select.value])));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const block = event.target;
    const codes = block.matches(".wizard .values") && chosen.get(shown(block));
    if (!codes) return;
    for (const [value, select] of rows(block)) {
      if (codes.has(value)) select.value = codes.get(value);
    }
  });
})();
