/* Which moment is shown, and which window: live, held, or played again. No page, and no clock: callers give the time.

   live      the latest moment of the run; of a run that is over, its end
   held      one moment, while the run may go on
   playing   a moment that moves through the window in REPLAY_S seconds. So zooming in gives slow motion.

   A moment is kept as a place on the axis (axis.js), so a replay passes over pauses. */

import { axisOf, NARROWEST_S, panned, wholeOf, zoomed } from "./axis.js";

/** `window`: the one that its reader chose, null for all. `span`: all, eased while it grows. `shown`: one of these two.
 * @typedef {import("./axis.js").Window} Window
 * @typedef {object} Player
 * @property {"live" | "held" | "playing"} mode @property {number} at the moment that is held or played
 * @property {Window | null} window @property {Window} shown @property {Window} span @property {Window} [whole]
 * @property {number} [end] the run's latest moment @property {number} [before] the same, a frame ago
 * @property {number} [pace] of the replay @property {number} [clock] the browser's time of the latest frame
 */

const REPLAY_S = 8;
/** After so many seconds without a message the run's clock is stopped: what happens is not known. */
export const SILENCE_S = 3;

/** @returns {Player} */
export function newPlayer() {
  return { mode: "live", at: 0, window: null, shown: { from: 0, to: 1 }, span: { from: 0, to: 1 } };
}

/** Whether time goes on. @param {import("./state.js").State} state */
export const isMoving = ({ running, panels }) =>
  running && panels.some(({ counts }) => counts.queued + counts.running > 0);

/** The run's time; it stands still while no call waits or runs. `offset` is the smallest difference between the clocks
 * that a message has shown, which is that of the fastest message.
 */
export function runsTime({ state, offset, toldAt }, clock) {
  if (!isMoving(state)) return state.now;
  return Math.max(state.now, Math.min(clock, toldAt + SILENCE_S) - offset);
}

/** Whether Python should have sent something by now. */
export const isSilent = ({ state, toldAt }, clock) => isMoving(state) && clock - toldAt > SILENCE_S;

/** Bring axis, window and moment of the view up to this time of the browser's clock. */
export function advance(view, clock, isStill) {
  const { player, state } = view, late = runsTime(view, clock);
  const elapsed = Math.min(0.2, clock - (player.clock ?? clock));
  player.clock = clock;
  view.axis = axisOf({ pauses: state.pauses, now: Math.max(state.now, late) });
  player.whole = wholeOf(state, view.axis, late);
  player.end = view.axis.place(late);
  follow(player, state.running);
  if (player.mode === "playing") play(player, elapsed);
  if (player.mode !== "held" || !state.running) player.span = eased(player.span, player.whole, isStill);
  player.shown = player.window ?? player.span;
  view.now = player.mode === "live" ? late : Math.min(view.axis.time(player.at), late);
}

/** A window that shows the latest moment of a run moves along with it. */
function follow(player, isRunning) {
  const { window, end, before, mode } = player;
  player.before = end;
  if (!window || !isRunning || mode !== "live" || !(before <= window.to && before >= window.from)) return;
  const edge = window.to - (window.to - window.from) * 0.06;
  if (end > edge) player.window = { from: window.from + end - edge, to: window.to + end - edge };
}

function play(player, elapsed) {
  const { from, to } = player.window ?? { from: player.whole.from, to: player.end };
  player.pace = (to - from) / REPLAY_S;
  player.at += player.pace * elapsed;
  if (player.at < Math.min(to, player.end)) return;
  if (player.window) Object.assign(player, { mode: "held", at: Math.min(to, player.end) });
  else player.mode = "live";
}

function eased(from, to, isStill) {
  const isNear = (edge) => Math.abs(to[edge] - from[edge]) < (to.to - to.from) * 0.002;
  if (isStill || (isNear("from") && isNear("to"))) return to;
  const between = (edge) => from[edge] + (to[edge] - from[edge]) * 0.3;
  return { from: between("from"), to: between("to") };
}

/** Whether the next frame would look the same, as far as the player knows. */
export const isSettled = ({ span, whole, mode }, isRunning) =>
  mode !== "playing" && (span === whole || (mode === "held" && isRunning));

/** The button: hold the moment, play from it, or play a run again that is over. @param {Player} player */
export function toggle(player, isRunning) {
  const { mode, window, whole, end } = player;
  if (mode === "playing") player.mode = "held";
  else if (mode === "live" && isRunning) Object.assign(player, { mode: "held", at: end });
  else {
    const first = (window ?? whole).from, last = Math.min(window?.to ?? end, end);
    const isThrough = mode === "live" || player.at >= last - (last - first) * 0.001;
    Object.assign(player, { mode: "playing", at: isThrough ? first : player.at });
  }
}

/** Hold the moment at this place; at the end of the run, go on live. @param {Player} player @param {number} at */
export function scrub(player, at) {
  const isEnd = at >= player.end - (player.shown.to - player.shown.from) * 0.001;
  Object.assign(player, isEnd ? { mode: "live" } : { mode: "held", at: Math.max(at, player.whole.from) });
}

/** What the button does. */
export const buttonOf = ({ mode }, isRunning) =>
  mode === "playing" || (mode === "live" && isRunning) ? "Pause" : mode === "live" ? "Play again" : "Play";

/** The latest moment, and the whole axis. @param {Player} player */
export const showAll = (player) => Object.assign(player, { window: null, mode: "live" });

/** The window as it will be in the next frame. @param {Player} player */
export const windowOf = ({ window, span }) => window ?? span;

/** @param {Player} player @param {number} factor @param {number | null} about the place that stays; null: the middle */
export function zoom(player, factor, about = null) {
  const window = windowOf(player);
  player.window = zoomed(window, factor, about ?? (window.from + window.to) / 2, player.whole);
}

/** @param {Player} player @param {number} by places on the axis */
export function pan(player, by) {
  if (player.window) player.window = panned(player.window, by, player.whole) ?? player.window;
}

/** The window shows this part of the axis, and a little more. @param {Player} player */
export function frame(player, from, to) {
  const margin = Math.max((to - from) * 0.08, NARROWEST_S);
  player.window = zoomed({ from: from - margin, to: to + margin }, 1, from, player.whole);
}

/** Move the window so that it shows this part of the axis; `close`: so that it shows little else. */
export function bringIntoView(player, from, to, { close = false } = {}) {
  const window = windowOf(player), wide = close ? Math.max((to - from) * 3, NARROWEST_S) : window.to - window.from;
  if (!close && from >= window.from && from <= window.to) return;
  player.window = zoomed({ from: from - wide / 3, to: from + (2 * wide) / 3 }, 1, from, player.whole);
}
