// Small comforts of every page; each has a plain way that works without them.
"use strict";
(() => {
  const root = document.documentElement;

  // On a phone the sections lie on a line that scrolls: the current one is brought into sight.
  document.querySelector(".topbar-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

  // Menus are <details>: close on a click elsewhere and on Escape.
  const menus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-open-dialog]");
    if (!opener) return;
    event.preventDefault();
    for (const menu of menus()) menu.open = false;
    document.getElementById(opener.dataset.openDialog).showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Preferences are applied without a reload, so that nothing typed is lost.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const name = form.dataset.preference;
    const button = event.submitter;
    if (!name || !button) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set(name, button.value);
    const again = () => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: button.value });
      form.append(field);
      form.submit();
    };
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") return again();
    } catch {
      return again();
    }
    root.dataset[name] = button.value;
    for (const other of form.querySelectorAll("[aria-pressed]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });

  // The server did not answer an htmx request at all: say so, keep the page as it is.
  const notice = (text) => {
    const line = document.getElementById("notice");
    line.querySelector("[data-notice-text]").textContent = text;
    line.hidden = !text;
  };
  document.addEventListener("htmx:sendError", () =>
    notice("Отклик не отвечает. Введённое осталось на странице, повторите через минуту."));
  document.addEventListener("htmx:timeout", () =>
    notice("Ответа пришлось ждать слишком долго. Введённое осталось на странице, повторите."));
  document.addEventListener("htmx:afterOnLoad", () => notice(""));

  // A file may be dropped on its field; the field's words then name it.
  const size = (octets) => octets < 1048576
    ? `${Math.max(1, Math.round(octets / 1024)).toLocaleString("ru")}\u00a0КБ`
    : `${(octets / 1048576).toLocaleString("ru", { maximumFractionDigits: 1 })}\u00a0МБ`;
  const zone = (event) => event.target.closest && event.target.closest("[data-file-drop]");
  const mark = (on) => (event) => {
    const area = zone(event);
    if (!area) return;
    event.preventDefault();
    area.classList.toggle("is-over", on);
  };
  document.addEventListener("dragover", mark(true));
  document.addEventListener("dragleave", mark(false));
  document.addEventListener("drop", (event) => {
    const area = zone(event);
    if (!area) return;
    event.preventDefault();
    area.classList.remove("is-over");
    const input = area.querySelector("input[type=file]");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const area = zone(event);
    if (!area || event.target.type !== "file") return;
    const names = [...event.target.files].map((file) => `${file.name} (${size(file.size)})`);
    area.querySelector("[data-file-words]").textContent =
      names.join(", ") || "Выберите файл или перетащите его сюда";
  });
})();
