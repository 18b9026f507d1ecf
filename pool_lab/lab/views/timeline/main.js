/* The timeline: receives Python's messages, and shows what has happened.

     state        what has happened             words                          the same in words
     axis         seconds to places             marks, previous_run            shapes
     layout       where everything is           paint, paint_axis, ..._resizes the picture
     blocks       what a worker's row shows     page, futures_list             all around the picture
     player       which moment, which window    input                          mouse, touch, keys
     sight        where the page is scrolled    frames                         when to paint
     evidence     what a sentence is about      recorded                       without a kernel

   Open bars grow by the browser's clock, so the kernel sends ten small messages a second and no picture. */

import { completeControls } from "../shared/controls.js";
import { initialize } from "../shared/initialize.js";
import { axisOf, wholeOf } from "./axis.js";
import { mark } from "./evidence.js";
import { wake } from "./frames.js";
import { listenToFutures } from "./futures_list.js";
import { listen } from "./input.js";
import { clock, guarded, openPage, speak, storyOf, SUMMARY_MS } from "./page.js";
import { bringIntoView, newPlayer, SILENCE_S } from "./player.js";
import { listenToRuns } from "./sight.js";
import { fresh, reduce } from "./state.js";

let views = 0;

function open(model, el) {
  const frames = { frame: 0, painted: 0, closed: false, broken: "", listedAt: 0 };
  const speech = { spokenAt: -Infinity, spokenCaption: "", endedAt: -Infinity, ranAt: -Infinity };
  const times = { offset: Infinity, toldAt: 0, now: 0, axis: axisOf({ pauses: [], now: 0 }), player: newPlayer() };
  const what = { id: (views += 1), model, state: fresh(), selected: null, marked: null };
  const view = { ...what, ...openPage(el), ...frames, ...speech, ...times };
  const actions = {
    isCovered: () => model.get("cover") !== "",
    wake: () => wake(view),
    select: (call) => select(view, call),
    find: (call, how) => find(view, call, how),
    mark: (evidence) => showEvidence(view, evidence),
  };
  return Object.assign(view, actions);
}

function receive(view, message) {
  const before = view.state.run, wasRunning = view.state.running, clockBefore = view.state.clock;
  guarded(view, () => (view.state = reduce(view.state, message)));
  const { state, player } = view;
  if (message.type === "begin" || message.type === "snapshot" || state.run !== before) {
    // The calls are new objects, even if the run is the same: look up the selected one.
    const { panel, number } = view.selected ?? {};
    view.selected = (state.run === before && state.panels[panel]?.calls.get(number)) || null;
    if (state.run !== before) Object.assign(view, { offset: Infinity, player: newPlayer(), marked: null });
    if (state.run !== before) view.player.span = wholeOf(state, view.axis, state.now);
  }
  if (state.clock !== clockBefore) view.offset = Infinity;
  if (message.run === state.run) {
    view.offset = Math.min(view.offset, clock() - message.now);
    view.toldAt = clock();
  }
  if (message.type === "end") {
    view.endedAt = performance.now();
    setTimeout(view.wake, SUMMARY_MS + 50);
  }
  clearTimeout(view.silence);
  if (state.running) view.silence = setTimeout(view.wake, SILENCE_S * 1000 + 100);
  else if (wasRunning && player.mode === "held" && player.at >= player.end) player.mode = "live";
  wake(view);
}

function select(view, call) {
  view.selected = call;
  view.futures.list.removeAttribute("aria-activedescendant");
  if (call) speak(view, storyOf(view, call));
  wake(view);
}

/** Mark the evidence, and select its call if there is only one; null: mark nothing. */
function showEvidence(view, evidence) {
  const words = mark(view, evidence), { marked } = view, [only, ...others] = marked?.calls ?? [];
  select(view, (marked && !others.length && view.state.panels[marked.panel].calls.get(only)) || null);
  view.markedWords = words;
  speak(view, [words, view.selected && storyOf(view, view.selected)].filter(Boolean).join(" "));
  view.root.dispatchEvent(new Event("marked"));
}

/** Select the call, and move the window to it. */
function find(view, call, { close = false } = {}) {
  if (!call) return;
  const { player, axis } = view;
  if (call.began != null && call.began > view.now) player.mode = "live";
  const end = call.ended ?? view.state.now;
  if (call.began != null) bringIntoView(player, axis.place(call.began), axis.place(end), { close });
  select(view, call);
}

/** Opens a timeline in the element. `leave` ends it. @param {{ model: any, el: HTMLElement }} where */
export function openTimeline({ model, el }) {
  const view = open(model, el), again = () => wake(view);
  const onLog = () => {
    const log = model.get("log"), { run, dropped } = view.state;
    // Of a long run, a notebook saves only a part; a view that was there from the start knows more.
    if (log.panels && !(log.run === run && log.dropped > dropped)) receive(view, log);
  };
  // JupyterLab hides the page while it changes its theme, for a frame; what is hidden has no size to be painted in.
  const themes = new MutationObserver(() => requestAnimationFrame(again)), sizes = new ResizeObserver(again);
  const scheme = matchMedia("(prefers-color-scheme: dark)"), leaveControls = completeControls(el, model);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  sizes.observe(view.stage);
  scheme.addEventListener("change", again);
  window.addEventListener("resize", again);
  listen(view);
  listenToFutures(view);
  const leaveRuns = listenToRuns(view);
  model.on("msg:custom", (message) => message.type !== "answer" && receive(view, message));
  model.on("change:log", onLog);
  model.on("change:caption change:cover change:trouble", again);
  onLog();
  wake(view);
  model.send({ type: "hello" });
  // anywidget itself removes the listeners from the model.
  const leave = () => {
    view.closed = true;
    cancelAnimationFrame(view.frame);
    clearTimeout(view.silence);
    themes.disconnect();
    sizes.disconnect();
    leaveControls();
    leaveRuns();
    scheme.removeEventListener("change", again);
    window.removeEventListener("resize", again);
  };
  return { view, leave, receive: (message) => receive(view, message) };
}

/** What anywidget calls. */
const render = (where) => openTimeline(where).leave;

export default { initialize, render };
