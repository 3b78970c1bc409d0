// The upload form: says at once what the server would say, and how much is sent.
"use strict";
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const place = document.getElementById("file-problem");
  const bar = form.querySelector("[data-upload-progress]");

  const say = (text) => {
    place.replaceChildren();
    form.querySelector("[data-file-drop]").classList.toggle("is-invalid", Boolean(text));
    if (!text) return;
    const line = document.createElement("p");
    line.className = "field-error";
    line.setAttribute("role", "alert");
    line.textContent = text;
    place.append(line);
  };
  const tooLarge = () => [...input.files].some((file) => file.size > Number(form.dataset.most));

  input.addEventListener("change", () =>
    say(tooLarge() ? `Файл больше ${form.dataset.mostWords}. Разделите таблицу на части.` : ""));
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (tooLarge()) event.preventDefault();
  });
  form.addEventListener("htmx:xhr:progress", (event) => {
    const { lengthComputable, loaded, total } = event.detail;
    if (!lengthComputable) return;
    const share = Math.floor((loaded / total) * 100);
    bar.hidden = false;
    bar.querySelector("progress").value = share;
    bar.querySelector("[data-upload-words]").textContent =
      share < 100 ? `Отправлено ${share} %` : "Файл отправлен, принимаем…";
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) bar.hidden = true;
    form.querySelector("[data-file-drop]").classList.toggle("is-invalid", Boolean(place.textContent.trim()));
  });
})();
