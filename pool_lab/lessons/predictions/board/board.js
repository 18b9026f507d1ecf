/* The board on which a learner draws a timeline: bars that are moved onto lanes by mouse, by keyboard or in numbers.

   The model's `bars` are all there is to know: [worker, start, end] for each call, worker -1 while it is in the tray.
   What is drawn, typed and spoken follows from them. `real` are the bars of the run, once it is over. */

import { add } from "../../../lab/views/shared/dom.js";
import { initialize } from "../../../lab/views/shared/initialize.js";
import { hasModifier } from "../../../lab/views/shared/keyboard.js";
import { describe, moved, startingAt } from "./moves.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function open(model, el) {
  const root = add(el, "div", "board-root");
  root.classList.add("pool-lab");
  const stage = add(root, "div", "board-stage");
  const view = { model, root, stage, calls: model.get("calls"), workers: model.get("workers") };
  view.horizon = model.get("horizon");
  view.lanes = [...Array(view.workers).keys(), -1].map((worker) => {
    add(stage, "span", "board-label", { textContent: worker < 0 ? "to place" : `w${worker}` });
    const lane = add(stage, "div", "board-lane");
    lane.classList.toggle("pool-lab-board-tray", worker < 0);
    lane.style.setProperty("--units", view.horizon);
    return lane;
  });
  view.axis = add(stage, "div", "board-axis", { ariaHidden: "true" });
  view.bars = view.calls.map((call, number) => barOf(view, call, number));
  view.rows = add(root, "div", "board-rows");
  view.inputs = view.calls.map((call, number) => inputsOf(view, call, number));
  view.legend = add(root, "p", "board-legend");
  view.said = add(root, "p", "board-said", { ariaLive: "polite" });
  for (let unit = 0; unit <= view.horizon; unit += 1) {
    const tick = add(view.axis, "span", "board-tick", { textContent: unit });
    tick.style.left = `${(100 * unit) / view.horizon}%`;
  }
  return view;
}

function change(view, number, bar) {
  const bars = view.model.get("bars").map((one, at) => (at === number ? bar : one));
  view.model.set("bars", bars);
  view.model.save_changes();
  view.said.textContent = describe(view.calls[number][0], bar);
}

function barOf(view, [name], number) {
  const bar = add(view.lanes[0], "button", "board-bar", { type: "button", textContent: name });
  const limits = { workers: view.workers, horizon: view.horizon };
  bar.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || hasModifier(event)) return;
    event.preventDefault(); // the page would scroll
    const stretch = event.shiftKey && step[1] !== 0;
    change(view, number, moved(view.model.get("bars")[number], step[0], step[1], { ...limits, stretch }));
  });
  bar.addEventListener("pointerdown", (event) => drag(view, bar, number, event));
  return bar;
}

/** Follow the pointer, to its lane and in whole units along the axis. */
function drag(view, bar, number, down) {
  if (down.button !== 0) return;
  const [, start, end] = view.model.get("bars")[number], unit = view.lanes[0].clientWidth / view.horizon;
  const follow = (event) => {
    const lane = view.lanes.findIndex((one) => event.clientY < one.getBoundingClientRect().bottom);
    const worker = lane < 0 || lane === view.workers ? -1 : lane;
    const by = Math.round((event.clientX - down.clientX) / unit), now = view.model.get("bars")[number];
    const next = startingAt([worker, start, end], start + by, view.horizon);
    if (now[0] !== worker || now[1] !== next[1]) change(view, number, next);
  };
  const over = new AbortController(), { signal } = over, page = bar.ownerDocument;
  // On the whole page: a bar that moves to another lane loses the pointer that it had captured.
  page.addEventListener("pointermove", follow, { signal });
  page.addEventListener("pointerup", () => over.abort(), { signal });
  page.addEventListener("pointercancel", () => over.abort(), { signal });
}

function inputsOf(view, [name], number) {
  const row = add(view.rows, "div", "board-row");
  add(row, "span", "board-name", { textContent: name });
  const field = (label, tag) => {
    const box = add(row, "label", "board-field", { textContent: label });
    const input = add(box, tag, "board-input", { ariaLabel: `${name}: ${label}` });
    return input;
  };
  const worker = field("worker", "select");
  for (const at of [-1, ...Array(view.workers).keys()]) worker.add(new Option(at < 0 ? "–" : `w${at}`, String(at)));
  const start = field("start", "input"), end = field("end", "input");
  for (const input of [start, end]) Object.assign(input, { type: "number", min: 0, max: view.horizon, step: 1 });
  const typed = () => {
    const [from, to] = [start.valueAsNumber, end.valueAsNumber];
    if (from >= 0 && to > from && to <= view.horizon) change(view, number, [Number(worker.value), from, to]);
    else show(view);
  };
  worker.addEventListener("change", typed);
  end.addEventListener("change", typed);
  // A new start moves the bar, as a drag does.
  start.addEventListener("change", () => {
    const [, from, to] = view.model.get("bars")[number];
    change(view, number, startingAt([Number(worker.value), from, to], start.valueAsNumber || 0, view.horizon));
  });
  return { worker, start, end };
}

function show(view) {
  const bars = view.model.get("bars"), real = view.model.get("real");
  view.bars.forEach((bar, number) => {
    const [worker, start, end] = bars[number], lane = view.lanes[worker < 0 ? view.workers : worker];
    if (bar.parentNode !== lane) {
      const focused = document.activeElement === bar;
      lane.append(bar);
      if (focused) bar.focus();
    }
    place(view, bar, start, end);
    bar.setAttribute("aria-label", `${describe(view.calls[number][0], bars[number])}. Arrow keys move it`);
    for (const [name, value] of Object.entries({ worker, start, end })) view.inputs[number][name].value = value;
  });
  view.root.querySelectorAll(".pool-lab-board-real").forEach((ghost) => ghost.remove());
  real.forEach(([worker, start, end], number) => {
    const ghost = add(view.lanes[worker], "div", "board-real", { textContent: view.calls[number][0] });
    place(view, ghost, start, Math.min(end, view.horizon));
  });
  view.legend.textContent = real.length
    ? "Filled: your drawing. Dashed, below it: what really happened. Which worker has which number does not matter."
    : "Drag the bars onto the lanes. Or focus one and press the arrow keys, with Shift to change its end. Or type.";
  view.root.classList.toggle("pool-lab-board-compared", real.length > 0);
  view.root.dataset.placed = bars.filter(([worker]) => worker >= 0).length;
  view.root.dataset.real = real.length;
}

function place(view, bar, start, end) {
  bar.style.left = `${(100 * start) / view.horizon}%`;
  bar.style.width = `${(100 * (end - start)) / view.horizon}%`;
}

function render({ model, el }) {
  const view = open(model, el), again = () => show(view);
  model.on("change:bars change:real", again);
  again();
  return () => model.off("change:bars change:real", again);
}

export default { initialize, render };
