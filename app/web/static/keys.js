// Keys of the list in templates/macros/_keys.html. Physical keys, so the Russian layout works too.
"use strict";
(() => {
  const root = document.documentElement;
  const rowInFocus = () => document.activeElement.closest("[data-row]");
  const target = (row) => row.querySelector("[data-open]") || row;

  const typing = (element) =>
    element.isContentEditable
    || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

  const focusSearch = () => {
    const field = document.querySelector("main [data-search-field]")
      || document.querySelector("[data-search-field]");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  };

  const move = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length);
    if (!rows.length) return false;
    const now = rows.indexOf(document.activeElement.closest("[data-row]"));
    const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step;
    const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
    const element = target(row);
    if (element === row && !row.hasAttribute("tabindex")) row.tabIndex = -1;
    element.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    return true;
  };

  const open = () => {
    const row = rowInFocus();
    if (!row) return false;
    target(row).click();
    return true;
  };

  const select = () => {
    const box = rowInFocus()?.querySelector("[data-select]");
    if (!box) return false;
    box.click();
    return true;
  };

  // What a page offers under a letter: in the row that has the focus, else on the whole page.
  const press = (letter) => {
    const wanted = `[data-hotkey="${letter}"]`;
    const own = rowInFocus()?.querySelector(wanted);
    const found = own || [...document.querySelectorAll(wanted)].find((one) => !one.closest("[data-row]"));
    if (!found || found.disabled || !found.getClientRects().length) return false;
    if (found.matches("select, input, textarea")) found.focus();
    else found.click();
    return true;
  };

  // In a list the row is marked first: what is assigned are the marked ones.
  const assign = () => {
    const marked = document.querySelector("[data-select]:checked");
    if (!marked) select();
    return press("a");
  };

  // «g», then a letter within two seconds: a section of the top bar.
  let going = 0;
  const go = () => {
    going = Date.now();
    return true;
  };
  const goTo = (letter) => {
    const item = document.querySelector(`[data-go="${letter}"]`);
    if (!item) return false;
    item.click();
    return true;
  };

  const help = () => {
    const dialog = document.getElementById("keys-list");
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  };

  const actionOf = (event) => {
    if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return help;
    if (event.key === "/" || event.code === "Slash") return focusSearch;
    if (event.shiftKey) return null;
    const after = going && Date.now() - going < 2000;
    going = 0;
    if (after && event.code === "KeyW") return () => goTo("w");
    return {
      KeyJ: () => move(1),
      KeyK: () => move(-1),
      KeyO: open,
      KeyX: select,
      KeyT: () => press("t"),
      KeyA: assign,
      KeyS: () => press("s"),
      KeyY: () => press("y"),
      KeyN: () => press("n"),
      KeyH: () => press("h"),
      KeyU: () => press("u"),
      KeyG: go,
    }[event.code] || null;
  };

  document.addEventListener("keydown", (event) => {
    if (root.dataset.keys === "off" || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const action = actionOf(event);
    const modal = document.querySelector("dialog[open]");
    if (!action || (modal && action !== help)) return;
    if (action()) event.preventDefault();
  });
})();
