/* The timeline's elements on the page, and all the words around the picture. */

import { showCover } from "../cover/cover.js";
import { add, setText } from "../shared/dom.js";
import { keepKeys } from "../shared/keyboard.js";
import { clamp, sum } from "../shared/numbers.js";
import { seconds } from "../shared/units.js";
import { openFutures, showFutures } from "./futures_list.js";
import { buttonOf, isMoving, isSilent } from "./player.js";
import { countsAt, ENDINGS, knownAt } from "./state.js";
import { describe, describeMoment } from "./words.js";

/** A screen reader speaks one sentence at most in this time, while calls run; always the latest. */
const SPEAK_MS = 5000;
/** When a run has ended, its summary comes this soon: it is spoken, and not the latest sentence about its progress. */
export const SUMMARY_MS = 500;
const LIST_S = 0.1;

const ICONS = { Pause: "M4 2h3v12H4zM9 2h3v12H9z", Play: "M4 2l10 6-10 6z", "Play again": "M4 2l10 6-10 6z" };
const HINT =
  "Point at a bar, or press an arrow key, to read about a call · ctrl and wheel, or + and −, to zoom · 0 shows all";
const KEYS =
  "Timeline. The arrow keys go from call to call, Enter looks at one closely, plus and minus zoom, shift with left " +
  "or right pans, 0 shows all, the space bar pauses and plays.";

/** In seconds. */
export const clock = () => performance.now() / 1000;

/** The elements, and the pen that draws on the canvas. @param {Element} el */
export function openPage(el) {
  const root = add(el, "div", "timeline"), stage = add(root, "div", "stage", { tabIndex: 0, ariaLabel: KEYS });
  const canvas = add(stage, "canvas", "canvas"), tip = add(stage, "div", "tip", { hidden: true, ariaHidden: "true" });
  const scrubber = openScrubber(stage), cover = add(stage, "div", "cover");
  const caption = add(root, "p", "caption"), story = add(root, "p", "story"), hint = add(root, "p", "hint");
  const trouble = add(root, "p", "trouble", { role: "alert" }), spoken = add(root, "p", "said", { role: "status" });
  root.classList.add("pool-lab");
  stage.setAttribute("role", "application");
  canvas.setAttribute("role", "img");
  hint.textContent = HINT;
  keepKeys(root); // in a notebook "b" adds a cell, "0 0" restarts the kernel
  const futures = openFutures(root), pen = canvas.getContext("2d");
  return { root, stage, canvas, tip, cover, caption, story, trouble, spoken, ...scrubber, futures, pen };
}

function openScrubber(stage) {
  const scrubber = add(stage, "div", "scrubber", { hidden: true }), moment = add(scrubber, "span", "moment");
  const all = add(scrubber, "button", "all", { type: "button", textContent: "show all" });
  const button = add(scrubber, "button", "play", { type: "button" }), range = add(scrubber, "input", "range");
  Object.assign(range, { type: "range", min: 0, max: 1000, step: 2, ariaLabel: "the moment that is shown" });
  button.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path></path></svg>';
  return { scrubber, moment, all, button, range };
}

/** Do it. When something has failed once, say so below the picture and do nothing any more. The run goes on.
 * @param {() => void} action
 */
export function guarded(view, action) {
  if (view.broken) return;
  try {
    action();
  } catch (error) {
    view.broken = `This picture failed (${error}); the run goes on. Run the cell again to see the picture again.`;
    view.trouble.textContent = view.broken;
    console.error(error);
  }
}

/** Bring all words, and what tests read, up to the moment that is shown. Nothing while the picture is covered. */
export function updatePage(view) {
  const { root, canvas, cover, caption, story, tip, model, player, selected, trouble } = view;
  const covered = view.isCovered(), words = covered ? "" : captionOf(view);
  setText(caption, words);
  setText(story, covered ? "" : selected ? storyOf(view, selected) : view.marked ? view.markedWords : "");
  setText(trouble, view.broken || model.get("trouble") || silenceOf(view));
  canvas.setAttribute("aria-label", words);
  canvas.style.visibility = covered ? "hidden" : "";
  canvas.style.cursor = player.window ? "grab" : "";
  showCover(cover, model);
  if (covered) tip.hidden = true;
  updateScrubber(view);
  updateList(view);
  if (!covered && player.mode === "live") speakCaption(view, words);
  for (const [name, fact] of Object.entries(factsOf(view))) {
    if (covered) delete root.dataset[name];
    else root.dataset[name] = JSON.stringify(fact);
  }
}

/** What has happened to the call by the moment that is shown. */
export const storyOf = ({ state, now }, call) => describe(call, knownAt(state.panels[call.panel], now));

/** While a run goes on, and for an earlier moment, the words are those of the counts above the panels. Else they are
 * Python's, as soon as it has sent them.
 */
function captionOf({ model, player, state, now, broken }) {
  const caption = model.get("caption"), isLive = player.mode === "live";
  if (broken || (isLive && (!state.run || (!state.running && caption)))) return caption;
  if (isLive && state.panels.every(({ calls }) => !calls.size)) return "Nothing has been submitted yet.";
  const when = isLive ? (state.running ? "Now" : "At the end") : `At ${seconds(now)}`;
  return describeMoment(when, state.panels, (panel) => countsAt(panel, now, state.now));
}

function silenceOf(view) {
  if (view.isCovered() || !isSilent(view, clock())) return "";
  return `No message from Python since ${seconds(view.now)}. Is the kernel busy, or has it stopped?`;
}

function updateScrubber({ scrubber, moment, all, button, range, layout, player, state, now, axis, isCovered }) {
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

function updateList(view) {
  if (clock() - view.listedAt <= LIST_S && view.state.running) return;
  view.listedAt = clock();
  guarded(view, () => showFutures(view));
}

/** The words reach the screen reader later if it has just been given some, or if the summary is about to come. */
function speakCaption(view, words) {
  const isSummaryDue = performance.now() - view.endedAt < SUMMARY_MS;
  if (!words || words === view.spokenCaption || isSummaryDue || view.marked) return;
  if (view.state.running && performance.now() - view.spokenAt < SPEAK_MS) return;
  speak(view, words);
  view.spokenCaption = words;
}

/** Have a screen reader speak this. @param {string} words */
export function speak(view, words) {
  setText(view.spoken, words);
  view.spokenAt = performance.now();
}

/** For tests, as `data-` attributes of the timeline. */
function factsOf({ state: { run, running, most, panels, dropped }, player: { mode, shown }, selected, now, axis }) {
  const total = (read) => sum(panels.map(read)), count = (name) => total((panel) => panel.counts[name]);
  const calls = { queued: count("queued"), runningCalls: count("running"), done: sum(ENDINGS.map(count)) };
  const failures = { failed: count("raised"), timedOut: count("timed out"), crashed: count("crashed") };
  const lanes = { bars: total((panel) => panel.bars), lanes: total((panel) => panel.alive), lanesMost: most, dropped };
  const previousStretches = total(({ previous }) => sum(previous.map((stretches) => stretches.length)));
  const moment = { mode, moment: round(now), from: round(axis.time(shown.from)), to: round(axis.time(shown.to)) };
  const chosen = { selected: selected && [selected.panel, selected.number] };
  const ended = { ...calls, ...failures, cancelled: count("cancelled") };
  return { run, running, ...ended, ...lanes, previousStretches, ...moment, ...chosen };
}

const round = (time) => Math.round(time * 1e6) / 1e6;
