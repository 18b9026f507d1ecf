/* A sweep: speed-up over the number of workers, drawn as SVG each time something has been measured. The same picture as
   sweep_plot.py makes. */

const SVG = "http://www.w3.org/2000/svg", HEIGHT = 300, NARROW = 560;
const EDGE = { top: 26, bottom: 40, left: 40 };

function make(parent, tag, facts = {}, words = "") {
  const child = parent.appendChild(document.createElementNS(SVG, tag));
  for (const [name, fact] of Object.entries(facts)) child.setAttribute(name, fact);
  if (words) child.textContent = words;
  return child;
}

function add(parent, tag, name) {
  const child = parent.appendChild(document.createElement(tag));
  child.className = `pool-lab-${name}`;
  return child;
}

function render({ model, el }) {
  const root = add(el, "div", "sweep"), stage = add(root, "div", "sweep-stage");
  const cover = add(root, "div", "cover"), caption = add(root, "p", "caption");
  root.classList.add("pool-lab");
  caption.setAttribute("aria-live", "polite");
  const show = () => {
    const covered = model.get("cover") !== "", chart = model.get("chart");
    Object.assign(cover, { hidden: !covered, textContent: model.get("cover") });
    stage.hidden = covered;
    caption.textContent = covered ? "" : model.get("caption");
    if (covered || !chart.curves || !stage.clientWidth) return;
    root.dataset.measured = chart.curves.flatMap(({ points }) => points.flatMap(({ speedUps }) => speedUps)).length;
    root.dataset.points = chart.curves.flatMap(({ points }) => points).length;
    root.dataset.underWay = chart.underWay?.join(" ") ?? "";
    draw(stage, chart, model.get("caption"));
  };
  const sizes = new ResizeObserver(show), leaveControls = tendControls(el);
  sizes.observe(root);
  model.on("change:chart change:caption change:cover", show);
  show();
  return () => (sizes.disconnect(), leaveControls());
}

function draw(stage, chart, words) {
  const width = stage.clientWidth, narrow = width < NARROW, most = Math.max(...chart.workers);
  const top = highest(chart.curves), right = width - (narrow ? 16 : 130);
  const scale = {
    narrow, most, top, right,
    x: (workers) => EDGE.left + (workers / (most * 1.04)) * (right - EDGE.left),
    y: (speedUp) => HEIGHT - EDGE.bottom - (speedUp / top) * (HEIGHT - EDGE.bottom - EDGE.top),
  };
  const picture = make(stage, "svg", { width, height: HEIGHT, role: "img", "aria-label": words });
  drawAxes(picture, chart, scale);
  drawIdeal(picture, scale);
  drawCores(picture, chart, scale);
  for (const [at, curve] of chart.curves.entries()) drawCurve(picture, curve, scale, isSecond(chart.curves, at));
  if (chart.underWay) drawUnderWay(picture, chart, scale);
  const parts = [picture];
  if (!narrow) drawNames(picture, chart.curves, scale);
  parts.push(legendOf(chart, narrow));
  stage.replaceChildren(...parts);
}

const highest = (curves) =>
  1.12 * Math.max(2, ...curves.flatMap(({ points }) => points.flatMap(({ speedUps }) => speedUps)));

