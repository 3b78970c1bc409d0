// Keys of the list in templates/macros/_keys.html. Physical keys, so the Russian layout works too.
"use strict";
(() => {
  const root = document.documentElement;
  const target = (row) => row.querySelector("[data-open]") || row;

  const typing = (element) =>
    element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);

  const focusSearch = () => {
    const field = document.querySelector("main [data-search-field]")
      || document.querySelector("[data-search-field]");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  };

  const move = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
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
    const row = document.activeElement.closest("[data-row]");
    if (!row) return false;
    target(row).click();
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
    return { KeyJ: () => move(1), KeyK: () => move(-1), KeyO: open }[event.code] || null;
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
