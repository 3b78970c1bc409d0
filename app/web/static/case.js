// The page «Обращение»: keys of its buttons, focus after a form opens, «пишет» for colleagues.
"use strict";
(() => {
  const root = document.documentElement;
  const typing = (element) =>
    element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);
  const CODES = { KeyA: "a", KeyR: "r", KeyT: "t", KeyN: "n" };

  // Physical keys, so that the Russian layout works too.
  document.addEventListener("keydown", (event) => {
    if (root.dataset.keys === "off" || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = CODES[event.code];
    if (!key) return;
    const answer = key === "r" && document.querySelector("#answer textarea");
    const target = answer || document.querySelector(`[data-hotkey="${key}"]`);
    if (!target) return;
    event.preventDefault();
    if (answer) answer.focus();
    else target.click();
  });

  // Someone is writing while a form of the case has been changed in the last half a minute.
  let wrote = 0;
  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-writes]")) wrote = Date.now();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-presence]")) return;
    event.detail.parameters.writing = Date.now() - wrote < 30000 ? "1" : "";
  });

  // A form that has just come in takes the focus, its first wrong field before the others.
  document.addEventListener("htmx:afterSettle", () => {
    const wrong = document.querySelector("#case [aria-invalid=true]");
    const first = document.querySelector(
      "#case-form input:not([type=hidden]), #case-form textarea, #case-form select");
    const target = wrong || (document.activeElement === document.body && first);
    if (target) target.focus();
  });
})();
