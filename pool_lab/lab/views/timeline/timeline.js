/* The live timeline on the page: a view of the model, which hears Python's messages and paints when there is need.

   timeline.py joins these files into the one module that anywidget loads, this one last:

     state     what has happened                   story     it in words
     geometry  where everything goes               marks, paint   the picture
     player    which moment, which part of the axis
     hands     mouse, touch, keys                  futures   the list below

   Open bars grow by the browser's clock, so the kernel sends ten small messages a second and no picture. One loop asks
   for frames, and stops when nothing moves. Colours are the custom properties of tokens.css. */

const FRAME_MS = 30, FLIGHT_S = 0.3;
/** Who listens to the page hears no more than one sentence in so long, and always the last. */
const SAY_MS = 5000;
/** When a run ends, its summary follows the last sentence about its progress, which then need not be said. */
const LAST_WORD_MS = 500;

const ICONS = { Pause: "M4 2h3v12H4zM9 2h3v12H9z", Play: "M4 2l10 6-10 6z", "Play again": "M4 2l10 6-10 6z" };
const HINT = "Point at a bar, or press an arrow key, for its story · ctrl and wheel, or + and −, to zoom · 0 shows all";
const KEYS =
  "Timeline. The arrow keys go from call to call, Enter looks at one closely, plus and minus zoom, shift with left " +
  "or right pans, 0 shows all, the space bar pauses and plays.";

let views = 0;

function open(model, el) {
  const add = (parent, tag, name, more = {}) => {
    const child = parent.appendChild(document.createElement(tag));
    child.className = `pool-lab-${name}`;
    return Object.assign(child, more);
  };
  const root = add(el, "div", "timeline"), stage = add(root, "div", "stage", { tabIndex: 0, ariaLabel: KEYS });
  const canvas = add(stage, "canvas", "canvas"), tip = add(stage, "div", "tip", { hidden: true, ariaHidden: "true" });
  const scrubber = openScrubber(add, stage), cover = add(stage, "div", "cover");
  const caption = add(root, "p", "caption"), story = add(root, "p", "story"), hint = add(root, "p", "hint");
  const trouble = add(root, "p", "trouble", { role: "alert" }), said = add(root, "p", "said", { role: "status" });
  root.classList.add("pool-lab");
  stage.setAttribute("role", "application");
  canvas.setAttribute("role", "img");
  hint.textContent = HINT;
  const parts = { root, stage, canvas, tip, cover, caption, story, trouble, said, ...scrubber };
  const frames = { frame: 0, painted: 0, closed: false, saidAt: -Infinity, endedAt: -Infinity, listedAt: 0 };
  const times = { offset: Infinity, heard: 0, now: 0, axis: axisOf({ pauses: [], now: 0 }), player: newPlayer() };
  const view = { id: (views += 1), model, ...parts, pen: canvas.getContext("2d"), ...frames, ...times };
  Object.assign(view, { state: fresh(), selected: null, isCovered: () => model.get("cover") !== "" });
  const wishes = { select: (call) => select(view, call), find: (call, how) => find(view, call, how) };
  Object.assign(view, { wake: () => wake(view), ...wishes });
  openFutures(view, root);
  keepKeys(root); // a "b" would add a cell, "0 0" restart
  return view;
}

function openScrubber(add, stage) {
  const scrubber = add(stage, "div", "scrubber", { hidden: true }), moment = add(scrubber, "span", "moment");
  const all = add(scrubber, "button", "all", { type: "button", textContent: "show all" });
  const button = add(scrubber, "button", "play", { type: "button" }), range = add(scrubber, "input", "range");
  Object.assign(range, { type: "range", min: 0, max: 1000, step: 2, ariaLabel: "the moment that is shown" });
  button.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path></path></svg>';
  return { scrubber, moment, all, button, range };
}

const clock = () => performance.now() / 1000;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function hear(view, message) {
  const before = view.state.run, wasRunning = view.state.running;
  guarded(view, () => (view.state = reduce(view.state, message)));
  const { state, player } = view;
  if (message.type === "begin" || message.type === "snapshot" || state.run !== before) {
    // Another run, or the same one told anew: what was selected is looked up again.
    const { panel, number } = view.selected ?? {};
    view.selected = (state.run === before && state.panels[panel]?.calls.get(number)) || null;
    if (state.run !== before) Object.assign(view, { offset: Infinity, player: newPlayer() });
    if (state.run !== before) view.player.span = wholeOf(state, view.axis, state.now);
  }
  if (message.run === state.run) {
    view.offset = Math.min(view.offset, clock() - message.now);
    view.heard = clock();
  }
  if (message.type === "end") {
    view.endedAt = performance.now();
    setTimeout(view.wake, LAST_WORD_MS + 50);
  }
  clearTimeout(view.silence);
  if (state.running) view.silence = setTimeout(view.wake, SILENCE_S * 1000 + 100);
  else if (wasRunning && player.mode === "held" && player.at >= player.end) player.mode = "live";
  wake(view);
}

