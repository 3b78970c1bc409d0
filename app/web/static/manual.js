// «Ручной ввод»: htmx keeps the draft a moment after the last key; a page left sooner keeps it here.
"use strict";
(() => {
  let unsent = false;
  const typed = ({ target }) => {
    if (target.form?.id === "entry-form") unsent = true;
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  document.addEventListener("submit", () => { unsent = false; });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.matches(".entry-beside")) unsent = false;
  });
  addEventListener("beforeunload", () => {
    if (!unsent) return;
    unsent = false;
    const body = new URLSearchParams(new FormData(document.getElementById("entry-form")));
    fetch("/cases/new/check", { method: "POST", body, keepalive: true }).catch(() => {
      // More than a leaving page may send (64 KB): the draft of the last pause stands.
    });
  });
})();
