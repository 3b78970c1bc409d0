// «Моя работа»: how many rows are marked, and the focus kept when the list is put in anew.
"use strict";
(() => {
  const count = () => {
    const place = document.querySelector("[data-selected]");
    if (place) place.textContent = document.querySelectorAll("[data-select]:checked").length;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select]")) count();
  });

  // A button that leads to another page is no business of htmx.
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.matches("[data-plain]")) event.stopPropagation();
  }, true);

  let kept = null;
  const rows = () => [...document.querySelectorAll("#work [data-row]")];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "work") return;
    const row = document.activeElement.closest("[data-row]");
    kept = row ? { id: row.id, place: rows().indexOf(row) } : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    count();
    if (!kept) return;
    const all = rows();
    const row = document.getElementById(kept.id) || all[Math.min(kept.place, all.length - 1)];
    kept = null;
    const link = row && row.querySelector("[data-open]");
    if (link) link.focus({ preventScroll: true });
  });
  count();
})();