/** Do it, unless the view is broken; if it breaks now say so, once. The run does not notice. */
function guarded(view, action) {
  if (view.broken) return undefined;
  try {
    return action();
  } catch (error) {
    view.broken = `This picture failed (${error}); the run goes on. To see it anew, run the cell again.`;
    view.trouble.textContent = view.broken;
    console.error(error);
    return undefined;
  }
}

function wake(view) {
  if (view.closed) return;
  view.frame ||= requestAnimationFrame((at) => {
    view.frame = 0;
    const { state, player } = view, isDue = at - view.painted >= FRAME_MS || !state.running;
    if (isDue) guarded(view, () => (show(view), (view.painted = at)));
    if (view.broken) return tell(view);
    if (!isDue || (!view.isCovered() && (isAnimated(view) || !isSettled(player, state.running)))) wake(view);
  });
}

const isAnimated = (view) =>
  view.player.mode === "live" && isMoving(view.state) && !still() && !isSilent(view, clock());

/** Paint one frame, and have all that stands around it say the same. */
function show(view) {
  const { pen, canvas, stage, player } = view, covered = view.isCovered(), width = stage.clientWidth;
  if (!width) return;
  advancePlayer(view, clock(), still());
  const state = covered ? emptied(view.state) : view.state;
  const [axis, shown] = covered ? [axisOf({ pauses: [], now: 0 }), { from: 0, to: 1 }] : [view.axis, player.shown];
  pen.theme = themeOf(view.root);
  const isWhole = player.mode === "live" && !state.running;
  view.layout = arrange(state, width, shown, axis, (words) => widthOf(pen, words), isWhole);
  fit(canvas, pen, width, view.layout.height);
  if (!covered) paint(pen, state, view.layout, view.now, { selected: view.selected, flight: flightOf(view) });
  tell(view);
}

