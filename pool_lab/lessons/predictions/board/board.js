/* The board on which a learner draws a timeline: bars to drag onto lanes, by mouse, by keyboard or in numbers.

   The model's `bars` are the one truth: [worker, start, end] for each call, worker -1 while it lies in the tray. What is
   drawn, typed and read out is made from them anew after every change. `real` are the bars of the run, once it is over. */

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

export function moved([worker, start, end], lanes, by, { workers, horizon, stretch }) {
  if (stretch) return [worker, start, clamp(end + by, start + 1, horizon)];
  const length = end - start, at = clamp(start + by, 0, horizon - length);
  // Up from the tray, which lies below the last lane, is the last lane.
  const lane = clamp((worker < 0 ? workers : worker) + lanes, 0, workers);
  return [lane === workers ? -1 : lane, at, at + length];
}

export const words = (name, [worker, start, end]) =>
  worker < 0 ? `${name}, not placed yet` : `${name} on worker ${worker}, from ${start} to ${end}`;

function open(model, el) {
  const add = (parent, tag, name, more = {}) => {
    const child = parent.appendChild(document.createElement(tag));
    child.className = `pool-lab-board-${name}`;
    return Object.assign(child, more);
  };
  const root = add(el, "div", "root");
  root.classList.add("pool-lab");
  const stage = add(root, "div", "stage");
  const view = { model, add, root, stage, calls: model.get("calls"), workers: model.get("workers") };
  view.horizon = model.get("horizon");
  view.lanes = [...Array(view.workers).keys(), -1].map((worker) => {
    add(stage, "span", "label", { textContent: worker < 0 ? "to place" : `w${worker}` });
    const lane = add(stage, "div", "lane");
    lane.classList.toggle("pool-lab-board-tray", worker < 0);
    lane.style.setProperty("--units", view.horizon);
    return lane;
  });
  view.axis = add(stage, "div", "axis", { ariaHidden: "true" });
  view.bars = view.calls.map((call, number) => barOf(view, call, number));
  view.rows = add(root, "div", "rows");
  view.inputs = view.calls.map((call, number) => inputsOf(view, call, number));
  view.legend = add(root, "p", "legend");
  view.said = add(root, "p", "said", { ariaLive: "polite" });
  for (let unit = 0; unit <= view.horizon; unit += 1) {
    const tick = add(view.axis, "span", "tick", { textContent: unit });
    tick.style.left = `${(100 * unit) / view.horizon}%`;
  }
  return view;
}

function change(view, number, bar) {
  const bars = view.model.get("bars").map((one, at) => (at === number ? bar : one));
  view.model.set("bars", bars);
  view.model.save_changes();
  view.said.textContent = words(view.calls[number][0], bar);
}

function barOf(view, [name], number) {
  const bar = view.add(view.lanes[0], "button", "bar", { type: "button", textContent: name });
  const limits = { workers: view.workers, horizon: view.horizon };
  bar.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    const stretch = event.shiftKey && step[1] !== 0;
    change(view, number, moved(view.model.get("bars")[number], step[0], step[1], { ...limits, stretch }));
  });
  bar.addEventListener("pointerdown", (event) => drag(view, bar, number, event));
  return bar;
}

/** Follow the pointer: its lane, and its way along the axis in whole units. */
function drag(view, bar, number, down) {
  if (down.button !== 0) return;
  const [, start, end] = view.model.get("bars")[number], unit = view.lanes[0].clientWidth / view.horizon;
  const follow = (event) => {
    const lane = view.lanes.findIndex((one) => event.clientY < one.getBoundingClientRect().bottom);
    const worker = lane < 0 || lane === view.workers ? -1 : lane;
    const by = Math.round((event.clientX - down.clientX) / unit), room = view.horizon - (end - start);
    const at = clamp(start + by, 0, room);
    const now = view.model.get("bars")[number];
    if (now[0] !== worker || now[1] !== at) change(view, number, [worker, at, at + end - start]);
  };
  const over = new AbortController(), { signal } = over, page = bar.ownerDocument;
  // On the page: a bar that goes to another lane loses the pointer it had captured.
  page.addEventListener("pointermove", follow, { signal });
  page.addEventListener("pointerup", () => over.abort(), { signal });
  page.addEventListener("pointercancel", () => over.abort(), { signal });
}

function inputsOf(view, [name], number) {
  const row = view.add(view.rows, "div", "row");
  view.add(row, "span", "name", { textContent: name });
  const field = (label, tag) => {
    const box = view.add(row, "label", "field", { textContent: label });
    const input = view.add(box, tag, "input", { ariaLabel: `${name}: ${label}` });
    return input;
  };
  const worker = field("worker", "select");
  for (const at of [-1, ...Array(view.workers).keys()]) worker.add(new Option(at < 0 ? "–" : `w${at}`, at));
  const start = field("start", "input"), end = field("end", "input");
  for (const input of [start, end]) Object.assign(input, { type: "number", min: 0, max: view.horizon, step: 1 });
  const typed = () => {
    const [from, to] = [start.valueAsNumber, end.valueAsNumber];
    if (from >= 0 && to > from && to <= view.horizon) change(view, number, [Number(worker.value), from, to]);
    else show(view);
  };
  worker.addEventListener("change", typed);
  end.addEventListener("change", typed);
  // A new start takes the bar along, as a drag does.
  start.addEventListener("change", () => {
    const [, from, to] = view.model.get("bars")[number], room = view.horizon - (to - from);
    const at = clamp(start.valueAsNumber || 0, 0, room);
    change(view, number, [Number(worker.value), at, at + to - from]);
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
    bar.setAttribute("aria-label", `${words(view.calls[number][0], bars[number])}. Arrow keys move it`);
    for (const [name, value] of Object.entries({ worker, start, end })) view.inputs[number][name].value = value;
  });
  view.root.querySelectorAll(".pool-lab-board-real").forEach((ghost) => ghost.remove());
  real.forEach(([worker, start, end], number) => {
    const ghost = view.add(view.lanes[worker], "div", "real", { textContent: view.calls[number][0] });
    place(view, ghost, start, Math.min(end, view.horizon));
  });
  view.legend.textContent = real.length
    ? "Filled: your drawing. Dashed, below it: what really ran."
    : "Drag the bars onto the lanes; or focus one and press the arrow keys, with Shift to change its end; or type.";
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

export default { render };