function drawAxes(picture, { workers }, { x, y, top, right }) {
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((one) => top / one <= 6) ?? 100;
  for (let at = 0; at <= top; at += step) {
    make(picture, "line", { x1: EDGE.left, x2: right, y1: y(at), y2: y(at), class: "hairline" });
    make(picture, "text", { x: EDGE.left - 8, y: y(at) + 4, "text-anchor": "end" }, `${at}×`);
  }
  make(picture, "line", { x1: EDGE.left, x2: right, y1: y(1), y2: y(1), class: "serial" });
  make(picture, "text", { x: EDGE.left + 4, y: y(1) - 4 }, "serial");
  for (const many of workers)
    make(picture, "text", { x: x(many), y: HEIGHT - EDGE.bottom + 18, "text-anchor": "middle" }, many);
  make(picture, "text", { x: (EDGE.left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "workers");
}

function drawIdeal(picture, { x, y, most, top }) {
  const end = Math.min(most * 1.04, top);
  make(picture, "line", { x1: x(0), y1: y(0), x2: x(end), y2: y(end), class: "ideal" });
  make(picture, "text", { x: x(end) + 8, y: y(end) + 12 }, "ideal");
}

function drawCores(picture, { cores }, { x, y, most, top }) {
  if (cores > most) return;
  make(picture, "line", { x1: x(cores), x2: x(cores), y1: y(top) - 6, y2: y(0), class: "cores" });
  const words = `${cores} core${cores === 1 ? "" : "s"}`;
  make(picture, "text", { x: x(cores), y: y(top) - 12, "text-anchor": "middle", class: "strong" }, words);
}

/** A second executor of the same kind is told from the first by being dashed and hollow. */
const isSecond = (curves, at) => curves.findIndex(({ kind }) => kind === curves[at].kind) < at;

function drawCurve(picture, { kind, points, paysUntil }, { x, y }, second) {
  const group = make(picture, "g", { class: second ? "curve second" : "curve", "data-kind": kind });
  if (!points.length) return;
  const edge = (pick) => points.map((point) => `${x(point.workers)},${y(pick(point.speedUps))}`);
  const low = edge((all) => Math.min(...all)), high = edge((all) => Math.max(...all));
  make(group, "polygon", { points: [...low, ...high.reverse()].join(" "), class: "spread" });
  for (const { workers, speedUps } of points)
    for (const speedUp of speedUps) mark(group, kind, x(workers), y(speedUp), 2.2, "measured");
  const line = points.map(({ workers, median }) => `${x(workers)},${y(median)}`);
  make(group, "polyline", { points: line.join(" "), class: "median" });
  for (const { workers, speedUps, median } of points) {
    const dot = mark(group, kind, x(workers), y(median), 4.5, "point");
    make(dot, "title", {}, `${workers} workers: ${median.toFixed(2)}× (${speedUps.length} measured)`);
    if (workers === paysUntil) make(group, "circle", { cx: x(workers), cy: y(median), r: 9, class: "ring" });
  }
}

/** A kind has its own shape, besides its colour. */
function mark(parent, kind, x, y, size, name) {
  const shape = {
    processes: `M${-size},${-size}H${size}V${size}H${-size}Z`,
    interpreters: `M0,${-1.2 * size}L${1.15 * size},${size}H${-1.15 * size}Z`,
    cluster: `M0,${-1.35 * size}L${1.35 * size},0L0,${1.35 * size}L${-1.35 * size},0Z`,
  }[kind];
  const round = `M${-size},0A${size},${size} 0 1 0 ${size},0A${size},${size} 0 1 0 ${-size},0Z`;
  return make(parent, "path", { d: shape ?? round, transform: `translate(${x} ${y})`, class: name });
}

function drawUnderWay(picture, { underWay: [name, workers], curves }, { x, y }) {
  const kind = curves.find((curve) => curve.name === name)?.kind ?? "other";
  const group = make(picture, "g", { class: "curve", "data-kind": kind });
  mark(group, kind, x(workers), y(0), 4.5, "under-way");
}

/** At the curves' ends, each clear of the others. */
function drawNames(picture, curves, { x, y }) {
  const ends = curves.filter(({ points }) => points.length).map(({ name, points }) => ({ name, ...points.at(-1) }));
  let above = Infinity;
  for (const { name, workers, median } of ends.sort((one, other) => one.median - other.median)) {
    above = Math.min(y(median) + 4, above - 16);
    make(picture, "text", { x: x(workers) + 14, y: above, class: "strong" }, name);
  }
}

function legendOf({ curves }, narrow) {
  const legend = document.createElement("div"), ringed = curves.some(({ paysUntil }) => paysUntil != null);
  legend.className = "pool-lab-sweep-legend";
  const entry = (words, drawIcon) => {
    const item = add(legend, "span", "sweep-entry"), icon = make(item, "svg", { width: 20, height: 20 });
    drawIcon(icon);
    item.append(words);
  };
  if (narrow)
    for (const [at, { name, kind }] of curves.entries()) {
      const facts = { class: isSecond(curves, at) ? "curve second" : "curve", "data-kind": kind };
      entry(name, (icon) => mark(make(icon, "g", facts), kind, 10, 10, 4.5, "point"));
    }
  const ring = { cx: 10, cy: 10, r: 8, class: "ring" };
  if (ringed) entry("more workers gain at most 5%", (icon) => make(icon, "circle", ring));
  return legend;
}

export default { render };
