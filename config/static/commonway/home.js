// Draws the city on the landing page: its districts, and a circle for each cell with public reports.
const SVG = "http://www.w3.org/2000/svg";
const map = document.querySelector("svg[data-areas]");

const shape = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};

const rings = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).flat();

// An equirectangular plan: degrees of longitude shrink with the cosine of the latitude, and north is up.
const projection = (features) => {
  const points = features.flatMap((feature) => rings(feature.geometry).flat());
  const [west, east] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
  const [south, north] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const shrink = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const place = ([longitude, latitude]) => [(longitude - west) * shrink, north - latitude];
  return { place, size: [(east - west) * shrink, north - south], bbox: [west, south, east, north] };
};

const draw = async () => {
  const areas = await (await fetch(map.dataset.areas)).json();
  const districts = areas.features.filter(({ properties }) => ["district", "county", "zone"].includes(properties.kind));
  if (!districts.length) return;
  const { place, size, bbox } = projection(districts);
  map.setAttribute("viewBox", `-0.01 -0.01 ${size[0] + 0.02} ${size[1] + 0.02}`);
  for (const { properties, geometry } of districts) {
    const lines = rings(geometry).map((ring) => `M${ring.map((point) => place(point).join(" ")).join("L")}Z`);
    map.append(shape("path", { d: lines.join("") }));
    const outline = rings(geometry)[0].map(place);
    const middle = [0, 1].map((axis) => outline.reduce((sum, point) => sum + point[axis], 0) / outline.length);
    map.append(shape("text", { x: middle[0], y: middle[1] }, properties.name));
  }
  const { cells } = await (await fetch(`${map.dataset.reports}?bbox=${bbox}&resolution=8`)).json();
  const largest = Math.max(1, ...cells.map((cell) => cell.count));
  for (const cell of cells) {
    const [cx, cy] = place([cell.longitude, cell.latitude]);
    const circle = shape("circle", { cx, cy, r: 0.004 + 0.008 * Math.sqrt(cell.count / largest) });
    circle.setAttribute("class", cell.open_count ? "is-open" : "is-done");
    circle.append(shape("title", {}, `${cell.count} (${cell.open_count})`));
    map.append(circle);
  }
};

draw();
