// Dragging over the timeline sets the period. Without this each bar is a plain link.
"use strict";
(() => {
  let from = null;
  let last = null;

  const bars = () => [...document.querySelectorAll("[data-timeline] a")];
  const under = (event) => {
    const picture = document.querySelector("[data-timeline]");
    const box = picture.getBoundingClientRect();
    const found = bars();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(Math.max(Math.floor(share * found.length), 0), found.length - 1);
  };
  const span = () => [Math.min(from, last), Math.max(from, last)];
  const paint = () => {
    const [first, end] = from === null ? [1, 0] : span();
    bars().forEach((bar, place) =>
      bar.classList.toggle("is-dragged", place >= first && place <= end));
  };

  document.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.target.closest("[data-timeline]")) return;
    from = last = under(event);
    paint();
  });
  document.addEventListener("pointermove", (event) => {
    if (from === null) return;
    last = under(event);
    paint();
  });
  document.addEventListener("pointercancel", () => {
    from = null;
    paint();
  });
  document.addEventListener("pointerup", () => {
    if (from === null) return;
    const [first, end] = span().map((place) => bars()[place]);
    from = null;
    const form = document.getElementById("search-form");
    form.elements.from.value = first.dataset.first;
    form.elements.to.value = end.dataset.last;
    for (const chosen of form.querySelectorAll("input[name=month]")) chosen.remove();
    form.requestSubmit();
  });

  // The bar's own link would lead away from what was dragged; a new tab is still its own business.
  document.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (plain && event.target.closest("[data-timeline]")) event.preventDefault();
  });
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest && event.target.closest("[data-timeline]")) event.preventDefault();
  });
})();
