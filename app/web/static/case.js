// The page «Обращение»: keys of its buttons, focus after a form opens, «пишет» for colleagues.
"use strict";
(() => {
  const root = document.documentElement;
  const typing = (element) =>
    element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);
  const CODES = {
    KeyA: "a", KeyR: "r", KeyT: "t", KeyN: "n", Digit1: "1", Digit2: "2", Digit3: "3",
  };

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

  // What was typed outlives a swap of the case, but for the form that was sent; an answer that is
  // not the case at all (no rights, signed out, an error) is shown above and changes nothing.
  const kept = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = event.detail;
    if (!detail.target || detail.target.id !== "case") return;
    if (!detail.serverResponse.includes('id="case"')) {
      detail.target = document.getElementById("case-trouble");
      detail.swapOverride = "innerHTML";
      return;
    }
    document.getElementById("case-trouble").replaceChildren();
    const sent = detail.requestConfig.elt.closest("form");
    for (const field of document.querySelectorAll("#case [data-writes] :is(textarea, input)")) {
      const typed = field.type !== "hidden" && field.type !== "file" && field.value !== field.defaultValue;
      if (typed && field.form !== sent) kept.set(field.id, field.value);
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, value] of kept) {
      const field = document.getElementById(id);
      if (field && field.value === field.defaultValue) field.value = value;
    }
    kept.clear();
  });

  // The address tells which form is open, as it does without scripts: who goes elsewhere and comes
  // Back finds it, and the browser what was typed in it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "case") return;
    const name = document.getElementById("case-form")?.dataset.caseForm;
    const own = location.pathname.replace(/\/actions\/\w+$/, "");
    const path = name ? `${own}/actions/${name}` : own;
    if (path !== location.pathname) history.replaceState(history.state, "", path);
  });

  // The swap takes away what had the focus: a form that has just come in gets it, its first wrong
  // field before the others, or else what says that it is done, so that Tab goes on from there.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "case") return; // not for the ten seconds' look at who is here
    const wrong = document.querySelector("#case [aria-invalid=true]");
    const first = document.querySelector(
      "#case-form input:not([type=hidden]), #case-form textarea, #case-form select")
      || document.querySelector("#case-form [type=submit]") || document.querySelector("#case .case-toast");
    const target = wrong || (!typing(document.activeElement) && first);
    if (target) target.focus();
  });
})();
