// The place of a report on the city's own areas: no tiles, no glyphs, nothing from elsewhere.
(() => {
  "use strict";
  const METRES_PER_DEGREE = 111320;

  function circle(latitude, longitude, metres) {
    const dLat = metres / METRES_PER_DEGREE;
    const dLon = dLat / Math.max(Math.cos((latitude * Math.PI) / 180), 0.01);
    const ring = Array.from({ length: 65 }, (_, step) => {
      const angle = (step / 64) * 2 * Math.PI;
      return [longitude + dLon * Math.cos(angle), latitude + dLat * Math.sin(angle)];
    });
    return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
  }

  function middleOf(geometry) {
    const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map((p) => p[0]);
    const ring = rings.reduce((longest, other) => (other.length > longest.length ? other : longest));
    const sum = ring.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
    return [sum[0] / ring.length, sum[1] / ring.length];
  }

  function label(name) {
    const element = document.createElement("span");
    element.className = "desk-map-label";
    element.textContent = name;
    return element;
  }

  function drawAreas(map, areas) {
    map.addSource("areas", { type: "geojson", data: areas });
    map.addLayer({ id: "areas", type: "fill", source: "areas", paint: { "fill-color": "#64748b", "fill-opacity": 0.1 } }, "accuracy");
    map.addLayer({ id: "borders", type: "line", source: "areas", paint: { "line-color": "#64748b", "line-width": 1.2 } }, "accuracy");
    for (const area of areas.features) {
      const name = area.properties && area.properties.name;
      if (name) new maplibregl.Marker({ element: label(name) }).setLngLat(middleOf(area.geometry)).addTo(map);
    }
  }

  function start() {
    const holder = document.getElementById("desk-map");
    const told = document.getElementById("desk-map-data");
    if (!holder || !told) return;
    const place = JSON.parse(told.textContent);
    if (typeof maplibregl === "undefined") {
      holder.innerHTML = '<p class="desk-map-missing">MapLibre is not installed here: make setup</p>';
      return;
    }
    const at = [place.longitude, place.latitude];
    const map = new maplibregl.Map({
      container: holder,
      style: { version: 8, sources: {}, layers: [{ id: "paper", type: "background", paint: { "background-color": "#f1f5f9" } }] },
      center: at,
      zoom: place.accuracyM > 300 ? 11 : 12,
      attributionControl: false,
      dragRotate: false,
    });
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibregl.ScaleControl());
    map.on("load", async () => {
      map.addSource("accuracy", { type: "geojson", data: circle(place.latitude, place.longitude, place.accuracyM || 0) });
      map.addLayer({ id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": "#0d9488", "fill-opacity": 0.18 } });
      new maplibregl.Marker({ color: "#0d9488" }).setLngLat(at).addTo(map);
      const answer = await fetch(place.areas, { headers: { Accept: "application/json" } });
      if (answer.ok) drawAreas(map, await answer.json());
    });
  }

  document.addEventListener("DOMContentLoaded", start);
})();
