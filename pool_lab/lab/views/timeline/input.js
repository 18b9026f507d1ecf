/* Mouse, touch and keys. They change the view's player and selection.

   wheel with ctrl (a pinch on a touchpad), two fingers, + and -     zoom
   drag, wheel sideways or with shift, shift and left or right       pan
   double click, 0                                                   all of it
   click, arrows, Home, End                                          select a call; Enter looks at it closely
   space                                                             pause, play
   Escape                                                            no selection, the latest moment, all of it */

import { clamp } from "../shared/numbers.js";
import { hasModifier } from "../shared/keyboard.js";
import { hit } from "./blocks.js";
import { isMoving, pan, scrub, showAll, toggle, windowOf, zoom } from "./player.js";
import { countsAt, firstAfter, knownAt } from "./state.js";
import { describe, describeCrowd } from "./words.js";

/** @typedef {import("./state.js").Call} Call */

const ZOOM = 1.5, STEP = 0.1;
/** A pointer that moves no further, in pixels, has clicked. */
const CLICK = 4;

export function listen(view) {
  const { stage, canvas, tip, button, all, range } = view, fingers = new Map();
  canvas.addEventListener("wheel", (event) => onWheel(view, event), { passive: false });
  canvas.addEventListener("pointerdown", (event) => onDown(view, fingers, event));
  canvas.addEventListener("pointermove", (event) => onMove(view, fingers, event));
  canvas.addEventListener("pointerup", (event) => onUp(view, fingers, event));
  canvas.addEventListener("pointercancel", ({ pointerId }) => fingers.delete(pointerId));
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("dblclick", () => (showAll(view.player), view.wake()));
  stage.addEventListener("keydown", (event) => onKey(view, event));
  button.addEventListener("click", () => (toggle(view.player, isMoving(view.state)), view.wake()));
  all.addEventListener("click", () => ((view.player.window = null), stage.focus(), view.wake()));
  range.addEventListener("input", () => onScrub(view));
}

function onScrub({ player, range, wake }) {
  const { from, to } = player.shown;
  scrub(player, from + (range.value / 1000) * (to - from));
  wake();
}

function onWheel(view, event) {
  if (view.isCovered() || !view.layout) return;
  const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  const { player, layout } = view, unit = event.deltaMode === 1 ? 16 : 1;
  const isSideways = Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY);
  const turn = clamp(event.deltaY * unit, -200, 200);
  if (event.ctrlKey || event.metaKey) zoom(player, Math.exp(turn / 250), layout.placeAt(event.offsetX));
  else if (player.window && isSideways) pan(player, (sideways * unit) / layout.scale);
  else return;
  event.preventDefault();
  view.tip.hidden = true;
  view.wake();
}

function onDown(view, fingers, event) {
  if (event.button || view.isCovered()) return;
  fingers.set(event.pointerId, { x: event.offsetX, from: event.offsetX, y: event.offsetY });
  event.target.setPointerCapture(event.pointerId);
}

function onMove(view, fingers, event) {
  const finger = fingers.get(event.pointerId), { player, layout } = view;
  if (!finger) return point(view, event);
  const before = [...fingers.values()].map(({ x }) => x), by = event.offsetX - finger.x;
  finger.x = event.offsetX;
  const [one, other] = [...fingers.values()].map(({ x }) => x);
  const isDrag = Math.abs(finger.x - finger.from) > CLICK;
  if (isDrag) finger.isDrag = true;
  if (other !== undefined) {
    const wide = Math.max(8, Math.abs(before[0] - before[1])), now = Math.max(8, Math.abs(one - other));
    zoom(player, wide / now, layout.placeAt((one + other) / 2));
  } else if (finger.isDrag) pan(player, -by / layout.scale);
  if (finger.isDrag) view.tip.hidden = true;
  view.wake();
}

function onUp(view, fingers, event) {
  const finger = fingers.get(event.pointerId);
  fingers.delete(event.pointerId);
  if (!finger || finger.isDrag || view.isCovered()) return;
  const found = hit(view.layout, event.offsetX, event.offsetY, view.now)?.block;
  if (found && !found.call) zoom(view.player, 0.2, view.layout.placeAt(event.offsetX));
  else view.select(found?.call ?? null);
  view.wake();
}