/** How many seconds of the run a call takes from the door to its worker; 0 if it is not to be seen. */
function flightOf({ player, state }) {
  const { window, end } = player, isOutOfSight = window && (end < window.from || end > window.to);
  if (still() || player.mode === "held" || isOutOfSight) return 0;
  if (player.mode === "playing") return FLIGHT_S * player.pace;
  return state.running ? FLIGHT_S : 0;
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

/** What is known, in words and for those who ask the page; nothing while the picture is covered. */
function tell(view) {
  const { root, canvas, cover, caption, story: line, tip, model, player, selected, trouble } = view;
  const covered = view.isCovered(), words = covered ? "" : captionOf(view);
  setText(caption, words);
  setText(line, covered || !selected ? "" : story(selected, knownOf(view, selected)));
  setText(trouble, view.broken || model.get("trouble") || silenceOf(view));
  canvas.setAttribute("aria-label", words);
  canvas.style.visibility = covered ? "hidden" : "";
  canvas.style.cursor = player.window ? "grab" : "";
  Object.assign(cover, { hidden: !covered, textContent: model.get("cover") });
  if (covered) tip.hidden = true;
  tellScrubber(view);
  if (clock() - view.listedAt > 0.1 || !view.state.running) {
    view.listedAt = clock();
    guarded(view, () => showFutures(view));
  }
  if (!covered && player.mode === "live" && words && words !== view.saidWords && !isLastWordDue(view)) {
    if (say(view, words, view.state.running ? SAY_MS : 0)) view.saidWords = words;
  }
  for (const [name, fact] of Object.entries(factsOf(view))) {
    if (covered) delete root.dataset[name];
    else root.dataset[name] = JSON.stringify(fact);
  }
}

const isLastWordDue = ({ endedAt }) => performance.now() - endedAt < LAST_WORD_MS;

const setText = (element, words) => element.textContent !== words && (element.textContent = words);

function silenceOf(view) {
  if (view.isCovered() || !isSilent(view, clock())) return "";
  return `Nothing heard from Python since ${seconds(view.now)}: is the kernel busy, or gone?`;
}

/** Of a moment that is not the latest the page says itself what was then. */
function captionOf({ model, player, state, now }) {
  if (player.mode === "live") return model.get("caption");
  return momentStory(now, state.panels, (panel) => countsAt(panel, now, state.now));
}

function tellScrubber({ scrubber, moment, all, button, range, layout, player, state, now, axis, isCovered }) {
  scrubber.hidden = !layout || !state.run || isCovered();
  if (scrubber.hidden) return;
  const { shown } = player, isLive = player.mode === "live", name = buttonOf(player, isMoving(state));
  Object.assign(scrubber.style, { top: `${layout.axis + 8}px`, width: `${layout.width}px` });
  Object.assign(range.style, { left: `${layout.left - 7}px`, width: `${layout.right - layout.left + 14}px` });
  Object.assign(button.style, { left: `${layout.left - 36}px` });
  moment.style.width = `${layout.left - 40}px`;
  all.hidden = !player.window;
  setText(all, layout.narrow ? "all" : "show all");
  range.hidden = isLive && isMoving(state);
  range.value = clamp(((axis.place(now) - shown.from) / (shown.to - shown.from)) * 1000, 0, 1000);
  range.setAttribute("aria-valuetext", seconds(now));
  setText(moment, isLive || (layout.narrow && player.window) ? "" : seconds(now));
  if (button.title === name) return;
  Object.assign(button, { title: name, ariaLabel: name });
  button.querySelector("path").setAttribute("d", ICONS[name]);
}

function factsOf({ state: { run, running, most, panels, dropped }, player: { mode, shown }, selected, now, axis }) {
  const add = (read) => sum(panels.map(read)), count = (name) => add((panel) => panel.counts[name]);
  const calls = { queued: count("queued"), runningCalls: count("running"), done: count("returned") };
  const failures = { failed: count("raised"), timedOut: count("timed out"), crashed: count("crashed") };
  const lanes = { bars: add((panel) => panel.bars), lanes: add((panel) => panel.alive), lanesMost: most, dropped };
  const ghosts = add(({ ghost }) => sum(ghost.map((stretches) => stretches.length)));
  const moment = { mode, moment: round(now), from: round(axis.time(shown.from)), to: round(axis.time(shown.to)) };
  const chosen = selected && [selected.panel, selected.number];
  return { run, running, ...calls, ...failures, cancelled: count("cancelled"), ...lanes, ghosts, ...moment, selected: chosen };
}

const round = (time) => Math.round(time * 1e6) / 1e6;

/** Tell those who listen to the page, unless they have just been told something. Whether it was said. */
function say(view, words, pause = 0) {
  if (performance.now() - view.saidAt < pause) return false;
  setText(view.said, words);
  view.saidAt = performance.now();
  return true;
}

/** The moment up to which it is known what the call does. */
const knownOf = ({ state, now }, { panel }) => knownAt(state.panels[panel], now);

function select(view, call) {
  view.selected = call;
  view.futures.list.removeAttribute("aria-activedescendant");
  if (call) say(view, story(call, knownOf(view, call)));
  wake(view);
}

/** Select the call and see that it is in sight. */
function find(view, call, { close = false } = {}) {
  if (!call) return;
  const { player, axis } = view;
  if (call.began != null && call.began > view.now) player.mode = "live";
  const end = call.ended ?? view.state.now;
  if (call.began != null) bringIntoView(player, axis.place(call.began), axis.place(end), { close });
  select(view, call);
}

function render({ model, el }) {
  const view = open(model, el), again = () => wake(view), { range, button, all } = view;
  const onLog = () => {
    const log = model.get("log"), { run, dropped } = view.state;
    // Of a long run a notebook saves a part only; a view that was there knows more.
    if (log.panels && !(log.run === run && log.dropped > dropped)) hear(view, log);
  };
  const themes = new MutationObserver(again), sizes = new ResizeObserver(again);
  const scheme = matchMedia("(prefers-color-scheme: dark)"), leaveControls = tendControls(el);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  sizes.observe(view.stage);
  scheme.addEventListener("change", again);
  window.addEventListener("resize", again);
  listen(view);
  button.addEventListener("click", () => (toggle(view.player, isMoving(view.state)), wake(view)));
  all.addEventListener("click", () => ((view.player.window = null), view.stage.focus(), wake(view)));
  range.addEventListener("input", () => {
    const { from, to } = view.player.shown;
    scrub(view.player, from + (range.value / 1000) * (to - from));
    wake(view);
  });
  model.on("msg:custom", (message) => hear(view, message));
  model.on("change:log", onLog);
  model.on("change:caption change:cover change:trouble", again);
  onLog();
  wake(view);
  model.send({ type: "hello" });
  // anywidget itself takes the listeners off the model.
  return () => {
    view.closed = true;
    cancelAnimationFrame(view.frame);
    clearTimeout(view.silence);
    themes.disconnect();
    sizes.disconnect();
    leaveControls();
    scheme.removeEventListener("change", again);
    window.removeEventListener("resize", again);
  };
}

export default { render };
