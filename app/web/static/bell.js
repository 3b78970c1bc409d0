// The number of unread notices on the bell, told by the server as it changes. A page that nobody
// looks at holds no connection: a browser has only six of them for all its windows.
"use strict";
(() => {
  const bell = document.querySelector("[data-bell]");
  if (!bell || !window.EventSource) return;
  const count = bell.querySelector("[data-bell-count]");
  const words = document.querySelector("[data-bell-words]");
  const MINUTE = 60000;
  let source = null;
  let later = 0;
  let before = null;
  const lock = document.getElementById("lock"); // covers the page of a session that is over

  const show = ({ unread, shown, words: told }) => {
    count.textContent = shown;
    count.hidden = !unread;
    bell.title = unread ? `Уведомления: ${told}` : "Уведомления";
    // Said aloud only when something came while the page was open.
    if (before !== null && unread > before) words.textContent = `Новые уведомления: ${told}.`;
    before = unread;
  };
  const close = () => {
    clearTimeout(later);
    if (source) source.close();
    source = null;
  };
  const open = () => {
    if (source || document.visibilityState !== "visible" || lock?.open) return;
    source = new EventSource(bell.dataset.bell);
    source.addEventListener("unread", (event) => show(JSON.parse(event.data)));
    source.addEventListener("over", close); // the session has ended, or newer windows took over
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        close();
        later = setTimeout(open, MINUTE);
      }
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") open();
    else close();
  });
  document.addEventListener("otklik:signed-in", open);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
