// «Назад» pressed again while the page still loads: htmx does not listen yet, so the address would
// change and the page would not. In <head>, not deferred: it has to listen first.
"use strict";
(() => {
  let moved = false;
  const note = (event) => {
    moved ||= Boolean(event.state && event.state.htmx);
  };
  addEventListener("popstate", note);
  document.addEventListener("DOMContentLoaded", () => {
    removeEventListener("popstate", note);
    if (moved) location.reload();
  });
})();
