// The map of problems: own boundaries and points; a tile server only where the installation names one.
"use strict";
(() => {
  const holder = document.getElementById("map");
  if (!holder || !window.L) return;
  const told = document.getElementById("map-told");
  const toldBefore = told.textContent;
  const plural = new Intl.PluralRules("ru");
  const words = (count, one, few, many) =>
    `${count.toLocaleString("ru")} ${{ one, few }[plural.select(count)] || many}`;
  const messages = (count) => words(count, "сообщение", "сообщения", "сообщений");
  const ofMessages = holder.dataset.messages === "yes";

  const map = L.map(holder, {
    zoomControl: false,
    maxZoom: 19,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.zoom({ zoomInTitle: "Приблизить", zoomOutTitle: "Отдалить" }).addTo(map);
  map.attributionControl.setPrefix("Leaflet");
  if (holder.dataset.tiles) L.tileLayer(holder.dataset.tiles, { maxZoom: 19 }).addTo(map);

  const named = (feature, layer) => {
    const name = feature.properties && feature.properties.name;
    if (!name) return;
    const label = document.createElement("span");
    label.textContent = name;
    layer.bindTooltip(label, { sticky: true });
  };
  if (holder.dataset.boundaries) {
    fetch(holder.dataset.boundaries)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((shape) => {
        const layer = L.geoJSON(shape, { className: "map-boundary", onEachFeature: named, interactive: true });
        layer.addTo(map).bringToBack();
        if (!holder.dataset.reach) map.fitBounds(layer.getBounds());
      })
      .catch(() => { told.textContent = "Границы не пришли. Обновите страницу."; });
  }

  const marks = L.layerGroup().addTo(map);
  const size = (count) => Math.min(23, 10 + 2 * Math.log2(1 + count));

  // A copy of the mark that the legend has for this state.
  const mark = (one) => {
    const drawn = document.querySelector(`.map-legend [data-mark="${CSS.escape(one.state)}"]`).cloneNode(true);
    drawn.classList.toggle("is-growing", one.growing);
    return drawn;
  };

  const point = (one) => {
    const drawn = mark(one);
    const state = drawn.dataset.name + (one.growing ? ", растёт" : "");
    const box = document.createElement("div");
    const link = document.createElement("a");
    link.href = one.url;
    link.textContent = one.title;
    const facts = document.createElement("p");
    facts.textContent = `${state}, ${messages(one.count)}`;
    box.append(link, facts);
    const side = 2 * size(one.count);
    L.marker([one.lat, one.lon], {
      icon: L.divIcon({ html: drawn, className: "map-mark", iconSize: [side, side] }),
      title: `${one.title}: ${state}, ${messages(one.count)}`,
    })
      .bindPopup(box)
      .addTo(marks);
  };

  const cluster = (one) => {
    const icon = document.createElement("span");
    icon.textContent = one.count.toLocaleString("ru");
    const side = 2 * size(one.count) + 6;
    const growing = one.growing ? `, ${words(one.growing, "растёт", "растут", "растут")}` : "";
    const what = ofMessages ? messages(one.count) : words(one.count, "проблема", "проблемы", "проблем") + growing;
    L.marker([one.lat, one.lon], {
      icon: L.divIcon({ html: icon, className: one.growing ? "map-cluster is-growing" : "map-cluster", iconSize: [side, side] }),
      title: `${what}: приблизить`,
      alt: what,
    })
      .on("click", () => map.setView([one.lat, one.lon], Math.min(map.getZoom() + 2, 19)))
      .addTo(marks);
  };

  let asked = 0;
  const draw = () => {
    const seen = map.getBounds();
    const address = new URL(holder.dataset.points, location.href);
    const box = { south: seen.getSouth(), west: seen.getWest(), north: seen.getNorth(), east: seen.getEast() };
    for (const [name, value] of Object.entries(box)) address.searchParams.set(name, value.toFixed(6));
    address.searchParams.set("zoom", map.getZoom());
    asked += 1;
    const mine = asked;
    fetch(address)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((found) => {
        if (mine !== asked) return;
        marks.clearLayers();
        found.points.forEach(point);
        found.clusters.forEach(cluster);
        told.textContent = toldBefore;
      })
      .catch(() => { told.textContent = "Точки не пришли. Подвиньте карту, чтобы повторить."; });
  };

  map.on("moveend", draw);
  const reach = holder.dataset.reach.split(",").map(Number);
  if (reach.length === 4) map.fitBounds([[reach[0], reach[1]], [reach[2], reach[3]]], { padding: [24, 24], maxZoom: 15 });
  else map.setView([62, 94], 3);
})();
