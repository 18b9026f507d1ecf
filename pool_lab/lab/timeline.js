/* The live timeline on the page: a view of the model, which hears Python's messages and paints when there is need.

   timeline.py joins three files into the one module that anywidget loads: timeline_state.js, timeline_paint.js, this.
   Open bars grow by the browser's clock, so the kernel sends ten small messages a second and no picture. One loop asks
   for frames, and stops when nothing runs. Colours are the custom properties of tokens.css. */

const FRAME_MS = 30;

function open(model, el) {
  const add = (parent, tag, name) => {
    const child = parent.appendChild(document.createElement(tag));
    child.className = `pool-lab-${name}`;
    return child;
  };
  const root = add(el, "div", "timeline"), stage = add(root, "div", "stage");
  const canvas = add(stage, "canvas", "canvas"), tip = add(stage, "div", "tip"), cover = add(stage, "div", "cover");
  const caption = add(root, "p", "caption");
  root.classList.add("pool-lab");
  canvas.setAttribute("role", "img");
  caption.setAttribute("aria-live", "polite");
  Object.assign(tip, { hidden: true, ariaHidden: "true" });
  const parts = { root, stage, canvas, tip, cover, caption, pen: canvas.getContext("2d") };
  const frames = { frame: 0, painted: 0, settled: true, closed: false };
  return { model, ...parts, ...frames, state: fresh(), offset: Infinity, span: 1 };
}

const clock = () => performance.now() / 1000;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const isCovered = (view) => view.model.get("cover") !== "";

const isMoving = ({ running, panels }) => running && panels.some(({ counts }) => counts.queued + counts.running > 0);

/** The run's time; it stands still while nothing waits or runs. The message that travelled fastest tells best how the
    two clocks lie. */
const nowOf = ({ state, offset }) => (isMoving(state) ? Math.max(state.now, clock() - offset) : state.now);

function hear(view, message) {
  const before = view.state.run;
  view.state = reduce(view.state, message);
  if (view.state.run !== before) view.offset = Infinity;
  if (message.run === view.state.run) view.offset = Math.min(view.offset, clock() - message.now);
  if (view.state.run !== before) view.span = spanOf(view.state);
  tell(view);
  wake(view);
}

/** What is known, for those who read the page without eyes; nothing while the picture is covered. */
function tell(view) {
  const { root, canvas, cover, caption, tip, model } = view, covered = isCovered(view);
  const words = covered ? "" : model.get("caption");
  if (caption.textContent !== words) caption.textContent = words;
  canvas.setAttribute("aria-label", words);
  canvas.style.visibility = covered ? "hidden" : "";
  Object.assign(cover, { hidden: !covered, textContent: model.get("cover") });
  if (covered) tip.hidden = true;
  for (const [name, fact] of Object.entries(factsOf(view.state))) {
    if (covered) delete root.dataset[name];
    else root.dataset[name] = fact;
  }
}

function factsOf({ run, running, most, panels }) {
  const add = (read) => sum(panels.map(read)), count = (name) => add((panel) => panel.counts[name]);
  const calls = { queued: count("queued"), runningCalls: count("running"), done: count("finished") };
  const others = { failed: count("failed"), cancelled: count("cancelled"), bars: add((panel) => panel.bars) };
  return { run, running, ...calls, ...others, lanes: add((panel) => panel.alive), lanesMost: most };
}

function wake(view) {
  if (view.closed) return;
  view.frame ||= requestAnimationFrame((at) => {
    view.frame = 0;
    const due = at - view.painted >= FRAME_MS || !view.state.running;
    if (due) Object.assign(view, { painted: at, settled: show(view) });
    if (!view.settled || (isMoving(view.state) && !isCovered(view) && !still())) wake(view);
  });
}

/** Paint one frame; false while the axis is still on its way to where it should be. */
function show(view) {
  const { pen, canvas, stage } = view, covered = isCovered(view), now = nowOf(view);
  const state = covered ? emptied(view.state) : view.state;
  const goal = spanOf({ ...state, now: covered ? 0 : now }), width = stage.clientWidth;
  if (!width) return true;
  const settled = still() || Math.abs(goal - view.span) < goal * 0.002;
  view.span = settled ? goal : view.span + (goal - view.span) * 0.3;
  pen.theme = themeOf(view.root);
  view.layout = arrange(state, width, view.span, (words) => widthOf(pen, words));
  fit(canvas, pen, width, view.layout.height);
  if (!covered) paint(pen, state, view.layout, now);
  return settled;
}

/** The panels as they were before the run: a covered picture keeps its place and tells nothing. */
const emptied = ({ panels }) => fresh({ panels: panels.map((panel) => ({ ...panel, workers: panel.begunWith })) });

function fit(canvas, pen, width, height) {
  const ratio = window.devicePixelRatio || 1, pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
    [canvas.width, canvas.height] = pixels;
    canvas.style.height = `${height}px`;
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
}

function themeOf(root) {
  const names = ["ink", "grey", "tint", "threads", "processes", "interpreters", "cluster", "simulation"];
  const style = getComputedStyle(root);
  const theme = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--pool-lab-${name}`).trim()]));
  return { ...theme, tint: Number(theme.tint), font: style.fontFamily };
}

function point(view, event) {
  const { tip, layout, state } = view, { x, boxes } = layout ?? {}, now = nowOf(view);
  const { offsetX: px, offsetY: py } = event;
  const box = isCovered(view) ? null : boxes?.find(({ top, bottom }) => py >= top && py < bottom);
  const row = box && state.panels.length ? box.panel.rows[Math.floor((py - box.top) / box.lane)] : null;
  const call = row?.bars.findLast((one) => x(one.began) <= px && px <= Math.max(x(one.ended ?? now), x(one.began) + 1));
  tip.hidden = !call;
  if (!call) return;
  tip.textContent = story(call, now);
  tip.style.left = `${clamp(px + 12, 0, Math.max(0, view.stage.clientWidth - tip.offsetWidth))}px`;
  tip.style.top = `${py + 18}px`;
}

export function story({ number, submitted, dispatched, began, ended, worker, share, state, error }, now) {
  const seconds = (time) => `${time.toFixed(time < 0.1 ? 3 : 2)} s`, parts = [`call ${number}`];
  if (submitted != null) parts.push(`waited ${seconds(Math.max(0, (dispatched ?? began) - submitted))}`);
  const [verb, until] = ended == null ? ["running for", now] : ["ran", ended];
  parts.push(`${verb} ${seconds(Math.max(0, until - began))} on w${worker}`);
  if (share != null) parts.push(`on a core ${Math.round(share * 100)} %`);
  if (state === "failed") parts.push(`failed: ${error || "no reason given"}`);
  return parts.join(" · ");
}

function render({ model, el }) {
  const view = open(model, el), again = () => wake(view), told = () => (tell(view), wake(view));
  const onLog = () => model.get("log").panels && hear(view, model.get("log"));
  const themes = new MutationObserver(again), sizes = new ResizeObserver(again);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  sizes.observe(view.stage);
  scheme.addEventListener("change", again);
  view.canvas.addEventListener("mousemove", (event) => point(view, event));
  view.canvas.addEventListener("mouseleave", () => (view.tip.hidden = true));
  model.on("msg:custom", (message) => hear(view, message));
  model.on("change:log", onLog);
  model.on("change:caption change:cover", told);
  onLog();
  told();
  model.send({ type: "hello" });
  // anywidget itself takes the listeners off the model.
  return () => {
    view.closed = true;
    cancelAnimationFrame(view.frame);
    themes.disconnect();
    sizes.disconnect();
    scheme.removeEventListener("change", again);
  };
}

export default { render };
