// A page left alone covers itself and asks for the password in place: nothing on it is lost.
// The server keeps its own clock; here it is only shown in time.
"use strict";
(() => {
  const dialog = document.getElementById("lock");
  if (!dialog) return;
  const idle = Number(document.body.dataset.idle) * 1000;
  const login = document.body.dataset.login;
  const pause = Math.max(1000, Math.min(60000, idle / 10));
  let active = Date.now(); // of the person, here or in another tab
  let told = Date.now(); // to the server
  let again = null; // what was asked when the session turned out to be locked

  const cover = () => {
    if (dialog.open) return;
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    dialog.showModal();
    dialog.querySelector("#unlock-password")?.focus();
  };
  const uncover = () => {
    active = told = Date.now();
    const field = dialog.querySelector("#unlock-password");
    if (field) field.value = "";
    if (dialog.open) dialog.close();
    const wanted = again;
    again = null;
    if (!wanted || !wanted.isConnected) return;
    if (wanted instanceof HTMLFormElement) wanted.requestSubmit();
    else wanted.click();
  };
  dialog.addEventListener("cancel", (event) => event.preventDefault());

  // Asks whether the session is open; `awake` says that the person is at work.
  const ask = async (awake) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    if (!awake) headers["X-Otklik-Background"] = "1";
    try {
      const answer = await fetch("/session", { method: awake ? "POST" : "GET", headers, redirect: "manual" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // no answer: the page says so where something is really asked for
    }
  };

  for (const kind of ["keydown", "pointerdown", "input", "wheel"]) {
    document.addEventListener(kind, () => { if (!dialog.open) active = Date.now(); },
      { capture: true, passive: true });
  }
  // The person may have signed in in another tab, or through «Войти через …».
  const look = async () => {
    const state = await ask(false);
    if (dialog.open && state?.state === "open" && state.login === login) uncover();
  };
  for (const [where, kind] of [[window, "focus"], [document, "visibilitychange"]]) {
    where.addEventListener(kind, () => { if (dialog.open && !document.hidden) look(); });
  }
  setInterval(async () => {
    const now = Date.now();
    if (dialog.open) {
      await look();
      return;
    }
    if (now - active >= idle) {
      const state = await ask(false);
      if (state?.state === "open") active = now - state.idle_seconds * 1000;
      else if (state) cover();
    } else if (active > told && now - told >= pause) {
      told = now;
      const state = await ask(true);
      if (state && state.state !== "open") cover();
    }
  }, pause);

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.triggeringEvent) detail.headers["X-Otklik-Background"] = "1";
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    // Only what a person sends: a check of what is being typed must not take its place.
    const sent = detail.elt.matches("form, a, button") && detail.requestConfig.triggeringEvent;
    if (sent && detail.elt.id !== "unlock") again = detail.elt;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt === again && detail.xhr.status !== 401) again = null;
  });
  document.addEventListener("otklik:signed-out", cover);
  document.addEventListener("otklik:signed-in", ({ detail }) => {
    if (detail.login === login) uncover();
    else location.reload();
  });
})();
