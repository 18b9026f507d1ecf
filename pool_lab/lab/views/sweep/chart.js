/* The chart of a sweep as SVG: speed-up over the number of workers. stills/sweep.py draws the same picture. */

import { add } from "../shared/dom.js";
import { EDGE, HEIGHT, isSecond, namePlaces, scaleOf, ticks } from "./scale.js";

const SVG = "http://www.w3.org/2000/svg";

function make(parent, tag, facts = {}, words = "") {
  const child = parent.appendChild(document.createElementNS(SVG, tag));
  for (const [name, fact] of Object.entries(facts)) child.setAttribute(name, fact);
  if (words) child.textContent = words;
  return child;
}

/** @param {HTMLElement} stage @param {import("./scale.js").Chart} chart @param {string} words for screen readers */
export function draw(stage, chart, words) {
  const width = stage.clientWidth, scale = scaleOf(chart, width);
  const picture = make(stage, "svg", { width, height: HEIGHT, role: "img", "aria-label": words });
  drawAxes(picture, chart, scale);
  drawIdeal(picture, scale);
  drawCores(picture, chart, scale);
  for (const [at, curve] of chart.curves.entries()) drawCurve(picture, curve, scale, isSecond(chart.curves, at));
  if (chart.underWay) drawUnderWay(picture, chart, scale);
  const parts = [picture];
  if (!scale.narrow) drawNames(picture, chart.curves, scale);
  parts.push(legendOf(chart, scale.narrow));
  stage.replaceChildren(...parts);
}

function drawAxes(picture, { workers }, { x, y, top, right }) {
  for (const at of ticks(top)) {
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

function drawNames(picture, curves, scale) {
  for (const { name, x, y } of namePlaces(curves, scale)) make(picture, "text", { x, y, class: "strong" }, name);
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