function point(view, { offsetX, offsetY }) {
  const { tip, layout, now } = view, found = view.isCovered() || !layout ? null : hit(layout, offsetX, offsetY, now);
  const words = found?.block ? tipOf(found.block, found.box, now) : queueTip(view, found);
  tip.hidden = !words;
  if (!words) return;
  tip.textContent = words;
  tip.style.left = `${clamp(offsetX + 12, 0, Math.max(0, view.stage.clientWidth - tip.offsetWidth))}px`;
  tip.style.top = `${offsetY + 18}px`;
}

/** @param {import("./blocks.js").Block} block @param {import("./layout.js").Box} box @param {number} now */
const tipOf = ({ call, many }, { panel }, now) => 
  call ? describe(call, knownAt(panel, now)) : describeCrowd(many);

function queueTip({ state, now }, found) {
  if (!found || found.worker != null) return "";
  const { queued, cancelled } = countsAt(found.box.panel, now, state.now);
  return [queued && `${queued} queued`, cancelled && `${cancelled} cancelled`].filter(Boolean).join(" · ");
}

function onKey(view, event) {
  if (event.target !== view.stage || hasModifier(event) || view.isCovered()) return;
  const { player, state } = view, wide = windowOf(player).to - windowOf(player).from;
  const actions = {
    " ": () => toggle(player, isMoving(state)),
    "+": () => zoom(player, 1 / ZOOM, focusOf(view)),
    "=": () => zoom(player, 1 / ZOOM, focusOf(view)),
    "-": () => zoom(player, ZOOM, focusOf(view)),
    0: () => showAll(player),
    Escape: () => view.mark(null),
    Enter: () => view.selected && view.find(view.selected, { close: true }),
    Home: () => view.find(edgeCall(state, 1)),
    End: () => view.find(edgeCall(state, -1)),
    ArrowLeft: () => (event.shiftKey ? pan(player, -wide * STEP) : view.find(beside(view, -1))),
    ArrowRight: () => (event.shiftKey ? pan(player, wide * STEP) : view.find(beside(view, 1))),
    ArrowUp: () => view.find(acrossLanes(view, -1)),
    ArrowDown: () => view.find(acrossLanes(view, 1)),
  };
  const action = actions[event.key];
  if (!action) return;
  // The notebook would use the key as well.
  event.preventDefault();
  event.stopPropagation();
  action();
  view.wake();
}

/** Zooming with keys keeps the selected call visible. */
function focusOf({ selected, axis, player }) {
  const { from, to } = windowOf(player), at = selected?.began == null ? null : axis.place(selected.began);
  return at != null && at >= from && at <= to ? at : null;
}

const lanesOf = ({ panels }) => panels.flatMap(({ rows }) => rows.map(({ bars }) => bars));
const isThere = (call, now) => call && call.began <= now;

function edgeCall(state, side) {
  const ends = lanesOf(state).map((bars) => bars.at(side > 0 ? 0 : -1)).filter(Boolean);
  return ends.reduce((best, call) => (!best || (call.began - best.began) * side < 0 ? call : best), null);
}

/** The call before or after the selected one in its lane; if none is selected, the first visible one. */
function beside({ state, selected, axis, player, now }, by) {
  if (selected?.worker == null) return firstVisible(state, axis.time(player.shown.from), now);
  const { bars } = state.panels[selected.panel].rows[selected.worker], next = bars[bars.lastIndexOf(selected) + by];
  return isThere(next, now) ? next : selected;
}

function firstVisible(state, from, now) {
  for (const bars of lanesOf(state)) {
    const call = bars[firstAfter(bars, from)];
    if (isThere(call, now)) return call;
  }
  return null;
}

/** The call that ran at about the same time in the next lane up or down that has one, in any panel. */
function acrossLanes({ state, selected, axis, player, now }, by) {
  if (selected?.worker == null) return firstVisible(state, axis.time(player.shown.from), now);
  const lanes = lanesOf(state), own = lanes.indexOf(state.panels[selected.panel].rows[selected.worker].bars);
  const middle = (selected.began + Math.min(selected.ended ?? now, now)) / 2;
  for (let lane = own + by; lane >= 0 && lane < lanes.length; lane += by) {
    const bars = lanes[lane], at = firstAfter(bars, middle);
    const call = isThere(bars[at], now) ? bars[at] : bars[at - 1];
    if (call) return call;
  }
  return selected;
}
