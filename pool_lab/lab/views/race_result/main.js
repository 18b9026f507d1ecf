/* The result of a race: a table of bars. Its words and numbers come from Python. */

import { add } from "../shared/dom.js";
import { initialize } from "../shared/initialize.js";

export function render({ model, el }) {
  const root = add(el, "div", "result");
  root.classList.add("pool-lab");
  const draw = () => {
    const chart = model.get("chart"), { lines } = chart;
    root.replaceChildren();
    root.hidden = !lines;
    root.dataset.rows = String(lines?.length ?? 0);
    root.dataset.stale = model.get("stale");
    if (!lines) return;
    drawHead(root, chart, model.get("stale"));
    drawTable(root, chart);
    drawLegend(root, chart);
  };
  model.on("change:chart change:stale", draw);
  draw();
}

function drawHead(root, { note }, stale) {
  const head = add(root, "div", "result-head");
  add(head, "span", "title", { textContent: "Result" });
  add(head, "span", "result-note", { textContent: stale ? `of the previous run · ${note}` : note });
}

function drawTable(root, { lines, longest, ideal, parts }) {
  const table = add(root, "div", "result-table");
  table.setAttribute("role", "table");
  for (const line of lines) drawLine(table, line, longest, ideal, parts);
  if (!ideal) return;
  const row = add(table, "div", "result-row"), place = add(row, "div", "result-bars");
  const words = add(place, "div", "result-ideal", { textContent: ideal.words });
  row.setAttribute("role", "row");
  words.setAttribute("role", "cell");
  words.style.setProperty("--at", String(ideal.at / longest));
}

function drawLine(table, line, longest, ideal, parts) {
  const row = add(table, "div", "result-row"), cell = (name, words) => {
    const made = add(row, "div", name, { textContent: words });
    made.setAttribute("role", "cell");
    return made;
  };
  row.setAttribute("role", "row");
  row.dataset.kind = line.kind;
  cell("result-label", line.label).setAttribute("role", "rowheader");
  const place = cell("result-bars", ""), bar = add(place, "div", "result-bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", nameOf(line, parts));
  bar.style.setProperty("--long", String(line.makespan_s / longest));
  for (const [part, spent] of Object.entries(line.parts)) {
    const share = line.makespan_s > 0 ? spent / line.makespan_s : 0;
    if (share > 0) Object.assign(add(bar, "span", `part-${part}`).style, { flexGrow: share });
  }
  add(place, "div", "result-makespan", { textContent: line.makespan });
  if (ideal) add(place, "div", "result-line").style.setProperty("--at", String(ideal.at / longest));
  add(place, "div", "result-call", { textContent: line.call });
  const end = cell("result-end", "");
  add(end, "div", "result-speed-up", { textContent: line.speed_up });
  add(end, "div", "result-efficiency", { textContent: line.efficiency && `efficiency ${line.efficiency}` });
}

/** For screen readers. */
function nameOf({ parts, makespan_s }, words) {
  const share = (spent) => `${Math.round((100 * spent) / makespan_s)}%`;
  const large = Object.entries(parts).filter(([, spent]) => spent > 0.005 * makespan_s);
  return large.map(([part, spent]) => `${words[part]}: ${share(spent)}`).join(", ");
}

function drawLegend(root, { lines, parts }) {
  const legend = add(root, "div", "result-legend");
  legend.dataset.kind = lines.find(({ kind }) => kind !== "other")?.kind ?? "other";
  for (const [part, words] of Object.entries(parts)) {
    if (!lines.some((line) => line.parts[part] > 0.004 * line.makespan_s)) continue;
    const entry = add(legend, "span", "result-entry");
    add(entry, "span", `part-${part}`);
    entry.append(words);
  }
}

export default { initialize, render };
