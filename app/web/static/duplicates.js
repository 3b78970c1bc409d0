// Pairs: the focus goes on to the next one after an answer; a past answer is put into the editor.
"use strict";
(() => {
  const rows = (root) => [...root.querySelectorAll("[data-row]")];
  let kept = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (!target || !target.matches("[data-judged]")) return;
    const row = document.activeElement.closest("[data-row]");
    const inside = target.contains(document.activeElement);
    kept = inside ? { id: target.id, row: row ? row.id : "", place: row ? rows(target).indexOf(row) : 0 } : null;
  });

  document.addEventListener("htmx:afterSettle", () => {
    show();
    if (!kept) return;
    const root = document.getElementById(kept.id);
    if (!root || !root.matches("[data-judged]")) return;
    const all = rows(root);
    const row = (kept.row && document.getElementById(kept.row)) || all[Math.min(kept.place, all.length - 1)];
    kept = null;
    const target = (row && row.querySelector("[data-open]")) || root.querySelector(".dup-toast, .notice");
    if (!target) return;
    if (!target.matches("a, button")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    if (row) row.scrollIntoView({ block: "nearest" });
  });

  const editor = () => document.querySelector("#answer textarea");

  // Without an editor on the page there is nowhere to put an answer.
  const show = () => {
    for (const button of document.querySelectorAll("[data-insert]")) button.hidden = !editor();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const field = button && editor();
    if (!field) return;
    const cited = `${button.dataset.insert}\n\n(по ответу на № ${button.dataset.cite})`;
    const before = field.value.trimEnd();
    field.value = before ? `${before}\n\n${cited}` : cited;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  show();
})();
